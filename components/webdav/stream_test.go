package webdav

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// crowd makes a share with many files.
func crowd(t testing.TB, n int) *Share {
	s := share(t, nil)
	fill(t, s.Dir.Tree.Dir, n)
	return s
}

// fill makes many files in a directory.
func fill(t testing.TB, dir string, n int) {
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file-%06d", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A large answer is sent as it is written, and not held.
func TestStream(t *testing.T) {
	const n = 2000
	s := crowd(t, n)
	synctest.Test(t, func(t *testing.T) {
		h := &Handler{Share: s}
		x := axontest.Run(t, h)
		axontest.Send(x, &h.Inbox, request("PROPFIND", "/", "", "Depth: 1"), request("OPTIONS", "/", ""))
		resp := axontest.Recv(x, &h.Outbox)
		if resp.Status != 207 || resp.Stream == nil || resp.Length != 0 {
			t.Fatalf("%+v", resp)
		}
		synctest.Wait() // it waits for a reader now
		text, err := io.ReadAll(resp.Stream)
		if err != nil || strings.Count(string(text), "<D:response>") != n+1 || !strings.HasSuffix(string(text), "</D:multistatus>\n") {
			t.Errorf("%d bytes, %v", len(text), err)
		}
		if resp := axontest.Recv(x, &h.Outbox); resp.Status != 200 {
			t.Errorf("the next: %+v", resp)
		}
	})
}

// A client that leaves in the middle of an answer costs that answer alone.
func TestStream_Abandoned(t *testing.T) {
	s := crowd(t, 1000)
	synctest.Test(t, func(t *testing.T) {
		h := &Handler{Share: s}
		x := axontest.Run(t, h)
		axontest.Send(x, &h.Inbox, request("PROPFIND", "/", "", "Depth: 1"), request("OPTIONS", "/", ""))
		_ = axontest.Recv(x, &h.Outbox).Stream.Close()
		if resp := axontest.Recv(x, &h.Outbox); resp.Status != 200 {
			t.Errorf("the next: %+v", resp)
		}
	})
}

// A collection that is deleted while it is told of ends there, as one does that is
// empty: what is told of the rest of the tree stays whole.
func TestStream_Deleted(t *testing.T) {
	const n = 2000
	s := share(t, nil)
	s.Infinity = true
	dir := filepath.Join(s.Dir.Tree.Dir, "d")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	fill(t, dir, n)
	synctest.Test(t, func(t *testing.T) {
		h := &Handler{Share: s}
		x := axontest.Run(t, h)
		axontest.Send(x, &h.Inbox, request("PROPFIND", "/", "", "Depth: infinity"))
		body := axontest.Recv(x, &h.Outbox).Stream
		synctest.Wait() // it is in the middle of the collection
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if told := strings.Count(string(text), "<D:response>"); err != nil || told < 10 || told >= n || !strings.HasSuffix(string(text), "</D:multistatus>\n") {
			t.Errorf("%d resources, %v", told, err)
		}
	})
}

// An answer that can not be finished is cut, so that nobody takes a part for the
// whole.
func TestStream_Cut(t *testing.T) {
	s := crowd(t, 1000)
	if err := os.Mkdir(filepath.Join(s.Dir.Tree.Dir, sideDir), 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.Open(s.Dir.Tree.Dir)
	if err != nil {
		t.Fatal(err)
	}
	names, err := dir.Readdirnames(-1) // as they come
	_ = dir.Close()
	last := ""
	for _, name := range names {
		if strings.HasPrefix(name, "file") {
			last = name
		}
	}
	if err != nil || os.WriteFile(filepath.Join(s.Dir.Tree.Dir, sideFile(last, false)), []byte("nonsense"), 0o644) != nil {
		t.Fatal(err, last)
	}
	synctest.Test(t, func(t *testing.T) {
		h := &Handler{Share: s}
		x := axontest.Run(t, h)
		axontest.Send(x, &h.Inbox, request("PROPFIND", "/", "", "Depth: 1"), request("OPTIONS", "/", ""))
		if b, err := io.ReadAll(axontest.Recv(x, &h.Outbox).Stream); err == nil || len(b) < 100_000 {
			t.Errorf("%d bytes, %v", len(b), err)
		}
		if resp := axontest.Recv(x, &h.Outbox); resp.Status != 200 {
			t.Errorf("the next: %+v", resp)
		}
	})
}

// A Handler that fails cuts the answer that it was writing, and answers others
// with 500.
func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &Handler{stream: http1.NewBody(0)}
		body := h.stream
		h.Lost(t.Context(), &axon.Fault{Part: "WEBDAV"})
		if _, err := body.Read(make([]byte, 1)); err == nil || err == io.EOF || h.stream != nil {
			t.Errorf("%v", err)
		}
	})
	s := share(t, nil)
	synctest.Test(t, func(t *testing.T) {
		h := &Handler{Share: s}
		x := axontest.Run(t, h, axontest.WithPolicy(axon.Policy{Restarts: -1}))
		axontest.Send(x, &h.Inbox, nil, request("OPTIONS", "/", ""))
		if f := axontest.Recv(x, &h.Failures); f.Status != 500 {
			t.Errorf("%v", f)
		}
		if resp := axontest.Recv(x, &h.Outbox); resp.Status != 200 {
			t.Errorf("%+v", resp)
		}
	})
}

// What does not fit leaves nothing.
func TestCopy_NoRoom(t *testing.T) {
	s := share(t, siteFiles())
	before := s.holds(t)
	s.Dir.Spare = 1 << 62
	for _, path := range []string{"/a", "/d"} {
		if a := s.ask(t, "COPY", path, "", "Destination: /dav/n"); a.status != 507 {
			t.Errorf("%s: %+v", path, a)
		}
	}
	if got := s.holds(t); got != before {
		t.Errorf("the share holds %s", got)
	}
}

// Links that are not followed do not exist, and none leads out or round.
func TestLinks(t *testing.T) {
	content := map[string]string{"a": "A", "d/b": "B", "in": "-> a", "ring": "-> .", "out": "-> ../outside", "up": "-> .."}
	for _, policy := range []files.LinkPolicy{files.LinksInside, files.LinksNone} {
		s := share(t, content)
		s.Dir.Tree.Links, s.Infinity = policy, true
		if err := os.WriteFile(filepath.Join(s.Dir.Tree.Dir, "../outside"), []byte("secret"), 0o644); err != nil {
			t.Fatal(err)
		}
		got := s.ask(t, "PROPFIND", "/", find(""), "Depth: infinity").properties(t)
		want := "/dav/ /dav/a /dav/d/ /dav/d/b"
		if policy == files.LinksInside {
			want += " /dav/in /dav/ring/"
		}
		var hrefs []string
		for href := range got {
			hrefs = append(hrefs, href)
		}
		if all := strings.Join(sorted(hrefs), " "); all != want {
			t.Errorf("%v: %s", policy, all)
		}
		for _, path := range []string{"/up/outside", "/out"} {
			for _, method := range []string{"PROPFIND", "COPY", "MOVE", "DELETE", "LOCK"} {
				if path == "/out" && method == "DELETE" {
					continue // the link itself may go
				}
				body := ""
				if method == "LOCK" {
					body = lockXML("shared", "")
				}
				if a := s.ask(t, method, path, body, "Destination: /dav/n", "Depth: 0"); a.status < 400 {
					t.Errorf("%v: %s %s: %+v", policy, method, path, a)
				}
			}
		}
		if b, err := os.ReadFile(filepath.Join(s.Dir.Tree.Dir, "../outside")); string(b) != "secret" || err != nil {
			t.Errorf("%v: outside is %q, %v", policy, b, err)
		}
	}
}

// Many clients at once, at whatever they like: the share stays in order, and
// nothing is left over.
func TestRaces(t *testing.T) {
	s := share(t, map[string]string{"a": "A", "b/c": "C", "b/d/e": "E"})
	s.Infinity = true
	names := []string{"/a", "/b", "/b/c", "/b/d", "/b/d/e", "/f", "/f/g"}
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			h := &Handler{Share: s, Prefix: "/dav"}
			r := rand.New(rand.NewPCG(uint64(k), 7))
			name := func() string { return names[r.IntN(len(names))] }
			for range 300 {
				method, body := Methods()[r.IntN(len(Methods()))], ""
				switch method {
				case "PUT":
					body = strings.Repeat("x", r.IntN(1000))
				case "PROPPATCH":
					body = update(set(fmt.Sprintf("<x:p>%d</x:p>", r.IntN(100))))
				case "LOCK":
					if r.IntN(4) > 0 {
						continue
					}
					body = lockXML([]string{"exclusive", "shared"}[r.IntN(2)], "")
				}
				req := request(method, "/dav"+name(), body, "Destination: /dav"+name(), "Timeout: Second-1")
				resp, err := h.serve(t.Context(), req)
				if f, ok := errors.AsType[*http1.Failure](err); err != nil && (!ok || f.Status == 500) {
					t.Errorf("%s %s: %v", method, req.Path, err)
				}
				if err == nil && resp == nil {
					t.Errorf("%s %s: no answer", method, req.Path)
				}
			}
		})
	}
	wg.Wait()
	err := filepath.WalkDir(s.Dir.Tree.Dir, func(path string, e os.DirEntry, err error) error {
		if strings.Contains(e.Name(), "upload") {
			t.Errorf("%s is left", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
