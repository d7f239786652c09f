package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// edition is a server whose answers tell which one it is.
func edition(n int) *pipelines.Server {
	return &pipelines.Server{Reuse: true, Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		return http1.Text(req, 200, fmt.Sprintf("%d %s", n, req.Path)), nil
	})}
}

func TestRenew_OpenConnections(t *testing.T) {
	site := &pipelines.Site{Server: *edition(1)}
	unused := make(chan struct{})
	site.Unused = func() { close(unused) }
	x := serveSite(t, site)
	fresh, used, later := x.dial(), x.dial(), x.dial()
	if a := used.asks("/a"); a.body != "1 /a" {
		t.Fatalf("%+v", a)
	}
	later.asks("/a")
	later.says("GET /b HTTP/1.1\r\nHo") // half a request: it is the old server's
	for range 3 {
		other := x.dial()
		other.says(fmt.Sprintf(lastRequest, "a"))
		other.hears("GET")
	}
	if err := site.Renew(edition(2)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if a := used.asks("/c"); a.body != "2 /c" || a.Close {
			t.Errorf("an open connection gets %+v", a)
		}
	}
	if a := fresh.asks("/c"); a.body != "2 /c" {
		t.Errorf("a connection without a request gets %+v", a)
	}
	other := x.dial()
	if a := other.asks("/c"); a.body != "2 /c" {
		t.Errorf("a new connection gets %+v", a)
	}
	later.says("st: a\r\n\r\n")
	if a := later.hears("GET"); !strings.HasSuffix(a.body, " /b") {
		t.Errorf("half a request gets %+v", a)
	}
	if a := later.asks("/c"); a.body != "2 /c" {
		t.Errorf("after half a request: %+v", a)
	}
	select {
	case <-unused:
	case <-time.After(10 * time.Second):
		t.Error("the old server is in use still")
	}
	x.finish()
}

func TestRenew_RequestsUnderWay(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	old := &pipelines.Server{Mounts: mount(func(ctx context.Context, req *http1.Request) (*http1.Response, error) {
		if req.Path == "/slow" {
			close(entered)
			select {
			case <-release:
			case <-req.Context().Done():
				return nil, errors.New("the client is said to have gone")
			}
		}
		return http1.Text(req, 200, "1 "+req.Path), nil
	})}
	site := &pipelines.Site{Server: *old}
	x := serveSite(t, site)
	c := x.dial()
	c.asks("/x")
	c.says(request("/slow") + request("/behind"))
	<-entered
	if err := site.Renew(edition(2)); err != nil {
		t.Fatal(err)
	}
	c.says(request("/new") + request("/newer"))
	close(release)
	// Which server the new ones come to depends on how far the old one has read.
	for _, want := range []string{"/slow", "/behind", "/new", "/newer"} {
		if a := c.hears("GET"); a.StatusCode != 200 || !strings.HasSuffix(a.body, want) {
			t.Errorf("%s: %d %q", want, a.StatusCode, a.body)
		}
	}
	if a := c.asks("/last"); a.body != "2 /last" {
		t.Errorf("then: %d %q", a.StatusCode, a.body)
	}
	x.finish()
}

// A connection that the old server closes does not go on.
func TestRenew_ClosedMeanwhile(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	var served atomic.Int32
	old := &pipelines.Server{Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		close(entered)
		<-release
		resp := http1.Text(req, 200, "1")
		resp.Close = true
		return resp, nil
	})}
	site := &pipelines.Site{Server: *old}
	x := serveSite(t, site)
	c := x.dial()
	c.says(request("/a"))
	<-entered
	next := edition(2)
	next.Mounts = mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		served.Add(1)
		return http1.Text(req, 200, "2"), nil
	})
	if err := site.Renew(next); err != nil {
		t.Fatal(err)
	}
	c.says(request("/b"))
	close(release)
	if a := c.hears("GET"); a.body != "1" || !a.Close {
		t.Errorf("%+v", a)
	}
	c.closed()
	x.finish()
	if n := served.Load(); n != 0 {
		t.Errorf("%d requests were served behind the last one", n)
	}
}

// Under load, with bodies, pipelined requests and clients that come and go, no
// request fails, and editions follow each other for each client.
func TestRenew_UnderLoad(t *testing.T) {
	var unused atomic.Int32
	renewed := func(n int) *pipelines.Server {
		s := edition(n)
		s.Mounts = mount(func(ctx context.Context, req *http1.Request) (*http1.Response, error) {
			body := 0
			if req.Body != nil {
				b := make([]byte, 1000)
				for {
					k, err := req.Body.Read(b)
					if body += k; err != nil {
						break
					}
				}
			}
			return http1.Text(req, 200, fmt.Sprint(n, " ", req.Path, " ", body)), nil
		})
		s.Unused = func() { unused.Add(1) }
		return s
	}
	site := &pipelines.Site{Server: *renewed(0)}
	x := serveSite(t, site)
	const editions, clients = 20, 6
	done := make(chan struct{})
	var all sync.WaitGroup
	var answers atomic.Int64
	answered := make(chan struct{}, 1)
	for k := range clients {
		all.Go(func() {
			c, last := x.dial(), 0
			for i := 0; ; i++ {
				select {
				case <-done:
					c.Close()
					return
				default:
				}
				closes := i%17 == 16
				switch {
				case closes:
					c.says(fmt.Sprintf(lastRequest, fmt.Sprint(i)))
				case i%3 == 0:
					c.says(fmt.Sprintf("POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n%s", i, strings.Repeat("x", 2500)))
					c.says(strings.Repeat("x", 2500))
				default:
					c.says(request(fmt.Sprint("/", i)))
				}
				a, err := c.listen("GET")
				var n, path, body int
				if err == nil {
					_, err = fmt.Sscanf(a.body, "%d /%d %d", &n, &path, &body)
				}
				if err != nil || path != i || n < last || a.StatusCode != 200 || i%3 == 0 && !closes && body != 5000 {
					t.Errorf("client %d, request %d after edition %d: %v %+v", k, i, last, err, a)
					return
				}
				last = n
				answers.Add(1)
				select {
				case answered <- struct{}{}:
				default:
				}
				if closes {
					c.Close()
					c = x.dial()
				}
			}
		})
	}
	for n := 1; n <= editions; n++ {
		for range 200 {
			select {
			case <-answered:
			case <-time.After(10 * time.Second):
				t.Fatal("no answers any more")
			}
		}
		if err := site.Renew(renewed(n)); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	all.Wait()
	x.finish()
	if n := unused.Load(); n != editions {
		t.Errorf("%d of %d editions were left", n, editions)
	}
	if faults := x.failed(); len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
	t.Logf("%d requests", answers.Load())
}

// Where HTTP/2 is spoken without TLS, too, a connection of HTTP/1 keeps its server, which
// so is in use until that has ended; those that come later have the new one.
func TestRenew_PlainHTTP2(t *testing.T) {
	site := &pipelines.Site{Server: *edition(1)}
	site.HTTP2.Plain = true
	unused := make(chan struct{})
	site.Unused = func() { close(unused) }
	x := serveSite(t, site)
	old := x.dial()
	if a := old.asks("/a"); a.body != "1 /a" {
		t.Fatalf("%+v", a)
	}
	if err := site.Renew(edition(2)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-unused:
		t.Error("the old server is said to be of no use")
	default:
	}
	if a := x.dial().asks("/b"); a.body != "2 /b" {
		t.Errorf("a new connection gets %+v", a)
	}
	if a := old.asks("/c"); a.body != "1 /c" {
		t.Errorf("an open connection gets %+v", a)
	}
	old.Close()
	select {
	case <-unused:
	case <-time.After(10 * time.Second):
		t.Error("the old server is in use still")
	}
	x.finish()
}

// The old server's time for a client that takes nothing is not the new one's.
func TestRenew_NoStall(t *testing.T) {
	old, next := edition(1), edition(2)
	old.Limits.Stall, next.Limits.Stall = 100*time.Millisecond, -1
	site := &pipelines.Site{Server: *old}
	x := serveSite(t, site)
	c := x.dial()
	if a := c.asks("/a"); a.body != "1 /a" {
		t.Fatalf("%+v", a)
	}
	if err := site.Renew(next); err != nil {
		t.Fatal(err)
	}
	<-time.After(300 * time.Millisecond) // what is tested is that nothing is over then
	if a := c.asks("/b"); a.body != "2 /b" {
		t.Errorf("%+v", a)
	}
	x.finish()
}

// A connection for which there is no room is told so by the new server's error component.
func TestRenew_Refusal(t *testing.T) {
	told := func(n int) *pipelines.Server {
		s := edition(n)
		s.Most, s.Full = 1, tcp.Answer
		s.Errors = func() http1.ErrorPart {
			return &mistaken{how: func(ctx context.Context, m *mistaken, f *http1.Failure) error {
				return m.Outbox.Send(ctx, http1.Text(f.Request, f.Status, fmt.Sprint("no room in ", n)))
			}}
		}
		return s
	}
	site := &pipelines.Site{Server: *told(1)}
	x := serveSite(t, site)
	x.dial().asks("/a")
	for n := 1; n <= 3; n++ {
		c := x.dial()
		c.says(request("/b"))
		if a := c.hears("GET"); a.StatusCode != 503 || a.body != fmt.Sprint("no room in ", n) {
			t.Errorf("server %d: %d %q", n, a.StatusCode, a.body)
		}
		c.Close()
		if err := site.Renew(told(n + 1)); err != nil {
			t.Fatal(err)
		}
	}
	x.finish()
}

// unsound is a handler that no graph can be built with.
type unsound struct{ http1.HandlerFunc }

func (*unsound) Validate() error { return errors.New("as the test wants it") }

// A connection whose graph could not be built does not keep its server in use.
func TestRenew_NoGraph(t *testing.T) {
	site := &pipelines.Site{Server: *edition(1)}
	site.Mounts = []pipelines.Mount{{Path: "/", Name: "UNSOUND", Handler: func() http1.HandlerPart { return &unsound{} }}}
	unused := make(chan struct{})
	site.Unused = func() { close(unused) }
	x := serveSite(t, site)
	x.dial().closed()
	if err := site.Renew(edition(2)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-unused:
	case <-time.After(10 * time.Second):
		t.Error("the old server is in use still")
	}
	if a := x.dial().asks("/b"); a.body != "2 /b" {
		t.Errorf("%+v", a)
	}
	x.finish()
}

func TestRenew_TLS(t *testing.T) {
	site := &pipelines.Site{Server: *edition(1)}
	x := secureSite(t, site)
	used, fresh := x.secret(), x.secret()
	if a := used.asks("/a"); a.body != "1 /a" {
		t.Fatalf("%+v", a)
	}
	if err := site.Renew(edition(2)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, c := range []*client{used, fresh, x.secret()} {
			if a := c.asks("/b"); a.body != "2 /b" {
				t.Errorf("%+v", a)
			}
		}
	}
	x.finish()
}

func TestRenew_HTTP2(t *testing.T) {
	site := &pipelines.Site{Server: *edition(1)}
	unused := make(chan struct{})
	site.Unused = func() { close(unused) }
	x := secureSite(t, site)
	transport := &http.Transport{TLSClientConfig: securetest.Client(t, "a", x.pair), ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	var server string // as the last answer names it
	get := func(want string) {
		t.Helper()
		resp, err := (&http.Client{Transport: transport}).Get("https://" + x.addr + "/a")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.ProtoMajor != 2 || string(body) != want {
			t.Errorf("%s %q, %v; want %q", resp.Proto, body, err, want)
		}
		server = resp.Header.Get("Server")
	}
	get("1 /a")
	next := edition(2)
	next.Name, next.Limits.Target = "second", 100
	if err := site.Renew(next); err != nil {
		t.Fatal(err)
	}
	get("2 /a")
	select {
	case <-unused:
	case <-time.After(10 * time.Second):
		t.Error("the old server is in use still")
	}
	transport.CloseIdleConnections()
	get("2 /a")
	if server != "second" {
		t.Errorf("a new connection is one of the server %q", server)
	}
	resp, err := (&http.Client{Transport: transport}).Get("https://" + x.addr + "/" + strings.Repeat("a", 200))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 414 {
		t.Errorf("a new connection has the old limits: %s", resp.Status)
	}
	transport.CloseIdleConnections()
	x.finish()
}
