package overview_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/overview"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// snapshot is a server with two connections that differ.
func snapshot() axon.Snapshot {
	connection := func(sent uint64, depth int, failed bool) axon.GraphInfo {
		p := axon.PartInfo{Name: "B", Type: "x.B", State: "active", Doing: "blocked sending outbox"}
		if failed {
			p.Restarts, p.LastError, p.Doing = 2, "<oh>", "receiving inbox"
		}
		return axon.GraphInfo{Name: "connection", Parts: []axon.PartInfo{{Name: "A", Type: "x.A", State: "active"}, p, {Name: "C", Type: "x.C", State: "asleep"}},
			Links: []axon.LinkInfo{
				{From: "A.outbox", To: "B.inbox", Type: "int", Sent: sent, Depth: depth, Size: 4, Blocked: time.Second},
				{From: "B.outbox", To: "C.inbox", Type: "int", Size: 4},
				{From: "A.other", To: "C.inbox", Type: "int", Size: 4},
				{From: "C.outbox", To: "A.inbox", Type: "int", Size: 4},
				{From: "C.log", To: "LOG.inbox", Type: "int", Size: 4},
			}}
	}
	return axon.Snapshot{Time: time.Unix(0, 0).UTC(), Services: []string{"s"}, Graphs: []axon.GraphInfo{{Name: "server", Age: time.Minute, Parts: []axon.PartInfo{
		{Name: "LISTENER", Type: "tcp.Listener", State: "active", Graphs: []axon.GraphInfo{connection(3, 1, false), connection(5, 4, true)}},
		{Name: "OTHER", Type: "tcp.Listener", State: "active", Graphs: []axon.GraphInfo{connection(1, 0, false)}},
	}}}}
}

func TestOf(t *testing.T) {
	o := overview.Of(snapshot())
	var paths []string
	for _, g := range o.All() {
		paths = append(paths, g.Path)
	}
	if diff := cmp.Diff([]string{"server", "server/LISTENER/connection", "server/OTHER/connection"}, paths); diff != "" {
		t.Fatal(diff)
	}
	g := o.All()[1]
	want := []overview.Part{
		{Name: "A", Type: "x.A", States: map[string]int{"active": 2}},
		{Name: "B", Type: "x.B", States: map[string]int{"active": 2}, Blocked: 1, Restarts: 2, LastError: "<oh>"},
		{Name: "C", Type: "x.C", States: map[string]int{"asleep": 2}},
	}
	if diff := cmp.Diff(want, g.Parts, cmpopts.EquateEmpty()); diff != "" || g.Count != 2 {
		t.Errorf("%d of them, -want +got:\n%s", g.Count, diff)
	}
	if diff := cmp.Diff(overview.Link{From: "A.outbox", To: "B.inbox", Type: "int", Sent: 8, Depth: 5, Size: 8, Blocked: 2 * time.Second}, g.Links[0]); diff != "" {
		t.Error(diff)
	}
}

// The picture is well-formed, whatever things are called, and has every part and
// every link between two of them.
func TestGraph_WriteSVG(t *testing.T) {
	for name, g := range map[string]*overview.Graph{
		"rings":   overview.Of(snapshot()).All()[1],
		"nothing": {Name: "<&\">"},
		"strange": {Name: "a", Parts: []overview.Part{{Name: "<b>&", Type: "\"'", LastError: "</svg>"}}, Links: []overview.Link{{From: "<b>&.x", To: "<b>&.y", Sent: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := g.WriteSVG(&b); err != nil {
				t.Fatal(err)
			}
			rects, paths := 0, 0
			for d := xml.NewDecoder(bytes.NewReader(b.Bytes())); ; {
				token, err := d.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("%v\n%s", err, &b)
				}
				if e, ok := token.(xml.StartElement); ok {
					switch e.Name.Local {
					case "rect":
						rects++
					case "path":
						paths++
					case "b":
						t.Error("a name became an element")
					}
				}
			}
			links := 0
			for _, l := range g.Links {
				if !strings.HasPrefix(l.To, "LOG.") {
					links++
				}
			}
			if rects != len(g.Parts) || paths != links+1 { // and the arrow's tip
				t.Errorf("%d boxes and %d lines", rects, paths)
			}
		})
	}
}

func TestPage_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &overview.Page{} },
		axontest.FeedFunc("inbox", func() []*http1.Request { return []*http1.Request{request("/"), request("/none")} }))
}

func request(path string) *http1.Request {
	return &http1.Request{Method: "GET", Path: path, RawPath: path, Target: path, Major: 1, Minor: 1}
}

func TestPage(t *testing.T) {
	for _, c := range []struct {
		mount, path, method string
		status              int
		mime, holds         string
	}{
		{"", "/", "GET", 200, "text/html", "<svg"},
		{"/admin", "/admin", "GET", 200, "text/html", "<svg"},
		{"/admin", "/admin/snapshot.json", "HEAD", 200, "application/json", `"graphs"`},
		{"", "/overview.json", "GET", 200, "application/json", `"count": 1`},
		{"", "/snapshot", "GET", 200, "text/plain", "graph "},
		{"", "/snapshot.dot", "GET", 200, "text/vnd.graphviz", "digraph"},
		{"", "/snapshot.mmd", "GET", 200, "text/plain", "flowchart"},
		{"", "/none", "GET", 404, "", ""},
		{"", "/", "POST", 405, "", ""},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			p := &overview.Page{Path: c.mount}
			h := axontest.Run(t, p)
			req := request(c.path)
			req.Method = c.method
			axontest.Send(h, &p.Inbox, req)
			if c.status != 200 {
				if f := axontest.Recv(h, &p.Failures); f.Status != c.status {
					t.Error(f)
				}
				return
			}
			resp := axontest.Recv(h, &p.Outbox)
			if err := resp.Validate(); err != nil || !strings.HasPrefix(resp.Header.Get("Content-Type"), c.mime) || !bytes.Contains(resp.Bytes, []byte(c.holds)) {
				t.Errorf("%v %v %.300s", err, resp.Header, resp.Bytes)
			}
		})
	}
}
