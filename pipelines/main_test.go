package pipelines_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// A served is a server that runs.
type served struct {
	t    testing.TB
	addr string
	run  *axon.Running
	sys  *axon.System

	mu     sync.Mutex
	faults []error
}

// serve runs a server on a port of its own until the end of the test.
func serve(t testing.TB, s *pipelines.Server) *served {
	t.Helper()
	return serveSite(t, &pipelines.Site{Server: *s})
}

func serveSite(t testing.TB, site *pipelines.Site) *served {
	t.Helper()
	var err error
	if len(site.Sockets) == 0 {
		socket, err := tcp.Listen("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		site.Sockets = append(site.Sockets, socket)
	}
	x := &served{t: t, addr: site.Sockets[0].Addr().String(), sys: &axon.System{}}
	x.sys.Watch(func(e axon.Event) {
		if e.Kind == axon.PartFailed {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.faults = append(x.faults, e.Err)
		}
	})
	if x.run, err = x.sys.Start(context.Background(), site.Graph()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.sys.Close)
	return x
}

// failed returns the faults of parts so far.
func (x *served) failed() []error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.faults)
}

// finish ends the server in order, and fails if that takes too long.
func (x *served) finish() {
	x.t.Helper()
	x.run.Finish()
	x.wait()
}

func (x *served) wait() {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := x.run.Wait(ctx); err != nil {
		x.t.Errorf("the server ends with %v", err)
	}
}

// A client speaks HTTP byte by byte.
type client struct {
	t testing.TB
	net.Conn
	r *bufio.Reader
}

func (x *served) dial() *client {
	x.t.Helper()
	conn, err := net.Dial("tcp", x.addr)
	if err != nil {
		x.t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	x.t.Cleanup(func() { conn.Close() })
	return &client{x.t, conn, bufio.NewReader(conn)}
}

// says sends bytes. The server may have closed.
func (c *client) says(s string) { _, _ = io.WriteString(c.Conn, s) }

// An answer is a response that was read as a whole.
type answer struct {
	*http.Response
	body string
}

// hears reads the answer to a request.
func (c *client) hears(method string) answer {
	c.t.Helper()
	a, err := c.listen(method)
	if err != nil {
		c.t.Fatalf("no answer to %s: %v", method, err)
	}
	return a
}

func (c *client) listen(method string) (answer, error) {
	resp, err := http.ReadResponse(c.r, &http.Request{Method: method})
	if err != nil {
		return answer{}, err
	}
	b, err := io.ReadAll(resp.Body)
	if resp.ProtoMinor == 1 && resp.Header.Get("Date") == "" {
		c.t.Error("an answer without Date")
	}
	return answer{resp, string(b)}, err
}

// asks sends a GET and reads the answer.
func (c *client) asks(path string) answer {
	c.t.Helper()
	c.says(request(path))
	a, err := c.listen("GET")
	if err != nil {
		c.t.Fatalf("no answer to GET %s: %v", path, err)
	}
	return a
}

func request(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n" }

// closed fails if the server says anything more, or does not close.
func (c *client) closed() {
	c.t.Helper()
	b, err := io.ReadAll(c.r)
	if len(b) > 0 || err != nil {
		c.t.Errorf("instead of the end comes %q, %v", b, err)
	}
	_ = c.Close()
}

// mount is a handler that is one function, at /.
func mount(f func(ctx context.Context, req *http1.Request) (*http1.Response, error)) []pipelines.Mount {
	return []pipelines.Mount{at("/", f)}
}

func at(path string, f func(ctx context.Context, req *http1.Request) (*http1.Response, error)) pipelines.Mount {
	name := strings.ToUpper(strings.ReplaceAll(strings.Trim(path, "/"), "/", "_"))
	if name == "" {
		name = "ROOT"
	}
	return pipelines.Mount{Path: path, Name: name, Handler: func() http1.HandlerPart { return &http1.HandlerFunc{Func: f} }}
}

// echo answers with the path and the body.
func echo(_ context.Context, req *http1.Request) (*http1.Response, error) {
	body := ""
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	return http1.Text(req, 200, req.Path+" "+body), nil
}
