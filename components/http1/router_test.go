package http1

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestRouter_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component {
		r := &Router{Trace: true}
		r.Route("/")
		r.Route("/doc")
		r.Route("PURGE example.org/cache")
		return r
	}, axontest.Feed("inbox",
		&Request{Method: "GET", Path: "/"}, &Request{Method: "GET", Path: "/doc/a"},
		&Request{Method: "PURGE", Path: "/cache/a", Host: "example.org"}, &Request{Method: "TRACE", Path: "/"},
		&Request{Method: "BREW", Path: "/"}, &Request{Method: "OPTIONS", Path: "*"}))
}

// goesTo tells where a Router sends a request: to a route, or which failure or
// answer it makes, with its Allow.
func goesTo(t *testing.T, r *Router, req *Request) string {
	t.Helper()
	h := axontest.Run(t, r)
	axontest.Send(h, &r.Inbox, req)
	h.Finish()
	var got []string
	for i := range r.Routes.Len() {
		pattern, out := r.Routes.At(i)
		for _, to := range axontest.Rest(h, out) {
			if to != req {
				t.Error("another request")
			}
			got = append(got, pattern)
		}
	}
	for _, f := range axontest.Rest(h, &r.Failures) {
		if f.Request != req || f.Cause == nil || f.Stage != axontest.Unit || f.Close {
			t.Errorf("%+v", f)
		}
		got = append(got, strings.TrimSpace(fmt.Sprint(f.Status, " ", f.Header.Get("Allow"))))
	}
	for _, resp := range axontest.Rest(h, &r.Outbox) {
		if err := resp.Validate(); err != nil || resp.Request != req {
			t.Errorf("%+v, %v", resp, err)
		}
		got = append(got, fmt.Sprint(resp.Status, " ", resp.Header.Get("Allow")))
	}
	return strings.Join(got, " and ")
}

func TestRouter_Paths(t *testing.T) {
	const all = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, BREW"
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
		{"BREW", "/doc", "/doc"},
		{"get", "/doc", "501"},
		{"TEAPOT", "/nowhere", "501"},
		{"OPTIONS", "*", "204 " + all},
		{"OPTIONS", "/a", "/a"},
		{"OPTIONS", "/nowhere", "404"},
		{"TRACE", "/a", "405 " + all},
		{"TRACE", "/nowhere", "404"},
		{"CONNECT", "", "405 " + all},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &Router{Methods: []string{"BREW"}}
				for _, route := range []string{"/doc", "/doc/api", "/a"} {
					r.Route(route)
				}
				if got := goesTo(t, r, &Request{Method: c.method, Path: c.path}); got != c.want {
					t.Errorf("goes to %q, want %q", got, c.want)
				}
			})
		})
	}
}

func TestRouter_Methods(t *testing.T) {
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/", "/"},
		{"HEAD", "/x", "/"},
		{"POST", "/x", "405 GET, HEAD, OPTIONS"},
		{"OPTIONS", "/x", "204 GET, HEAD, OPTIONS"},
		{"PURGE", "/x", "405 GET, HEAD, OPTIONS"},
		{"OPTIONS", "*", "204 GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, CONNECT, LINK, PURGE, UNLINK"},
		{"CONNECT", "", "405 GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, CONNECT, LINK, PURGE, UNLINK"},
		// a claim leaves the other methods to what has the path
		{"PURGE", "/cache", "PURGE /cache"},
		{"GET", "/cache", "/"},
		{"PUT", "/cache/x", "405 GET, HEAD, OPTIONS, PURGE"},
		{"OPTIONS", "/cache/x", "204 GET, HEAD, OPTIONS, PURGE"},
		// two claims, and the rest of the path
		{"PUT", "/files/x", "PUT,DELETE /files"},
		{"DELETE", "/files/x", "PUT,DELETE /files"},
		{"HEAD", "/files/x", "/files"},
		{"PATCH", "/files/x", "405 GET, HEAD, PUT, DELETE, OPTIONS"},
		// a path of its own: what lies above does not show through
		{"GET", "/drop/x", "405 POST, OPTIONS"},
		{"POST", "/drop/x", "/drop"},
		// HEAD goes where GET goes, unless a claim has it
		{"HEAD", "/files/report", "GET /files/report"},
		{"POST", "/files/report", "405 GET, HEAD, PUT, DELETE, OPTIONS"},
		{"DELETE", "/files/report", "PUT,DELETE /files"},
		// a handler that does not say what it answers gets all that is ordinary
		{"PATCH", "/app/x", "/app"},
		{"OPTIONS", "/app/x", "/app"},
		{"LINK", "/app/x", "LINK,UNLINK /app"},
		{"PURGE", "/app/x", "405 GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, LINK, UNLINK"},
		{"TRACE", "/app/x", "405 GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, LINK, UNLINK"},
		{"CONNECT", "/tunnel", "405 GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, CONNECT, LINK, PURGE, UNLINK"},
		{"QUERY", "/app/x", "501"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &Router{}
				for _, pattern := range []string{
					"PUT,DELETE /files", "LINK,UNLINK /app", "/", "/files", "PURGE /cache",
					"/app", "/drop", "GET /files/report", "CONNECT /proxy",
				} {
					r.Route(pattern)
				}
				r.Allow("/", []string{"GET", "HEAD"})
				r.Allow("/files", []string{"GET"})
				r.Allow("/drop", []string{"POST"})
				if c.method == "CONNECT" && c.path != "" {
					c.path = "" // as the parser has it
				}
				if got := goesTo(t, r, &Request{Method: c.method, Path: c.path}); got != c.want {
					t.Errorf("goes to %q, want %q", got, c.want)
				}
			})
		})
	}
}

func TestRouter_Hosts(t *testing.T) {
	routes := []string{"/", "/doc", "Example.ORG./", "*.example.org/", "*.b.example.org/", "PURGE a.example.org/", "[2001:db8::1]/"}
	for _, c := range []struct{ host, path, want string }{
		{"", "/", "/"},
		{"elsewhere.net", "/x", "/"},
		{"elsewhere.net", "/doc", "/doc"},
		{"127.0.0.1:8080", "/doc", "/doc"},
		{"example.org", "/doc", "Example.ORG./"},
		{"EXAMPLE.org:8080", "/", "Example.ORG./"},
		{"example.org.", "/", "Example.ORG./"},
		{"example.org.:80", "/", "Example.ORG./"},
		{"example.org:", "/", "Example.ORG./"},
		{"c.example.org", "/", "*.example.org/"},
		{"c.C.Example.Org:1", "/", "*.example.org/"},
		{"c.b.example.org", "/", "*.b.example.org/"},
		{"b.example.org", "/", "*.example.org/"},
		{".example.org", "/", "/"},
		{"badexample.org", "/", "/"},
		{"a.example.org", "/x", "405 OPTIONS, PURGE"},
		{"[2001:db8::1]:8080", "/", "[2001:db8::1]/"},
		{"[2001:db8::1]", "/", "[2001:db8::1]/"},
		{"[2001:db8::2]", "/", "/"},
	} {
		t.Run(c.host+c.path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &Router{}
				for _, pattern := range routes {
					r.Route(pattern)
				}
				if got := goesTo(t, r, &Request{Method: "GET", Path: c.path, Host: c.host}); got != c.want {
					t.Errorf("goes to %q, want %q", got, c.want)
				}
			})
		})
	}
	for host, want := range map[string]string{"": "404", "b.example": "421", "a.example:80": "a.example/"} {
		t.Run("no other host, "+host, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &Router{}
				r.Route("a.example/")
				if got := goesTo(t, r, &Request{Method: "GET", Path: "/", Host: host}); got != want {
					t.Errorf("goes to %q, want %q", got, want)
				}
			})
		})
	}
	t.Run("in turn", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := &Router{}
			a, b := r.Route("a.example/"), r.Route("/")
			h := axontest.Run(t, r)
			for _, c := range []struct {
				host string
				out  *axon.Outbox[*Request]
			}{{"a.example", a}, {"a.example", a}, {"b.example", b}, {"a.example:1", a}, {"", b}} {
				axontest.Send(h, &r.Inbox, &Request{Method: "GET", Path: "/", Host: c.host})
				if got := axontest.Recv(h, c.out); got.Host != c.host {
					t.Errorf("%q came, not %q", got.Host, c.host)
				}
			}
		})
	})
}

func TestRouter_Trace(t *testing.T) {
	head := Header{{"Host", "a"}, {"X-A", "1"}, {"cookie", "secret"}, {"Authorization", "Basic eDp5"}, {"Max-Forwards", "3"}}
	synctest.Test(t, func(t *testing.T) {
		r := &Router{Trace: true}
		r.Route("/")
		h := axontest.Run(t, r)
		req := &Request{Method: "TRACE", Target: "/a?b", Path: "/a", Major: 1, Minor: 1, Header: head}
		axontest.Send(h, &r.Inbox, req)
		resp := axontest.Recv(h, &r.Outbox)
		want := "TRACE /a?b HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nMax-Forwards: 3\r\n\r\n"
		if resp.Status != 200 || resp.Header.Get("Content-Type") != "message/http" || string(resp.Bytes) != want {
			t.Errorf("%d %v %q", resp.Status, resp.Header, resp.Bytes)
		}
		axontest.Send(h, &r.Inbox, &Request{Method: "TRACE", Path: "/a", Body: NewBody(1)})
		if f := axontest.Recv(h, &r.Failures); f.Status != 400 {
			t.Errorf("with content: %v", f)
		}
		axontest.Send(h, &r.Inbox, &Request{Method: "OPTIONS", Path: "*"})
		if allow := axontest.Recv(h, &r.Outbox).Header.Get("Allow"); !strings.HasSuffix(allow, ", TRACE") {
			t.Errorf("Allow: %s", allow)
		}
	})
	t.Run("claimed", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := &Router{}
			r.Route("TRACE /a")
			if got := goesTo(t, r, &Request{Method: "TRACE", Path: "/a"}); got != "TRACE /a" {
				t.Errorf("goes to %q", got)
			}
		})
	})
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
	for _, c := range []struct {
		name   string
		routes string // in lines
		wrong  string // what the mistake tells of; "" means there is none
	}{
		{"plain", "/\n/a\n/a/b\n/with space\n/.hidden\n/100%", ""},
		{"hosts", "a.example/\n*.a.example/\n/\n[::1]/\nA-1.example/x", ""},
		{"methods", "GET /\nPUT,DELETE /\nPURGE a.example/\nGET a.example/\n/", ""},
		{"no slash", "/\nb", `"b"`},
		{"slash at the end", "/c/", `"/c/"`},
		{"empty", "", `""`},
		{"empty segment", "/a//b", `"/a//b"`},
		{"dots", "/a/../b", `"/a/../b"`},
		{"port", "a.example:80/", `a.example:80`},
		{"star inside", "a.*.example/", `a.*.example`},
		{"two stars", "*.*.example/", `*.*.example`},
		{"star alone", "*/", `"*/"`},
		{"star and nothing", "*./", `"*./"`},
		{"bad host", "GET a b.example/", "0x20 in the host"},
		{"userinfo", "a@b/", `a@b`},
		{"no method", ",GET /", `""`},
		{"no method at all", " /", `""`},
		{"method not a token", "GE(T /", `"GE(T"`},
		{"same host", "A.example/\na.example./", "are the same"},
		{"same method", "PUT,DELETE /a\nPATCH,PUT /a", "both take PUT"},
		{"get takes head", "GET /a\nHEAD /a", "both take HEAD"},
		{"head taken by get", "HEAD /a\nGET /a", "both take"},
		{"other order", "GET,PUT /a\nPUT,GET /a", "both take"},
		{"other paths", "GET /a\nGET /b\nGET a.example/a\n/a", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &Router{}
			for route := range strings.SplitSeq(c.routes, "\n") {
				r.Route(route)
			}
			err := r.Validate()
			if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("%v, want %q", err, c.wrong)
			}
		})
	}
}

// A request of the simplest kind costs the Router no memory, and one for a host
// of many none either.
func TestRouter_Allocations(t *testing.T) {
	r := &Router{}
	for i := range 20 {
		r.Route(fmt.Sprintf("h%d.example/", i))
	}
	r.Route("/")
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"", "H7.example:80", "other.example"} {
		if n := testing.AllocsPerRun(100, func() {
			r.site = nil
			if find(r.siteOf(host), "GET", "/a", nil) == nil {
				t.Error("no route")
			}
		}); n > 0 {
			t.Errorf("%q: %v allocations", host, n)
		}
	}
}

// However the routes are, a request goes where the rules in Router's comment say,
// and what Allow lists has a route.
func FuzzRouter(f *testing.F) {
	f.Add("GET", "", "/doc/a", "/doc\n/\n/doc/a/b")
	f.Add("HEAD", "a.example:80", "/", "/a\nGET A.example/\nPURGE a.example/\n*.example/")
	f.Add("PUT", "b.example", "/docs", "/doc\n*.example/docs\nPUT,DELETE *.example/")
	f.Fuzz(func(t *testing.T, method, host, path, list string) {
		if !strings.HasPrefix(path, "/") || strings.Count(list, "\n") > 20 {
			return
		}
		r := &Router{}
		for pattern := range strings.SplitSeq(list, "\n") {
			r.Route(pattern)
		}
		if r.Validate() != nil {
			return
		}
		site := r.siteOf(host)
		got, want := find(site, method, path, nil), byTheRules(r.routes, method, hostName(host), path)
		if got != want && (got == nil || want == nil || got.pattern != want.pattern) {
			t.Fatalf("%s %s%s goes to %v, not %v, of %q", method, host, path, got, want, list)
		}
		allow := r.allowed(site, path)
		for m := range strings.SplitSeq(allow, ", ") {
			if allow != "" && m != "OPTIONS" && find(site, m, path, nil) == nil {
				t.Fatalf("%s is allowed on %s%s, and has no route, of %q", m, host, path, list)
			}
		}
		if got != nil && !slices.Contains(strings.Split(allow, ", "), method) {
			t.Fatalf("%s has a route on %s%s, and is not in Allow: %s, of %q", method, host, path, allow, list)
		}
	})
}

// byTheRules finds a route by asking each whether another is better.
func byTheRules(routes []route, method, host, path string) (best *route) {
	chosen, found := "", false // the host
	for _, t := range routes {
		name := strings.EqualFold(t.host, host) && host != ""
		wild := t.host != "" && t.host[0] == '.' && len(host) > len(t.host) && strings.HasSuffix(strings.ToLower(host), t.host)
		switch {
		case t.host != "" && t.host[0] != '.' && name:
			chosen, found = t.host, true
		case wild && (!found || chosen != "" && chosen[0] == '.' && len(t.host) > len(chosen)):
			chosen, found = t.host, true
		}
	}
	for i := range routes {
		t := &routes[i]
		if t.host != chosen || t.path != "/" && path != t.path && !strings.HasPrefix(path, t.path+"/") {
			continue
		}
		owns := t.methods == nil
		claims := slices.Contains(t.methods, method) || method == "HEAD" && slices.Contains(t.methods, "GET")
		if !owns && !claims {
			continue
		}
		if best == nil || len(t.path) > len(best.path) || len(t.path) == len(best.path) && claims {
			best = t
		}
	}
	if best != nil && best.methods == nil && !isOrdinary(method) {
		return nil
	}
	return best
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
