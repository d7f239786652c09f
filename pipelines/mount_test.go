package pipelines_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// told mounts a handler that answers with its name.
func told(host, path, name string, methods ...string) pipelines.Mount {
	return pipelines.Mount{Host: host, Path: path, Name: name, Methods: methods, Handler: func() http1.HandlerPart {
		return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return http1.Text(req, 200, name), nil
		}}
	}}
}

// reading says that it answers GET alone.
type reading struct{ http1.HandlerFunc }

func (*reading) Allow() []string { return []string{"GET"} }

// Hosts, paths and methods choose the handler, over a socket.
func TestMount_Routes(t *testing.T) {
	docs := pipelines.Mount{Path: "/docs", Name: "DOCS", Handler: func() http1.HandlerPart {
		r := new(reading)
		r.Func = func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return http1.Text(req, 200, "DOCS"), nil
		}
		return r
	}}
	x := serve(t, &pipelines.Server{Trace: true, Mounts: []pipelines.Mount{
		told("", "/", "ALL"), docs,
		told("", "/docs", "LINKS", "LINK", "UNLINK"),
		told("", "/cache", "PURGE", "PURGE"),
		told("example.org", "/", "ORG"),
		told("*.example.org", "/a", "BELOW"),
	}})
	c := x.dial()
	for _, line := range []struct{ request, want string }{
		{"GET / elsewhere.net", "200 ALL"},
		{"PUT /x elsewhere.net:80", "200 ALL"},
		{"HEAD /docs elsewhere.net", "200 "},
		{"GET /docs elsewhere.net", "200 DOCS"},
		{"UNLINK /docs/x elsewhere.net", "200 LINKS"},
		{"POST /docs elsewhere.net", "405 GET, HEAD, OPTIONS, LINK, TRACE, UNLINK"},
		{"OPTIONS /docs elsewhere.net", "204 GET, HEAD, OPTIONS, LINK, TRACE, UNLINK"},
		{"LINK /x elsewhere.net", "405 GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, TRACE"},
		{"QUERY /x elsewhere.net", "501 "},
		{"PURGE /cache/x elsewhere.net", "200 PURGE"},
		{"GET /cache/x elsewhere.net", "200 ALL"},
		{"GET /docs Example.org.:8080", "200 ORG"},
		{"GET /a www.example.org", "200 BELOW"},
		{"GET /b www.example.org", "404 "},
		{"TRACE /b www.example.org", "404 "},
		{"TRACE /docs elsewhere.net", "200 TRACE /docs HTTP/1.1\r\nHost: elsewhere.net\r\n\r\n"},
		{"GET http://example.org/ elsewhere.net", "200 ORG"},
	} {
		part := strings.Split(line.request, " ")
		c.says(part[0] + " " + part[1] + " HTTP/1.1\r\nHost: " + part[2] + "\r\n\r\n")
		a := c.hears(part[0])
		got := a.Status[:4]
		if a.StatusCode == 200 {
			got += a.body
		} else {
			got += a.Header.Get("Allow")
		}
		if got != line.want {
			t.Errorf("%s: %q, want %q", line.request, got, line.want)
		}
	}
	c.says("GET /x HTTP/1.0\r\n\r\n")
	if a := c.hears("GET"); a.body != "ALL" {
		t.Errorf("HTTP/1.0 without Host: %s %q", a.Status, a.body)
	}
	c.closed()
	x.finish()
}

// The graph tells what goes where, and what can not be.
func TestMount_Graph(t *testing.T) {
	build := func(mounts ...pipelines.Mount) (string, error) {
		here, there := net.Pipe()
		defer here.Close()
		defer there.Close()
		g := (&pipelines.Server{Mounts: mounts}).Connection(here)
		err := g.Build()
		return g.String(), err
	}
	picture, err := build(told("", "/", "A"), told("*.example.org", "/cache", "B", "PURGE", "LINK"))
	if err != nil || !strings.Contains(picture, "ROUTER.routes[PURGE,LINK *.example.org/cache] ") {
		t.Errorf("%v\n%s", err, picture)
	}
	for name, mounts := range map[string][]pipelines.Mount{
		"same":              {told("", "/a", "A"), told("", "/a", "B")},
		"same, spelt anew":  {told("example.org", "/a", "A"), told("Example.org.", "/a", "B")},
		"a method twice":    {told("", "/a", "A", "PUT", "DELETE"), told("", "/a", "B", "DELETE")},
		"no path":           {told("", "", "A")},
		"a port":            {told("example.org:80", "/", "A")},
		"a method is empty": {told("", "/", "A", "")},
	} {
		if _, err := build(mounts...); err == nil {
			t.Errorf("%s: no mistake", name)
		}
		if err := (&pipelines.Server{Mounts: mounts}).Validate(); err == nil {
			t.Errorf("%s: is valid", name)
		}
	}
	if err := (&pipelines.Server{Mounts: []pipelines.Mount{told("", "/", "A"), told("", "/b", "A"), {Path: "/c"}}}).Validate(); err == nil ||
		!strings.Contains(err.Error(), "called A") || !strings.Contains(err.Error(), `"/c" has no name`) {
		t.Errorf("%v", err)
	}
	sites, err := pipelines.NewHosts(
		pipelines.Host{Names: []string{"a.example"}, Mounts: []pipelines.Mount{told("", "/", "A")}},
		pipelines.Host{Names: []string{"b.example"}, Mounts: []pipelines.Mount{told("b.example", "/", "A"), told("", "/b", "B"), told("", "/b", "C")}})
	if err != nil {
		t.Fatal(err)
	}
	err = (&pipelines.Server{Mounts: []pipelines.Mount{told("", "/", "A")}, Hosts: sites}).Validate()
	if err == nil || strings.Contains(err.Error(), "a.example") || !strings.Contains(err.Error(), "site b.example") ||
		!strings.Contains(err.Error(), `B and C are both mounted at "/b"`) || !strings.Contains(err.Error(), "host of its own") {
		t.Errorf("%v", err)
	}
}
