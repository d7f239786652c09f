package http1

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestHostNames(t *testing.T) {
	names, err := NewHostNames([][]string{
		{"example.org", "WWW.example.org."},
		{"*.example.org"},
		{"*.a.example.org", "[::1]", "192.0.2.1"},
		{"*"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		"example.org": 0, "EXAMPLE.ORG": 0, "example.org:8080": 0, "example.org.": 0, "example.org.:80": 0, "www.example.org": 0,
		"b.example.org": 1, "c.b.example.org": 1, "a.example.org": 1,
		"b.a.example.org": 2, "[::1]": 2, "[::1]:80": 2, "192.0.2.1:80": 2,
		"": 3, "other.org": 3, ".example.org": 3, "notexample.org": 3, "example.org.evil": 3,
	} {
		if got := names.Find(host); got != want {
			t.Errorf("%q: site %d, want %d", host, got, want)
		}
	}
	if none, err := NewHostNames([][]string{{"a"}}); err != nil || none.Find("b") != -1 || none.Find("") != -1 {
		t.Error("no site has the rest", err)
	}
}

func TestNewHostNames_Mistakes(t *testing.T) {
	for name, want := range map[string]string{
		"a:80": "is not a host", "*a": "is not a host", "a.*": "is not a host", "a/b": "is not a host", "": "without a name", "a b": "is not a host",
		"first": "belongs to site 1 already", "*.first": "belongs to site 1 already", "FIRST.": "belongs to site 1 already", "*": "belongs to site 1 already",
	} {
		_, err := NewHostNames([][]string{{"first", "*.first", "*"}, {"ok", name}})
		var at *HostError
		if !errors.As(err, &at) || at.Site != 1 || at.Name != 1 || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
	if _, err := NewHostNames([][]string{{"a", "a"}}); err == nil || !strings.Contains(err.Error(), "there twice") {
		t.Error(err)
	}
}

// HostNames and Router choose alike.
func TestHostNames_AsTheRouter(t *testing.T) {
	label := rapid.SampledFrom([]string{"a", "b", "A", "example", "org"})
	host := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(label, 1, 4).Draw(t, "labels"), ".")
	})
	rapid.Check(t, func(t *rapid.T) {
		var sites [][]string
		r := &Router{}
		for range rapid.IntRange(1, 6).Draw(t, "sites") {
			name := host.Draw(t, "host")
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				name = "*." + name
			case 1:
				name = "*"
			}
			sites = append(sites, []string{name})
			if name == "*" {
				name = ""
			}
			r.Route(name + "/")
		}
		names, err := NewHostNames(sites)
		if invalid := r.Validate(); (err == nil) != (invalid == nil) && err == nil {
			t.Fatalf("%v: Router: %v", sites, invalid)
		}
		if err != nil {
			return // two of the same name are one route
		}
		asked := host.Draw(t, "asked") + rapid.SampledFrom([]string{"", ".", ":80", ".:8080"}).Draw(t, "behind")
		want, got := "", names.Find(asked)
		if site := r.siteOf(asked); len(site) > 0 {
			want = site[0].pattern
		}
		have := ""
		if got >= 0 {
			have = sites[got][0] + "/"
			if have == "*/" {
				have = "/"
			}
		}
		if have != want {
			t.Fatalf("%v: %s is %q for HostNames and %q for the Router", sites, asked, have, want)
		}
	})
}

// siteSaying is a site's graph that answers with its number.
func siteSaying(site int, requests *axon.Outbox[*Request], to *axon.Inbox[*Response], failures *axon.Inbox[*Failure]) SiteGraph {
	h := &HandlerFunc{Func: func(_ context.Context, req *Request) (*Response, error) {
		if req.Path == "/end" {
			panic("as asked")
		}
		return Text(req, 200, fmt.Sprint(site)), nil
	}}
	g := &axon.Graph{
		Name:  fmt.Sprint("site", site),
		Parts: axon.Parts{{Name: "HANDLER", Component: h, Policy: axon.Policy{Then: axon.StopPart}}},
		Links: axon.Links{axon.Link(requests, &h.Inbox), axon.Link(&h.Outbox, to), axon.Link(&h.Failures, failures)},
	}
	return SiteGraph{Graph: g, Inbox: &h.Inbox, Well: func() bool { return g.Faults() == 0 }}
}

// driver sends requests to Hosts.
type driver struct {
	Outbox axon.Outbox[*Request]
	do     func(send func(host, path string))
}

func (d *driver) Main(ctx context.Context) error {
	d.do(func(host, path string) { _ = d.Outbox.Send(ctx, &Request{Host: host, Path: path}) })
	return nil
}

func TestHosts(t *testing.T) {
	names, err := NewHostNames([][]string{{"s0"}, {"s1"}, {"s2"}, {"s3"}, {"bad"}})
	if err != nil {
		t.Fatal(err)
	}
	made, out := [5]int{}, &collector[*Response]{got: make(chan *Response, 100)}
	others, failures := &collector[*Request]{got: make(chan *Request, 1)}, &collector[*Failure]{got: make(chan *Failure, 100)}
	h := &Hosts{Names: names, Most: 2, Make: func(site int, requests *axon.Outbox[*Request]) SiteGraph {
		made[site]++
		if site == 4 {
			return SiteGraph{Graph: &axon.Graph{Name: "bad", Parts: axon.Parts{{}}}}
		}
		return siteSaying(site, requests, &out.Inbox, &failures.Inbox)
	}}
	d := &driver{do: func(send func(host, path string)) {
		ask := func(host, want string) {
			t.Helper()
			send(host, "/")
			if got := <-out.got; string(got.Bytes) != want {
				t.Errorf("%s: %s", host, got.Bytes)
			}
		}
		for range 3 {
			ask("s0", "0")
			ask("s1:80", "1")
		}
		if made != [5]int{1, 1} || !h.Well() {
			t.Errorf("made %v", made)
		}
		send("other", "/")
		if req := <-others.got; req.Host != "other" {
			t.Errorf("%+v", req)
		}
		ask("s0", "0")
		ask("s2", "2") // s1 ends
		ask("s0", "0")
		ask("s1", "1") // and is made again; s2 ends
		for i := range 30 {
			ask(fmt.Sprint("s", i%4), fmt.Sprint(i%4))
		}
		send("bad", "/")
		if f := <-failures.got; f.Status != 500 {
			t.Errorf("%+v", f)
		}
		ask("s1", "1")
		send("bad", "/")
		if f := <-failures.got; f.Status != 500 {
			t.Errorf("%+v", f)
		}
		ask("s1", "1")
		// A site whose graph has ended fails once more, and is made again then.
		send("s1", "/end")
		if f := <-failures.got; f.Status != 500 || h.Well() {
			t.Errorf("%+v", f)
		}
		for again := false; !again; {
			send("s1", "/")
			select {
			case f := <-failures.got:
				if f.Status < 500 {
					t.Errorf("%+v", f)
				}
			case <-out.got:
				again = true
			}
		}
		// So is one that has ended while another one was asked.
		send("s1", "/end")
		<-failures.got
		again := false
		for range 10 {
			send("s0", "/")
			send("s1", "/")
			send("s0", "/")
			for zeros := 0; zeros < 2; {
				if got := string((<-out.got).Bytes); got == "0" {
					zeros++
				} else {
					again = true
				}
			}
		}
		if !again {
			t.Error("a site that has ended while another one was asked is not made again")
		}
	}}
	g := &axon.Graph{
		Name: "test",
		Parts: axon.Parts{
			{Name: "DRIVER", Component: d}, {Name: "HOSTS", Component: h}, {Name: "ANSWERS", Component: out},
			{Name: "OTHERS", Component: others}, {Name: "FAILURES", Component: failures},
		},
		Links: axon.Links{
			axon.Link(&d.Outbox, &h.Inbox), axon.Link(&h.Outbox, &others.Inbox), axon.Link(&h.Failures, &failures.Inbox),
			axon.Shared(&out.Inbox, h), axon.Shared(&failures.Inbox, h),
		},
	}
	if err := g.Run(t.Context()); err != nil {
		t.Error(err)
	}
}

// collector collects messages of any type.
type collector[T any] struct {
	Inbox axon.Inbox[T]
	got   chan T
}

func (a *collector[T]) Main(ctx context.Context) error {
	for v := range a.Inbox.All(ctx) {
		a.got <- v
	}
	return nil
}

func TestHosts_Conform(t *testing.T) {
	names, err := NewHostNames([][]string{{"s0"}, {"s1"}})
	if err != nil {
		t.Fatal(err)
	}
	axontest.Conform(t, func() axon.Component {
		return &Hosts{Names: names, Make: func(site int, requests *axon.Outbox[*Request]) SiteGraph {
			sink := &discard{}
			g := &axon.Graph{
				Name: "site", Parts: axon.Parts{{Name: "SINK", Component: sink}},
				Links: axon.Links{axon.Link(requests, &sink.Inbox)},
			}
			return SiteGraph{Graph: g, Inbox: &sink.Inbox, Well: func() bool { return true }}
		}}
	}, axontest.FeedFunc("inbox", func() []*Request { return []*Request{{Host: "s0"}, {Host: "other"}, {Host: "s1"}} }))
	if (&Hosts{}).Validate() == nil {
		t.Error("Hosts without Names are taken")
	}
}

type discard struct{ Inbox axon.Inbox[*Request] }

func (d *discard) Main(ctx context.Context) error {
	for range d.Inbox.All(ctx) {
	}
	return nil
}
