package http1

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestRouter_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component {
		r := &Router{}
		r.Route("/")
		r.Route("/doc")
		return r
	}, axontest.Feed("inbox",
		&Request{Method: "GET", Path: "/"}, &Request{Method: "GET", Path: "/doc/a"},
		&Request{Method: "BREW", Path: "/"}, &Request{Method: "OPTIONS", Path: "*"}))
}

func TestRouter(t *testing.T) {
	routes := []string{"/doc", "/doc/api", "/a"}
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/doc", "/doc"},
		{"GET", "/doc/", "/doc"},
		{"PUT", "/doc/x", "/doc"},
		{"GET", "/doc/api", "/doc/api"},
		{"GET", "/doc/api/x", "/doc/api"},
		{"GET", "/doc/apis", "/doc"},
		{"GET", "/docs", "404"},
		{"GET", "/", "404"},
		{"GET", "/A", "404"},
		{"BREW", "/doc", "BREW is ours: /doc"},
		{"get", "/doc", "501"},
		{"TEAPOT", "/nowhere", "501"},
		{"OPTIONS", "*", "204 GET, HEAD, OPTIONS"},
		{"OPTIONS", "/a", "/a"},
		{"TRACE", "/a", "/a"},
		{"CONNECT", "", "404"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &Router{Methods: []string{"BREW"}}
				for _, route := range routes {
					r.Route(route)
				}
				h := axontest.Run(t, r)
				req := &Request{Method: c.method, Path: c.path}
				axontest.Send(h, &r.Inbox, req)
				h.Finish()
				var got []string
				for _, route := range routes {
					for _, to := range axontest.Rest(h, r.Route(route)) {
						if to != req {
							t.Error("another request")
						}
						got = append(got, route)
					}
				}
				for _, f := range axontest.Rest(h, &r.Failures) {
					if f.Request != req || f.Cause == nil || f.Stage != axontest.Unit || f.Close {
						t.Errorf("%+v", f)
					}
					got = append(got, fmt.Sprint(f.Status))
				}
				for _, resp := range axontest.Rest(h, &r.Outbox) {
					got = append(got, fmt.Sprint(resp.Status, " ", resp.Header.Get("Allow")))
				}
				want := c.want[strings.LastIndex(c.want, ": ")+1:]
				if len(got) != 1 || got[0] != strings.TrimSpace(want) {
					t.Errorf("goes to %q, want %q", got, want)
				}
			})
		})
	}
}

// A handler that has ended, and a Router that fails, cost no request its answer.
func TestRouter_Failures(t *testing.T) {
	t.Run("handler gone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := &Router{}
			r.Route("/a")
			r.Route("/b")
			h := axontest.Run(t, r)
			axontest.Gone(h, r.Route("/a"))
			axontest.Send(h, &r.Inbox, &Request{Method: "GET", Path: "/a"}, &Request{Method: "GET", Path: "/b"})
			if f := axontest.Recv(h, &r.Failures); f.Status != 503 {
				t.Errorf("%v", f)
			}
			if req := axontest.Recv(h, r.Route("/b")); req.Path != "/b" {
				t.Errorf("%v", req.Path)
			}
		})
	})
	t.Run("panic", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := &Router{}
			h := axontest.Run(t, r, axontest.WithPolicy(axon.Policy{Restarts: -1}))
			bad, good := (*Request)(nil), &Request{Method: "GET", Path: "/a"}
			axontest.Send(h, &r.Inbox, bad, good)
			if f := axontest.Recv(h, &r.Failures); f.Status != 500 || f.Request != bad {
				t.Errorf("%v", f)
			}
			if f := axontest.Recv(h, &r.Failures); f.Status != 404 || f.Request != good {
				t.Errorf("%v", f)
			}
		})
	})
}

func TestRouter_Validate(t *testing.T) {
	r := &Router{}
	for _, route := range []string{"/", "/a", "b", "/c/", ""} {
		r.Route(route)
	}
	err := r.Validate()
	for _, bad := range []string{`"b"`, `"/c/"`, `""`} {
		if err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%v does not tell of %s", err, bad)
		}
	}
	if err != nil && strings.Contains(err.Error(), `"/a"`) {
		t.Errorf("%v", err)
	}
}

// Whatever the path, the longest route wins that is the path or lies above it.
func FuzzRouter(f *testing.F) {
	f.Add("/doc/a", "/doc\n/\n/doc/a/b")
	f.Add("/", "/a")
	f.Add("/docs", "/doc")
	f.Fuzz(func(t *testing.T, path, list string) {
		r := &Router{}
		want := ""
		for route := range strings.SplitSeq(list, "\n") {
			if !strings.HasPrefix(route, "/") || route != "/" && strings.HasSuffix(route, "/") {
				continue
			}
			r.Route(route)
			prefix := strings.TrimSuffix(route, "/") + "/"
			if (strings.HasPrefix(path+"/", prefix) || route == "/") && len(route) > len(want) {
				want = route
			}
		}
		got := r.find(path)
		switch {
		case want == "" && got != nil:
			t.Fatalf("%q goes somewhere, of %q", path, list)
		case want != "" && got != r.Route(want):
			t.Fatalf("%q does not go to %q, of %q", path, want, list)
		}
	})
}

func ExampleRouter() {
	router := &Router{}
	requests := &asker{paths: []string{"/", "/doc/a", "/docs"}}
	doc, root, lost := &pathPrinter{name: "doc"}, &pathPrinter{name: "root"}, axon.Discard(&router.Failures)
	g := &axon.Graph{
		Name: "example",
		Parts: axon.Parts{
			{Name: "REQUESTS", Component: requests},
			{Name: "ROUTER", Component: router},
			{Name: "DOC", Component: doc},
			{Name: "ROOT", Component: root},
		},
		Links: axon.Links{
			axon.Link(&requests.Outbox, &router.Inbox),
			axon.Link(router.Route("/doc"), &doc.Inbox),
			axon.Link(router.Route("/"), &root.Inbox),
			axon.Discard(&router.Outbox),
			lost,
		},
	}
	err := g.Run(context.Background())
	fmt.Println(doc.name, doc.paths)
	fmt.Println(root.name, root.paths, errors.Is(err, nil))
	// Output:
	// doc [/doc/a]
	// root [/ /docs] true
}

type asker struct {
	paths  []string
	Outbox axon.Outbox[*Request]
}

func (a *asker) Main(ctx context.Context) error {
	for _, p := range a.paths {
		if err := a.Outbox.Send(ctx, &Request{Method: "GET", Path: p}); err != nil {
			return err
		}
	}
	return nil
}

type pathPrinter struct {
	name  string
	paths []string
	Inbox axon.Inbox[*Request]
}

func (p *pathPrinter) Main(ctx context.Context) error {
	for req := range p.Inbox.All(ctx) {
		p.paths = append(p.paths, req.Path)
	}
	return nil
}
