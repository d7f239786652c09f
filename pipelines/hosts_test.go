package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// says is a mount whose handler answers with a word and the path.
func says(path, word string) pipelines.Mount {
	m := at(path, func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		if strings.HasSuffix(req.Path, "/fail") {
			return nil, errors.New("as asked")
		}
		return http1.Text(req, 200, word+req.Path+" by "+req.Header.Joined("Way")), nil
	})
	m.Name = strings.ToUpper(word)
	return m
}

// stage notes in the request that it passed, redirects /elsewhere/NAME, and lets
// /new/NAME be /old.
func stage(name string) pipelines.Before {
	return pipelines.Before{Name: name, Filter: func() http1.RequestFilterPart {
		return &http1.RequestFilterFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Request, *http1.Response, error) {
			switch req.Path {
			case "/elsewhere/" + name:
				return nil, http1.Text(req, 302, name), nil
			case "/forbidden/" + name:
				return nil, nil, &http1.Failure{Status: 403, Cause: errors.New("as asked")}
			}
			c := req.Clone()
			c.Header.Add("Way", name)
			if req.Path == "/new/"+name {
				c.Path = "/old"
			}
			return c, nil, nil
		}}
	}}
}

// mark notes in the response that it passed.
func mark(name string, errors bool) pipelines.After {
	return pipelines.After{Name: name, Errors: errors, Filter: func() http1.ResponseFilterPart {
		return &http1.ResponseFilterFunc{Func: func(_ context.Context, resp *http1.Response) error {
			if strings.HasSuffix(resp.Request.Path, "/break/"+name) {
				panic("as asked")
			}
			resp.Header.Add("Back", name)
			return nil
		}}
	}}
}

// wordy is an error component that says whose it is.
type wordy struct {
	http1.ErrorHandler
	name string
}

func (w *wordy) Main(ctx context.Context) error {
	for f := range w.Inbox.All(ctx) {
		if err := w.Outbox.Send(ctx, http1.Text(f.Request, f.Status, "error of "+w.name)); err != nil {
			return err
		}
	}
	return nil
}

func errorsOf(name string) func() http1.ErrorPart {
	return func() http1.ErrorPart { return &wordy{name: name} }
}

func hosts(t testing.TB, all ...pipelines.Host) *pipelines.Hosts {
	t.Helper()
	made, err := pipelines.NewHosts(all...)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// village is a server of three sites.
func village(t testing.TB) *pipelines.Server {
	return &pipelines.Server{
		Mounts: []pipelines.Mount{says("/", "default"), says("/sub", "defaultsub")},
		Before: []pipelines.Before{stage("ONE"), stage("TWO")},
		After:  []pipelines.After{mark("THREE", false), mark("FOUR", true)},
		Errors: errorsOf("the server"),
		Hosts: hosts(t,
			pipelines.Host{
				Names: []string{"a.example", "www.a.example"}, Mounts: []pipelines.Mount{says("/", "a"), says("/old", "aold")},
				Before: []pipelines.Before{stage("A1"), stage("A2")}, After: []pipelines.After{mark("A3", true), mark("A4", true)},
				Errors: errorsOf("a"),
			},
			pipelines.Host{Names: []string{"*.b.example"}, Name: "b", Mounts: []pipelines.Mount{says("/only", "b")}},
			pipelines.Host{Names: []string{"c.example"}, Mounts: []pipelines.Mount{says("/", "c")}, After: []pipelines.After{mark("C1", true)}},
		),
	}
}

func TestHosts(t *testing.T) {
	x := serve(t, village(t))
	one := x.dial()
	for range 2 { // on one connection, and on many
		for _, tc := range []struct {
			host, path string
			status     int
			body       string
			back       string
		}{
			{"other", "/x", 200, "default/x by ONE, TWO", "THREE,FOUR"},
			{"other", "/sub/x", 200, "defaultsub/sub/x by ONE, TWO", "THREE,FOUR"},
			{"other", "/elsewhere/TWO", 302, "TWO", "THREE,FOUR"},
			{"other", "/forbidden/ONE", 403, "error of the server", "FOUR"},
			{"other", "/fail", 500, "error of the server", "FOUR"},
			{"other", "/new/TWO", 200, "default/old by ONE, TWO", "THREE,FOUR"},
			{"a.example", "/x", 200, "a/x by A1, A2", "A3,A4"},
			{"WWW.A.example:80", "/x", 200, "a/x by A1, A2", "A3,A4"},
			{"a.example", "/new/A1", 200, "aold/old by A1, A2", "A3,A4"},
			{"a.example", "/elsewhere/A1", 302, "A1", "A3,A4"},
			{"a.example", "/forbidden/A2", 403, "error of a", "A3,A4"},
			{"a.example", "/fail", 500, "error of a", "A3,A4"},
			{"z.b.example", "/only", 200, "b/only by ", ""},
			{"z.b.example", "/", 404, "error of the server", "FOUR"},
			{"b.example", "/x", 200, "default/x by ONE, TWO", "THREE,FOUR"},
			{"c.example", "/x", 200, "c/x by ", "C1"},
			{"c.example", "/fail", 500, "error of the server", "C1"},
			{"c.example", "/break/C1", 500, "Internal Server Error\n", ""}, // the filter for its error breaks as well
		} {
			c := one
			if one == nil {
				c = x.dial()
			}
			c.says("GET " + tc.path + " HTTP/1.1\r\nHost: " + tc.host + "\r\n\r\n")
			a := c.hears("GET")
			if a.StatusCode != tc.status || a.body != tc.body || strings.Join(a.Header.Values("Back"), ",") != tc.back {
				t.Errorf("%s%s: %d %q, back %v", tc.host, tc.path, a.StatusCode, a.body, a.Header.Values("Back"))
			}
		}
		one = nil
	}
	c := x.dial()
	c.says("GET /x HTTP/1.0\r\n\r\n")
	if a := c.hears("GET"); a.body != "default/x by ONE, TWO" {
		t.Errorf("HTTP/1.0 without a host: %+v", a)
	}
	x.finish()
}

// Answers keep their order, whatever site they come from, and what is under way
// when the server ends is answered.
func TestHosts_Pipelined(t *testing.T) {
	x := serve(t, village(t))
	c := x.dial()
	names := []string{"a.example", "x.b.example", "c.example", "other"}
	var all strings.Builder
	for i := range 100 {
		fmt.Fprintf(&all, "GET /only/%d HTTP/1.1\r\nHost: %s\r\n\r\n", i, names[i*7%4])
	}
	c.says(all.String())
	for i := range 100 {
		if a := c.hears("GET"); a.StatusCode != 200 || !strings.Contains(a.body, fmt.Sprintf("/only/%d ", i)) {
			t.Fatalf("%d: %+v", i, a)
		}
		if i == 90 {
			x.run.Finish()
		}
	}
	x.wait()
}

// A graph that has served a connection serves the next with its sites, unless
// something went wrong in one of them.
func TestHosts_Reuse(t *testing.T) {
	s := village(t)
	s.Reuse = true
	x := serve(t, s)
	made := x.countGraphs()
	for range 100 {
		c := x.dial()
		c.says("GET /x HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
		if a := c.hears("GET"); a.body != "a/x by A1, A2" {
			t.Fatalf("%+v", a)
		}
		c.closed()
	}
	if n := made.Load(); n > 20 {
		t.Errorf("%d graphs for 100 connections", n)
	}
	before := made.Load()
	for range 20 {
		c := x.dial()
		c.says("GET /break/C1 HTTP/1.1\r\nHost: c.example\r\nConnection: close\r\n\r\n")
		c.hears("GET")
		c.closed()
	}
	if n := made.Load() - before; n < 10 {
		t.Errorf("%d graphs for 20 connections that went wrong", n)
	}
	x.finish()
}

func TestNewHosts_Mistakes(t *testing.T) {
	_, err := pipelines.NewHosts(pipelines.Host{Names: []string{"a"}}, pipelines.Host{Names: []string{"b", "A."}})
	var at *http1.HostError
	if !errors.As(err, &at) || at.Site != 1 || at.Name != 1 {
		t.Error(err)
	}
}

// What a connection costs whose server has many sites: it is built, sends one
// request to one of them, and ends.
func BenchmarkSites(b *testing.B) {
	pass := func(name string) pipelines.Before {
		return pipelines.Before{Name: name, Filter: func() http1.RequestFilterPart {
			return &http1.RequestFilterFunc{Func: func(_ context.Context, r *http1.Request) (*http1.Request, *http1.Response, error) {
				return r, nil, nil
			}}
		}}
	}
	handler := func() http1.HandlerPart {
		return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return http1.Text(req, 200, "a"), nil
		}}
	}
	stages := []pipelines.Before{pass("ONE"), pass("TWO"), pass("THREE"), pass("FOUR")}
	for name, s := range map[string]*pipelines.Server{
		"one":             {Mounts: []pipelines.Mount{{Path: "/", Name: "HANDLER", Handler: handler}}},
		"one, 4 stages":   {Mounts: []pipelines.Mount{{Path: "/", Name: "HANDLER", Handler: handler}}, Before: stages},
		"20 mounts":       {},
		"20 mounts x 4":   {},
		"20 hosts":        {},
		"20 hosts x 4":    {},
		"1,000 hosts x 4": {},
	} {
		n := 20
		if strings.HasPrefix(name, "1,000") {
			n = 1000
		}
		var all []pipelines.Host
		for i := range n {
			host := fmt.Sprintf("h%d.example", i)
			m := pipelines.Mount{Path: "/", Name: fmt.Sprint("HANDLER", i), Handler: handler, Rest: true}
			h := pipelines.Host{Names: []string{host}, Mounts: []pipelines.Mount{m}}
			if strings.HasSuffix(name, "x 4") {
				h.Before = stages
				for _, p := range []string{"ONE", "TWO", "THREE", "FOUR"} {
					m.Before = append(m.Before, pass(p+fmt.Sprint(i)))
				}
			}
			all = append(all, h)
			if m.Host = host; strings.Contains(name, "mounts") {
				s.Mounts = append(s.Mounts, m)
			}
		}
		if strings.Contains(name, "hosts") {
			s.Hosts = hosts(b, all...)
		}
		b.Run(name, func(b *testing.B) {
			listener := &oneConn{conns: make(chan net.Conn, 1)}
			g := &axon.Graph{Name: "server", Parts: axon.Parts{{Name: "LISTENER", Component: s.Listener(listener)}}}
			done := make(chan error, 1)
			go func() { done <- g.Run(context.Background()) }()
			b.ReportAllocs()
			request := []byte("GET / HTTP/1.1\r\nHost: h7.example\r\nConnection: close\r\n\r\n")
			buf := make([]byte, 4096)
			for b.Loop() {
				here, there := net.Pipe()
				listener.conns <- there
				if _, err := here.Write(request); err != nil {
					b.Fatal(err)
				}
				for {
					if _, err := here.Read(buf); err != nil {
						break
					}
				}
				here.Close()
			}
			listener.Close()
			<-done
		})
	}
}
