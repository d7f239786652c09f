package pipelines_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A piped is one connection in memory, in a bubble with a clock of its own.
type piped struct {
	*client
	graph *axon.Graph
	done  chan error
}

func pipe(t *testing.T, s *pipelines.Server) *piped {
	here, there := net.Pipe()
	x := &piped{client: &client{t, there, bufio.NewReader(there)}, graph: s.Connection(here), done: make(chan error, 1)}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(func() {
		stop()
		_ = there.Close()
		synctest.Wait()
		select {
		case <-x.done:
		default:
			t.Errorf("the connection's graph goes on:\n%s", x.graph)
		}
	})
	go func() {
		err := x.graph.Run(ctx)
		_ = here.Close()
		x.done <- err
		close(x.done)
	}()
	return x
}

// ends waits for the end of the graph, and tells how long that took.
func (x *piped) ends() time.Duration {
	x.t.Helper()
	start := time.Now()
	if err := <-x.done; err != nil {
		x.t.Errorf("the graph ends with %v", err)
	}
	return time.Since(start)
}

func bubbles(t *testing.T, s func() *pipelines.Server, cases map[string]func(t *testing.T, x *piped)) {
	for name, f := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, pipe(t, s())) })
		})
	}
}

// The limits in time, by a clock that runs in no time.
func TestH7_Times(t *testing.T) {
	s := func() *pipelines.Server { return &pipelines.Server{Mounts: mount(echo)} }
	bubbles(t, s, map[string]func(t *testing.T, x *piped){
		"nothing is sent": func(t *testing.T, x *piped) {
			if d := x.ends(); d != 10*time.Second {
				t.Errorf("closed after %v", d)
			}
			x.closed()
		},
		"a byte a second of a head": func(t *testing.T, x *piped) {
			start := time.Now()
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				for _, b := range request("/" + strings.Repeat("a", 100)) {
					if _, err := io.WriteString(x, string(b)); err != nil {
						return
					}
					time.Sleep(time.Second)
				}
			}()
			if a := x.hears("GET"); a.StatusCode != 408 || !a.Close || time.Since(start) != 10*time.Second {
				t.Errorf("%s after %v", a.Status, time.Since(start))
			}
			x.closed()
			x.ends()
			<-gone
		},
		"idle": func(t *testing.T, x *piped) {
			for range 3 {
				x.asks("/a")
				time.Sleep(50 * time.Second)
			}
			x.asks("/a")
			if d := x.ends(); d < 60*time.Second || d > 120*time.Second {
				t.Errorf("closed after %v", d)
			}
			x.closed()
		},
		"idle after a stray CRLF": func(t *testing.T, x *piped) {
			x.says("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\r\n")
			x.hears("PUT")
			time.Sleep(50 * time.Second)
			if a := x.asks("/b"); a.body != "/b " {
				t.Errorf("%s %q", a.Status, a.body)
			}
		},
		"a byte a second of a body": func(t *testing.T, x *piped) {
			x.says("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
			for range 29 {
				time.Sleep(time.Second)
				x.says("x")
			}
			start := time.Now()
			if a := x.hears("PUT"); a.StatusCode != 408 || !a.Close || time.Since(start) > 2*time.Second {
				t.Errorf("%s after %v", a.Status, time.Since(start))
			}
			x.closed()
		},
		"300 bytes a second of a body": func(t *testing.T, x *piped) {
			x.says("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n")
			for range 100 {
				time.Sleep(time.Second)
				x.says(strings.Repeat("x", 300))
			}
			if a := x.hears("PUT"); a.StatusCode != 200 || len(a.body) != 30003 {
				t.Errorf("%s %.20q", a.Status, a.body)
			}
		},
		"a stalled body": func(t *testing.T, x *piped) {
			x.says("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
			x.says("x")
			start := time.Now()
			if a := x.hears("PUT"); a.StatusCode != 408 || !a.Close {
				t.Errorf("%s", a.Status)
			}
			if d := time.Since(start); d < 30*time.Second || d > 60*time.Second {
				t.Errorf("after %v", d)
			}
			x.closed()
		},
		"a client that takes nothing": func(t *testing.T, x *piped) {
			x.says(request("/a"))
			if d := x.ends(); d < 30*time.Second || d > 45*time.Second {
				t.Errorf("closed after %v", d)
			}
		},
		"a client that takes nothing, and asks on": func(t *testing.T, x *piped) {
			go func() {
				for range 100 {
					x.says(request("/" + strings.Repeat("a", 1000)))
				}
			}()
			if d := x.ends(); d < 30*time.Second || d > 60*time.Second {
				t.Errorf("closed after %v", d)
			}
		},
	})
}

// A handler may take its time, for the request and for its body.
func TestH7_SlowHandler(t *testing.T) {
	s := func() *pipelines.Server {
		return &pipelines.Server{Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			time.Sleep(10 * time.Minute)
			return echo(t.Context(), req)
		})}
	}
	bubbles(t, s, map[string]func(t *testing.T, x *piped){
		"of a request": func(t *testing.T, x *piped) {
			if a := x.asks("/a"); a.body != "/a " {
				t.Errorf("%s %q", a.Status, a.body)
			}
		},
		"of a body": func(t *testing.T, x *piped) {
			go x.says("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" + strings.Repeat("x", 500_000))
			if a := x.hears("PUT"); len(a.body) != 500_003 {
				t.Errorf("%s, %d bytes", a.Status, len(a.body))
			}
		},
		"that is to ask for it": func(t *testing.T, x *piped) {
			x.says("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
			if line, err := x.r.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
				t.Errorf("%q, %v", line, err)
			}
			_, _ = x.r.ReadString('\n')
			x.says("hi")
			if a := x.hears("PUT"); a.body != "/a hi" {
				t.Errorf("%s %q", a.Status, a.body)
			}
		},
		"while the client leaves": func(t *testing.T, x *piped) {
			x.says(request("/a"))
			synctest.Wait()
			_ = x.Close()
			x.ends()
		},
	})
}

// An error component that says nothing costs its first failure some patience.
func TestH5_Patience(t *testing.T) {
	s := func() *pipelines.Server {
		return &pipelines.Server{
			Mounts: mount(echo),
			Errors: func() http1.ErrorPart { return &mistaken{how: mistakes["hangs"]} },
		}
	}
	bubbles(t, s, map[string]func(t *testing.T, x *piped){
		"five seconds": func(t *testing.T, x *piped) {
			start := time.Now()
			for range 3 {
				x.says("BREW / HTTP/1.1\r\nHost: a\r\n\r\n")
				if a := x.hears("GET"); a.StatusCode != 501 || a.body != "Not Implemented\n" {
					t.Errorf("%s %q", a.Status, a.body)
				}
			}
			if d := time.Since(start); d != 5*time.Second {
				t.Errorf("three failures took %v", d)
			}
			_ = x.Close()
			if d := x.ends(); d > time.Second {
				t.Errorf("the graph ended %v after its client", d)
			}
		},
	})
}

// A request's stream that never comes to its end does not outlive the client.
func TestServer_StreamOfOneWhoLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 2)
		x := pipe(t, &pipelines.Server{Mounts: []pipelines.Mount{{Path: "/", Name: "EVENTS", Handler: func() http1.HandlerPart {
			return &events{ended: ended}
		}}}})
		x.says(request("/a") + request("/b"))
		line, _ := x.r.ReadString('\n')
		if !strings.Contains(line, "200") {
			t.Errorf("%q", line)
		}
		synctest.Wait() // both streams have begun
		_ = x.Close()
		x.ends()
		for range 2 {
			if err := <-ended; !errors.Is(err, http1.ErrAbandoned) {
				t.Errorf("the stream ends with %v", err)
			}
		}
	})
}

// events answers with streams that tell the time.
type events struct {
	http1.Handler
	ended chan error
}

func (e *events) Main(ctx context.Context) error {
	var streams []chan struct{}
	for req := range e.Inbox.All(ctx) {
		body := http1.NewBody(0)
		if err := e.Outbox.Send(ctx, &http1.Response{Request: req, Status: 200, Stream: body}); err != nil {
			return err
		}
		done := make(chan struct{})
		streams = append(streams, done)
		go func() {
			defer close(done)
			for {
				if _, err := body.Write(ctx, []byte("tick\n")); err != nil {
					e.ended <- err
					return
				}
				time.Sleep(time.Second)
			}
		}()
	}
	for _, done := range streams {
		<-done
	}
	return nil
}

// A client that closes its half of the connection is answered.
func TestServer_HalfClosed(t *testing.T) {
	x := serve(t, &pipelines.Server{Mounts: mount(echo)})
	c := x.dial()
	c.says(request("/a") + request("/b"))
	_ = c.Conn.(*net.TCPConn).CloseWrite()
	if a, b := c.hears("GET"), c.hears("GET"); a.body != "/a " || b.body != "/b " {
		t.Errorf("%q, %q", a.body, b.body)
	}
	if b, err := io.ReadAll(c.r); len(b) > 0 || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	x.finish()
}
