package pipelines_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// hello is a handler as a user writes it.
type hello struct{ http1.Handler }

func (h *hello) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		if err := h.Outbox.Send(ctx, http1.Text(req, 200, "hello")); err != nil {
			return err
		}
	}
	return nil
}

// A handler is a component with three boxes.
func TestH1_HandlerIsAComponent(t *testing.T) {
	x := serve(t, &pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/", Name: "HELLO", Handler: func() http1.HandlerPart { return &hello{} }},
	}})
	c := x.dial()
	for range 3 {
		if a := c.asks("/"); a.StatusCode != 200 || a.body != "hello" {
			t.Errorf("%s %q", a.Status, a.body)
		}
	}
	_ = c.Close()
	x.finish()
}

// A response is a message, and how it is framed is the Writer's business.
func TestH2_Framing(t *testing.T) {
	dir := t.TempDir()
	large := strings.Repeat("0123456789", 100_000)
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("..."+large+"..."), 0o600); err != nil {
		t.Fatal(err)
	}
	x := serve(t, &pipelines.Server{Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		resp := &http1.Response{Status: 200}
		switch req.Path {
		case "/bytes":
			resp.Bytes = []byte(large)
		case "/file":
			f, err := os.Open(filepath.Join(dir, "file"))
			if err != nil {
				return nil, err
			}
			resp.File = &http1.Section{File: f, Offset: 3, Size: int64(len(large))}
		case "/stream":
			resp.Stream = io.NopCloser(strings.NewReader(large))
		case "/known":
			resp.Stream, resp.Length = io.NopCloser(strings.NewReader(large)), int64(len(large))
		}
		return resp, nil
	})})
	for _, path := range []string{"/bytes", "/file", "/stream", "/known"} {
		c := x.dial()
		for _, method := range []string{"GET", "HEAD", "GET"} {
			c.says(method + " " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
			a := c.hears(method)
			want := large
			if method == "HEAD" {
				want = ""
			}
			if a.body != want {
				t.Errorf("%s %s: %d bytes", method, path, len(a.body))
			}
			if chunked := slices.Equal(a.TransferEncoding, []string{"chunked"}); chunked != (path == "/stream" && method == "GET") {
				t.Errorf("%s %s: Transfer-Encoding %q", method, path, a.TransferEncoding)
			}
		}
		c.says("GET " + path + " HTTP/1.0\r\n\r\n")
		if a := c.hears("GET"); a.body != large || len(a.TransferEncoding) > 0 {
			t.Errorf("HTTP/1.0 %s: %d bytes, %q", path, len(a.body), a.TransferEncoding)
		}
		c.closed()
	}
	x.finish()
}

// backwards answers eight requests at a time, the last one first.
type backwards struct{ http1.Handler }

func (b *backwards) Main(ctx context.Context) error {
	var reqs []*http1.Request
	for req := range b.Inbox.All(ctx) {
		if reqs = append(reqs, req); len(reqs) < 8 {
			continue
		}
		slices.Reverse(reqs)
		for _, req := range reqs {
			if err := b.Outbox.Send(ctx, http1.Text(req, 200, req.Path)); err != nil {
				return err
			}
		}
		reqs = nil
	}
	return nil
}

// Answers leave in the order of the requests, whatever the handlers do.
func TestH3_AnswersInOrder(t *testing.T) {
	slow := make(chan struct{})
	x := serve(t, &pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/back", Name: "BACKWARDS", Handler: func() http1.HandlerPart { return &backwards{} }},
		at("/slow", func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			<-slow
			return echo(t.Context(), req)
		}),
		at("/fast", echo),
	}})
	c := x.dial()
	c.says(request("/slow"))
	var want []string
	for i := range 8 {
		c.says(request(fmt.Sprint("/back/", i)))
		want = append(want, fmt.Sprint("/back/", i))
	}
	c.says(request("/fast") + request("/nowhere"))
	close(slow)
	if a := c.hears("GET"); a.body != "/slow " {
		t.Errorf("first %q", a.body)
	}
	var got []string
	for range 8 {
		got = append(got, c.hears("GET").body)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if a, b := c.hears("GET"), c.hears("GET"); a.body != "/fast " || b.StatusCode != 404 {
		t.Errorf("then %q and %s", a.body, b.Status)
	}
	_ = c.Close()
	x.finish()
}

// What a handler leaves unread of a body is drained, or the connection closed.
func TestH4_UnreadBodies(t *testing.T) {
	x := serve(t, &pipelines.Server{Mounts: []pipelines.Mount{
		at("/ignore", func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return http1.Text(req, 200, "fine"), nil
		}),
		at("/read", echo),
	}})
	put := func(path string, n int) string {
		return fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", path, n, strings.Repeat("x", n))
	}
	t.Run("drained", func(t *testing.T) {
		c := x.dial()
		go c.says(put("/ignore", 200_000) + put("/read", 5))
		if a, b := c.hears("PUT"), c.hears("PUT"); a.body != "fine" || a.Close || b.body != "/read xxxxx" {
			t.Errorf("%q, %q", a.body, b.body)
		}
		_ = c.Close()
	})
	t.Run("closed, and the answer comes through", func(t *testing.T) {
		c := x.dial()
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			c.says(put("/ignore", 20_000_000))
		}()
		if a := c.hears("PUT"); a.body != "fine" {
			t.Errorf("%q", a.body)
		}
		_ = c.Close()
		<-sent
	})
	t.Run("not asked for", func(t *testing.T) {
		c := x.dial()
		c.says("PUT /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		if a := c.hears("PUT"); a.StatusCode != 200 || !a.Close {
			t.Errorf("%s, close %v", a.Status, a.Close)
		}
		c.closed()
	})
	t.Run("asked for", func(t *testing.T) {
		c := x.dial()
		c.says("PUT /read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		line, _ := c.r.ReadString('\n')
		if empty, _ := c.r.ReadString('\n'); line+empty != "HTTP/1.1 100 Continue\r\n\r\n" {
			t.Errorf("%q", line)
		}
		c.says("hello" + request("/ignore"))
		if a, b := c.hears("PUT"), c.hears("GET"); a.body != "/read hello" || b.body != "fine" {
			t.Errorf("%q, %q", a.body, b.body)
		}
		_ = c.Close()
	})
	x.finish()
}

// What a request says may be kept for ever.
func TestH6_RequestsMayBeKept(t *testing.T) {
	var mu sync.Mutex
	var kept []*http1.Request
	var bodies [][]byte
	x := serve(t, &pipelines.Server{Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		b, err := io.ReadAll(req.Body)
		mu.Lock()
		defer mu.Unlock()
		kept, bodies = append(kept, req), append(bodies, b)
		return http1.Text(req, 200, ""), err
	})})
	c := x.dial()
	for i := range 50 {
		c.says(fmt.Sprintf("PUT /%d HTTP/1.1\r\nHost: a\r\nX: %d\r\nContent-Length: 2\r\n\r\n%02d", i, i, i))
		c.hears("PUT")
	}
	_ = c.Close()
	x.finish()
	for i, req := range kept {
		if s := fmt.Sprint(i); req.Path != "/"+s || req.Header.Get("X") != s || string(bodies[i]) != fmt.Sprintf("%02d", i) {
			t.Errorf("request %d became %s %v %q", i, req.Path, req.Header, bodies[i])
		}
	}
}

// A handler that panics costs its request a 500; those behind it are answered.
func TestH8_HandlerPanics(t *testing.T) {
	x := serve(t, &pipelines.Server{Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		if strings.Contains(req.Path, "panic") {
			panic("as asked")
		}
		return echo(t.Context(), req)
	})})
	c := x.dial()
	for range 3 {
		var all string
		paths := []string{"/a", "/panic", "/b", "/panic", "/panic", "/c"}
		for _, p := range paths {
			all += request(p)
		}
		c.says(all)
		for _, p := range paths {
			a := c.hears("GET")
			if p == "/panic" && a.StatusCode != 500 || p != "/panic" && a.body != p+" " {
				t.Errorf("%s: %s %q", p, a.Status, a.body)
			}
		}
	}
	_ = c.Close()
	if n := len(x.failed()); n != 9 {
		t.Errorf("%d faults were reported, want 9", n)
	}
	x.finish()
}

// A part that fails for good is given up, and its requests are answered.
func TestH8_HandlerThatOnlyPanics(t *testing.T) {
	x := serve(t, &pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/", Name: "HOPELESS", Handler: func() http1.HandlerPart { return &hopeless{} }},
	}})
	c := x.dial()
	for i := range 3 {
		if a := c.asks("/"); a.StatusCode != 503 && (i > 0 || a.StatusCode != 500) {
			t.Errorf("request %d: %s", i+1, a.Status)
		}
	}
	_ = c.Close()
	x.finish()
}

type hopeless struct{ http1.Handler }

func (*hopeless) Main(context.Context) error { panic("before the first request") }

// evilConn panics where it is told to.
type evilConn struct {
	net.Conn
	write, read bool
}

func (e *evilConn) Write(b []byte) (int, error) {
	if e.write {
		panic("evil write")
	}
	return e.Conn.Write(b)
}

func (e *evilConn) Read(b []byte) (int, error) {
	if e.read {
		panic("evil read")
	}
	return e.Conn.Read(b)
}

// evilSocket lets every other connection be an evil one.
type evilSocket struct {
	net.Listener
	n    int
	make func(net.Conn) net.Conn
}

func (s *evilSocket) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if s.n++; err == nil && s.n%2 == 0 {
		c = s.make(c)
	}
	return c, err
}

// A stage that panics costs its own connection, if the head is out or there is
// nothing else to do; no other connection notices.
func TestH8_StagePanics(t *testing.T) {
	for name, evil := range map[string]func(net.Conn) net.Conn{
		"WRITER": func(c net.Conn) net.Conn { return &evilConn{Conn: c, write: true} },
		"READER": func(c net.Conn) net.Conn { return &evilConn{Conn: c, read: true} },
	} {
		t.Run(name, func(t *testing.T) {
			l, err := tcp.Listen("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			site := &pipelines.Site{Sockets: []net.Listener{&evilSocket{Listener: l, make: evil}}}
			site.Mounts = mount(echo)
			x := serveSite(t, site)
			good := x.dial()
			good.asks("/a")
			for range 5 {
				bad := x.dial()
				bad.says(request("/a"))
				if b, _ := io.ReadAll(bad.r); len(b) > 0 {
					t.Errorf("from the evil connection comes %q", b)
				}
				_ = bad.Close()
				other := x.dial()
				if a, b := other.asks("/b"), good.asks("/c"); a.body != "/b " || b.body != "/c " {
					t.Errorf("others: %q, %q", a.body, b.body)
				}
				_ = other.Close()
			}
			_ = good.Close()
			if got := len(x.failed()); got != 5 {
				t.Errorf("%d faults, want 5: %v", got, x.failed())
			}
			x.finish()
		})
	}
	t.Run("PARSER", func(t *testing.T) {
		s := &pipelines.Server{Mounts: mount(echo)}
		var n atomic.Int32
		s.Blueprint = func(conn net.Conn) *axon.Graph {
			g := s.Connection(conn)
			if n.Add(1)%2 == 0 {
				g.Parts[1].Component.(*http1.Parser).Socket = brokenSocket{}
			}
			return g
		}
		x := serve(t, s)
		good := x.dial()
		good.asks("/a")
		bad := x.dial()
		bad.says(request("/a"))
		// The request had been understood before the Parser failed.
		if a, b := bad.hears("GET"), bad.hears("GET"); a.body != "/a " || b.StatusCode != 500 || !b.Close {
			t.Errorf("%q, %s", a.body, b.Status)
		}
		bad.closed()
		if a := good.asks("/b"); a.body != "/b " {
			t.Errorf("%q", a.body)
		}
		_ = good.Close()
		x.finish()
	})
	t.Run("the graph can not be made", func(t *testing.T) {
		s := &pipelines.Server{Mounts: mount(echo)}
		var n atomic.Int32
		s.Blueprint = func(conn net.Conn) *axon.Graph {
			if n.Add(1)%2 == 0 {
				panic("no blueprint")
			}
			return s.Connection(conn)
		}
		x := serve(t, s)
		good := x.dial()
		good.asks("/a")
		bad := x.dial()
		bad.says(request("/a"))
		_, _ = io.ReadAll(bad.r)
		_ = bad.Close()
		if a := good.asks("/b"); a.body != "/b " {
			t.Errorf("%q", a.body)
		}
		_ = good.Close()
		x.finish()
	})
}

type brokenSocket struct{}

func (brokenSocket) SetReadDeadline(time.Time) error { panic("broken") }

// A tenth is a router that panics on every tenth request.
type tenth struct {
	http1.Router
	n int
}

func (r *tenth) Main(ctx context.Context) error {
	for req := range r.Inbox.All(ctx) {
		if r.n++; r.n%10 == 0 {
			panic("the tenth")
		}
		if err := r.Route("/").Send(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

// rewired is a connection with another router, written by a user.
func rewired(conn net.Conn) *axon.Graph {
	flight := new(http1.Flight)
	again := axon.Policy{Restarts: -1}

	reader := &tcp.Reader{Conn: conn}
	parser := &http1.Parser{Socket: reader, Flight: flight}
	router := &tenth{}
	handler := &http1.HandlerFunc{Func: echo}
	guard, errors := &http1.Guard{}, &http1.ErrorPages{}
	writer := &http1.Writer{Conn: conn, Flight: flight}

	return &axon.Graph{
		Name: "rewired",
		Parts: axon.Parts{
			{Name: "READER", Component: reader},
			{Name: "PARSER", Component: parser, Policy: axon.Policy{Then: axon.StopPart}},
			{Name: "TENTH", Component: router, Policy: again, Lazy: true},
			{Name: "ECHO", Component: handler, Policy: again, Lazy: true},
			{Name: "GUARD", Component: guard, Policy: again, Lazy: true},
			{Name: "ERRORS", Component: errors, Policy: again, Lazy: true},
			{Name: "WRITER", Component: writer},
		},
		Links: axon.Links{
			axon.Link(&reader.Outbox, &parser.Inbox),
			axon.Link(&parser.Outbox, &router.Inbox),
			axon.Link(router.Route("/"), &handler.Inbox),
			axon.Link(&handler.Outbox, &writer.Inbox),
			axon.Link(&parser.Continue, &writer.Inbox),
			axon.Link(&router.Outbox, &writer.Inbox),
			axon.Link(&parser.Failures, &guard.Inbox),
			axon.Link(&router.Failures, &guard.Inbox),
			axon.Link(&handler.Failures, &guard.Inbox),
			axon.Back(&writer.Failures, &guard.Inbox),
			axon.Link(&guard.Failures, &errors.Inbox),
			axon.Back(&errors.Outbox, &guard.Answers),
			axon.Link(&guard.Outbox, &writer.Inbox),
		},
	}
}

// A thousand connections at once, over a router that panics on every tenth
// request: nine in ten are answered right, the tenth with 500.
func TestH8_ThousandConnections(t *testing.T) {
	before := runtime.NumGoroutine()
	x := serve(t, &pipelines.Server{Blueprint: rewired})
	const clients = 1000
	conns := make([]*client, clients)
	for i := range conns {
		conns[i] = x.dial()
	}
	var wg sync.WaitGroup
	var right, failed, wrong atomic.Int32
	for i, c := range conns {
		wg.Go(func() {
			defer c.Close()
			var all string
			for n := range 10 {
				all += request(fmt.Sprint("/", i, "/", n))
			}
			c.says(all)
			for n := range 10 {
				a, err := c.listen("GET")
				switch {
				case err != nil:
					wrong.Add(1)
				case n == 9 && a.StatusCode == 500:
					failed.Add(1)
				case n < 9 && a.StatusCode == 200 && a.body == fmt.Sprint("/", i, "/", n, " "):
					right.Add(1)
				default:
					wrong.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if right.Load() != 9*clients || failed.Load() != clients || wrong.Load() != 0 {
		t.Errorf("%d right, %d failed, %d wrong", right.Load(), failed.Load(), wrong.Load())
	}
	x.finish()
	if n := len(x.failed()); n != clients {
		t.Errorf("%d faults were reported", n)
	}
	x.sys.Close()
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before+5 && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > before+5 {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

// A server that finishes answers what is under way, and closes what is idle.
func TestServer_Finish(t *testing.T) {
	arrived, release := make(chan string, 10), make(chan struct{})
	x := serve(t, &pipelines.Server{Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		if req.Path == "/slow" {
			arrived <- req.Path
			<-release
		}
		return echo(t.Context(), req)
	})})
	idle, fresh, busy, inHead, inBody := x.dial(), x.dial(), x.dial(), x.dial(), x.dial()
	idle.asks("/a")
	inHead.asks("/a")
	inHead.says("GET /head HTTP/1.1\r\n")
	inBody.says("PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
	busy.says(request("/slow") + request("/behind"))
	<-arrived
	// A round trip on the others' heels, so that all were accepted.
	x.dial().asks("/a")
	x.run.Finish()
	idle.closed()
	fresh.closed()
	if _, err := net.DialTimeout("tcp", x.addr, time.Second); err == nil {
		t.Error("still listens")
	}
	inHead.says("Host: a\r\n\r\n")
	if a := inHead.hears("GET"); a.body != "/head " {
		t.Errorf("in a head: %q", a.body)
	}
	inHead.closed()
	inBody.says("llo")
	if a := inBody.hears("PUT"); a.body != "/body hello" {
		t.Errorf("in a body: %q", a.body)
	}
	inBody.closed()
	close(release)
	if a, b := busy.hears("GET"), busy.hears("GET"); a.body != "/slow " || b.body != "/behind " {
		t.Errorf("busy: %q, then %q", a.body, b.body)
	}
	busy.closed()
	x.wait()
}

// A shutdown cuts everything off.
func TestServer_Shutdown(t *testing.T) {
	x := serve(t, &pipelines.Server{Mounts: mount(func(ctx context.Context, _ *http1.Request) (*http1.Response, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})})
	idle, busy := x.dial(), x.dial()
	busy.says(request("/a"))
	idle.says("GET /")
	why := errors.New("power cut")
	x.run.Stop(why)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	if err := x.run.Wait(ctx); !errors.Is(err, why) {
		t.Errorf("ends with %v", err)
	}
	for _, c := range []*client{idle, busy} {
		if b, _ := io.ReadAll(c.r); len(b) > 0 {
			t.Errorf("%q", b)
		}
	}
}

// endless is a stream without end that counts what was read of it.
type endless struct {
	n      atomic.Int64
	closed chan struct{}
	once   sync.Once
}

func (e *endless) Read(p []byte) (int, error) { e.n.Add(int64(len(p))); return len(p), nil }
func (e *endless) Close() error               { e.once.Do(func() { close(e.closed) }); return nil }

// A client that reads nothing holds no more than the sockets do, and is let go.
func TestServer_SlowReader(t *testing.T) {
	e := &endless{closed: make(chan struct{})}
	x := serve(t, &pipelines.Server{
		Limits: http1.Limits{Stall: 500 * time.Millisecond},
		Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			if req.Path == "/endless" {
				return &http1.Response{Status: 200, Stream: e}, nil
			}
			return echo(t.Context(), req)
		}),
	})
	slow, other := x.dial(), x.dial()
	slow.says(request("/endless") + strings.Repeat(request("/behind"), 100))
	if a := other.asks("/a"); a.body != "/a " {
		t.Errorf("%q", a.body)
	}
	<-e.closed
	if n := e.n.Load(); n > 32<<20 {
		t.Errorf("%d MiB were taken", n>>20)
	}
	if a := other.asks("/b"); a.body != "/b " {
		t.Errorf("%q", a.body)
	}
	_ = other.Close()
	x.finish()
}

// A client that vanishes ends what is done for it.
func TestServer_ClientVanishes(t *testing.T) {
	begun, ended := make(chan struct{}, 1), make(chan struct{})
	x := serve(t, &pipelines.Server{Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		begun <- struct{}{}
		<-req.Context().Done()
		close(ended)
		return nil, req.Context().Err()
	})})
	c := x.dial()
	c.says(request("/a"))
	<-begun
	_ = c.Close()
	<-ended
	x.finish()
}

// The options of a server.
func TestServer_Options(t *testing.T) {
	name := func(s string) func(context.Context, *http1.Request) (*http1.Response, error) {
		return func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return http1.Text(req, 200, s), nil
		}
	}
	t.Run("Mounts", func(t *testing.T) {
		x := serve(t, &pipelines.Server{Mounts: []pipelines.Mount{
			at("/doc", name("doc")), at("/", name("root")), at("/doc/api", name("api")),
		}})
		c := x.dial()
		for path, want := range map[string]string{
			"/": "root", "/docs": "root", "/doc": "doc", "/doc/": "doc", "/doc/a": "doc", "/doc/apis": "doc",
			"/doc/api": "api", "/doc/api/x": "api", "/doc/../doc/api": "api", "/doc/api/..": "doc", "/%64oc": "doc",
		} {
			if a := c.asks(path); a.body != want {
				t.Errorf("%s goes to %q, want %q", path, a.body, want)
			}
		}
		_ = c.Close()
		x.finish()
	})
	t.Run("Name and Methods", func(t *testing.T) {
		x := serve(t, &pipelines.Server{Mounts: mount(echo), Name: "tested", Methods: []string{"BREW"}})
		c := x.dial()
		c.says("BREW / HTTP/1.1\r\nHost: a\r\n\r\n")
		if a := c.hears("BREW"); a.StatusCode != 200 || a.Header.Get("Server") != "tested" {
			t.Errorf("%s, Server %q", a.Status, a.Header.Get("Server"))
		}
		c.says("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
		if a := c.hears("OPTIONS"); a.StatusCode != 204 || a.Header.Get("Allow") == "" {
			t.Errorf("%s, Allow %q", a.Status, a.Header.Get("Allow"))
		}
		_ = c.Close()
		x.finish()
	})
	t.Run("Most", func(t *testing.T) {
		x := serve(t, &pipelines.Server{Mounts: mount(echo), Most: 2})
		a, b, c := x.dial(), x.dial(), x.dial()
		a.asks("/a")
		b.asks("/b")
		c.says(request("/c"))
		_ = c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := c.r.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a third connection is served: %v", err)
		}
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		_ = a.Close()
		if got := c.hears("GET"); got.body != "/c " {
			t.Errorf("%q", got.body)
		}
		_, _ = b.Close(), c.Close()
		x.finish()
	})
	t.Run("Log", func(t *testing.T) {
		var lines bytes.Buffer
		site := &pipelines.Site{AccessLog: &accesslog.Log{To: &lines}}
		site.Mounts = mount(echo)
		x := serveSite(t, site)
		c := x.dial()
		c.asks("/a")
		c.asks("/b?c")
		c.says("nonsense\r\n\r\n")
		c.hears("GET")
		c.closed()
		x.finish()
		now := time.Now().Format("02/Jan/2006:")
		var got []string
		for line := range strings.Lines(lines.String()) {
			if !strings.HasPrefix(line, "127.0.0.1 - - ["+now) {
				t.Errorf("line %q", line)
			}
			_, rest, _ := strings.Cut(line, "] ")
			got = append(got, rest)
		}
		want := []string{`"GET /a HTTP/1.1" 200 3 "-" "-"` + "\n", `"GET /b?c HTTP/1.1" 200 3 "-" "-"` + "\n", `"" 400 12 "-" "-"` + "\n"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
	t.Run("Picture", func(t *testing.T) {
		socket, err := tcp.Listen("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
		site := &pipelines.Site{
			Server:    pipelines.Server{Mounts: mount(echo)},
			Sockets:   []net.Listener{socket},
			AccessLog: &accesslog.Log{To: io.Discard},
		}
		pictures, err := site.Picture()
		if err != nil || len(pictures) != 2 || pictures[1].Name != "connection" {
			t.Errorf("%v, %v", pictures, err)
		}
	})
}

// The picture in the comment of Connection.
func ExampleServer_Connection() {
	s := &pipelines.Server{Mounts: []pipelines.Mount{
		at("/", echo),
	}}
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	g := s.Connection(here)
	if err := g.Build(); err != nil {
		fmt.Println(err)
	}
	fmt.Print(g)
	// Output:
	// READER.outbox    -- *tcp.Chunk -->      PARSER.inbox
	// PARSER.outbox    -- *http1.Request -->  ROUTER.inbox
	// PARSER.failures  -- *http1.Failure -->  GUARD.inbox
	// PARSER.continue  -- *http1.Response --> WRITER.inbox
	// ROUTER.routes[/] -- *http1.Request -->  ROOT.inbox
	// ROUTER.outbox    -- *http1.Response --> WRITER.inbox
	// ROUTER.failures  -- *http1.Failure -->  GUARD.inbox
	// GUARD.signal     -- axon.Signal -->     ERRORS.control
	// GUARD.failures   -- *http1.Failure -->  ERRORS.inbox
	// GUARD.outbox     -- *http1.Response --> WRITER.inbox
	// ERRORS.outbox    -- *http1.Response --> GUARD.answers
	// WRITER.failures  -- *http1.Failure -->  GUARD.inbox
	// ROOT.outbox      -- *http1.Response --> WRITER.inbox
	// ROOT.failures    -- *http1.Failure -->  GUARD.inbox
}
