package fastcgi

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/fcgi"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// library serves by the standard library's FastCGI, until the test ends.
func library(t testing.TB) (address string) {
	t.Helper()
	return libraryAt(t, "tcp", "127.0.0.1:0", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%s %s %d %s", r.Method, r.URL, n, fcgi.ProcessEnv(r)["SCRIPT_FILENAME"])
	})
}

func libraryAt(t testing.TB, network, at string, answer http.HandlerFunc) (address string) {
	t.Helper()
	l, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- fcgi.Serve(l, answer) }()
	t.Cleanup(func() {
		l.Close()
		<-ended
	})
	return l.Addr().String()
}

// A brief answer may be left in a socket of Unix until the next request, or the end of
// the connection. Nothing of it gets into what follows, whatever that is like.
func TestHandler_Brief(t *testing.T) {
	at := libraryAt(t, "unix", filepath.Join(t.TempDir(), "s"), func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.Copy(io.Discard, r.Body)
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		_, _ = io.WriteString(w, strings.Repeat(r.URL.Query().Get("with"), n))
		if r.URL.Path == "/app/later" { // a second piece, some time behind the first one
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, strings.Repeat("z", n))
		}
	})
	u := open(t, &gateway.Upstream{Address: "unix:" + at})
	h := &gateway.Handler{Protocol: Protocol{}, Upstream: u, Prefix: "/app"}
	run := axontest.Run(t, h)
	for i, c := range []struct {
		target string
		n      int
		body   string
	}{
		{"x", 1, ""}, {"x", 0, ""}, {"x", 100, ""}, {"x", 200_000, ""}, {"x", 2, ""}, {"x", 3, strings.Repeat("b", 100_000)},
		{"x", 4, "b"}, {"later", 5, ""}, {"x", 6, ""}, {"later", 40_000, ""}, {"x", 7, ""}, {"x", 40_000, strings.Repeat("b", 100_000)}, {"x", 8, ""},
	} {
		with := string(rune('a' + i))
		req := gatewaytest.Request(fmt.Sprintf("GET /app/%s?n=%d&with=%s", c.target, c.n, with))
		if c.body != "" {
			req = gatewaytest.Request(fmt.Sprintf("POST /app/%s?n=%d&with=%s", c.target, c.n, with), c.body)
		}
		axontest.Send(run, &h.Inbox, req)
		want := "200 OK: " + strings.Repeat(with, c.n)
		if c.target == "later" {
			want += strings.Repeat("z", c.n)
		}
		if got := gatewaytest.Wait(t, run, &h.Handler).Said(); got != want {
			t.Errorf("answer %d has %d bytes, or others than %d of %s: %.40q", i, len(got), len(want), with, got)
		}
	}
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
}

// Another's server understands what is sent, and is understood.
func TestHandler_Library(t *testing.T) {
	u := open(t, &gateway.Upstream{Address: library(t), Root: "/srv", Extensions: []string{".go"}})
	h := &gateway.Handler{Protocol: Protocol{}, Upstream: u, Prefix: "/app"}
	run := axontest.Run(t, h)
	for _, c := range []struct {
		req  *http1.Request
		want string
	}{
		{gatewaytest.Request("GET /app/a.go/b?c=d"), "200 OK: GET /app/a.go/b?c=d 0 /srv/a.go"},
		{gatewaytest.Request("POST /app/a.go", "the body"), "200 OK: POST /app/a.go 8 /srv/a.go"},
		{gatewaytest.Request("POST /app/a.go", string(make([]byte, 1<<20))), "200 OK: POST /app/a.go 1048576 /srv/a.go"},
		{gatewaytest.Request("GET /app/"), "200 OK: GET /app/ 0 /srv/index.go"},
		{gatewaytest.Request("GET /app"), "301: "},
		{gatewaytest.Request("GET /app/style.css"), "failure 404"},
	} {
		axontest.Send(run, &h.Inbox, c.req)
		if got := gatewaytest.Wait(t, run, &h.Handler).Said(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
}

func TestHandler_Conform(t *testing.T) {
	u := open(t, &gateway.Upstream{Address: library(t)})
	axontest.Conform(t, func() axon.Component { return &gateway.Handler{Protocol: Protocol{}, Upstream: u, Prefix: "/app"} },
		axontest.RealTime(), axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{
				gatewaytest.Request("GET /app/hello"), gatewaytest.Request("POST /app/x", string(make([]byte, 100_000))), gatewaytest.Request("GET /app/\x00"),
			}
		}))
}

// answerAll answers the requests of a connection, each by its number among them, up
// to some.
func answerAll(conn net.Conn, name int, most int) {
	for i := range most {
		if _, err := next(conn, typeStdin); err != nil {
			return
		}
		_, _ = io.WriteString(conn, rec(6, 1, fmt.Sprintf("%s%d.%d", text, name, i), 0)+end(0, 0))
	}
}

// sequence sends requests, one when the one before is answered.
func sequence(t *testing.T, u *gateway.Upstream, requests ...*http1.Request) (said []string) {
	t.Helper()
	h := &gateway.Handler{Protocol: Protocol{}, Upstream: u}
	run := axontest.Run(t, h)
	for _, req := range requests {
		axontest.Send(run, &h.Inbox, req)
		said = append(said, gatewaytest.Wait(t, run, &h.Handler).Said())
	}
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
	return said
}

// A connection is kept from one request to the next, and by none to another
// client's; one that the other end has closed is no failure.
func TestPool(t *testing.T) {
	get := func() *http1.Request { return gatewaytest.Request("GET /s") }
	post := func() *http1.Request { return gatewaytest.Request("POST /s", "x") }
	for _, c := range []struct {
		name     string
		each     int // requests that a connection takes
		keep     int
		requests []*http1.Request
		want     string
	}{
		{"kept", 10, 0, []*http1.Request{get(), get(), get()}, "[200: 0.0 200: 0.1 200: 0.2]"},
		{"closed", 2, 0, []*http1.Request{get(), get(), get(), get(), get()}, "[200: 0.0 200: 0.1 200: 1.0 200: 1.1 200: 2.0]"},
		{"closed before a POST", 1, 0, []*http1.Request{post(), post(), post()}, "[200: 0.0 200: 1.0 200: 2.0]"},
		{"none kept", 10, -1, []*http1.Request{get(), get()}, "[200: 0.0 200: 1.0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			closed := make(chan struct{}, len(c.requests))
			p := listen(t, func(n int, conn net.Conn) {
				answerAll(conn, n, c.each)
				conn.Close()
				closed <- struct{}{}
			})
			u := open(t, &gateway.Upstream{Address: p.address, Keep: c.keep})
			var got []string
			for i := range c.requests {
				got = append(got, sequence(t, u, c.requests[i])...)
				if (i+1)%c.each == 0 {
					<-closed // the server knows when it has
				}
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// A kept connection that breaks off under a request: it is sent again if that does
// no harm.
func TestPool_Again(t *testing.T) {
	for _, c := range []struct {
		name  string
		req   *http1.Request
		speak string // what the second request on a connection gets
		want  string
	}{
		{"GET", gatewaytest.Request("GET /s"), "", "200: 1.0"},
		{"PUT", gatewaytest.Request("PUT /s", "small"), "", "200: 1.0"},
		{"POST", gatewaytest.Request("POST /s", "small"), "", "failure 502 or 200: 1.0"}, // on a new one, if the kept one is not settled
		{"GET, after a part of a header", gatewaytest.Request("GET /s"), "\x01\x06", "failure 502"},
		{"GET, after standard error", gatewaytest.Request("GET /s"), rec(7, 1, "dying\n", 0), "failure 502"},
		{"GET, after a part of the head", gatewaytest.Request("GET /s"), rec(6, 1, "Status: 200", 0), "failure 502"},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			p := listen(t, func(n int, conn net.Conn) {
				answerAll(conn, n, 1)
				_, _ = next(conn, typeStdin)
				_, _ = io.WriteString(conn, c.speak)
			})
			u := open(t, &gateway.Upstream{Address: p.address})
			if got := sequence(t, u, gatewaytest.Request("GET /s"), c.req); got[0] != "200: 0.0" || !strings.Contains(c.want, got[1]) {
				t.Errorf("%v, want %s", got, c.want)
			}
			if n := p.connections(); n > 2 {
				t.Errorf("%d connections", n)
			}
		})
	}
}

// A program with one process, which has accepted a connection that is kept, comes
// to the one that waits: the kept one is given up for it.
func TestPool_Fair(t *testing.T) {
	axontest.NoLeak(t)
	busy := make(chan struct{}, 1) // one connection at a time
	waits := make(chan struct{}, 2)
	p := listen(t, func(n int, conn net.Conn) {
		waits <- struct{}{}
		busy <- struct{}{}
		answerAll(conn, n, 10)
		<-busy
	})
	u := open(t, &gateway.Upstream{Address: p.address})
	first, second := &gateway.Handler{Protocol: Protocol{}, Upstream: u}, &gateway.Handler{Protocol: Protocol{}, Upstream: u}
	slow := gatewaytest.Request("POST /s", "x: y")
	slow.Body, slow.ContentLength = http1.NewBody(0), 1
	one, two := axontest.Run(t, first), axontest.Run(t, second)
	axontest.Send(one, &first.Inbox, slow)
	<-waits
	axontest.Send(two, &second.Inbox, gatewaytest.Request("GET /s"))
	<-waits // both are connected, and one is accepted
	_, _ = slow.Body.Write(t.Context(), []byte("x"))
	slow.Body.CloseWrite(nil)
	for _, a := range []*gatewaytest.Answer{gatewaytest.Wait(t, one, &first.Handler), gatewaytest.Wait(t, two, &second.Handler)} {
		if a.Resp == nil || a.Resp.Status != 200 {
			t.Errorf("%s: %v", a.Said(), a.Fail)
		}
	}
	one.Finish()
	two.Finish()
	if err := one.Wait(); err != nil {
		t.Error(err)
	}
	if err := two.Wait(); err != nil {
		t.Error(err)
	}
}

// No more are asked at once than may, and what does not find room to wait is
// refused.
func TestHandler_Gate(t *testing.T) {
	axontest.NoLeak(t)
	p := listen(t, func(n int, conn net.Conn) { answerAll(conn, n, 10) })
	u := open(t, &gateway.Upstream{Address: p.address, Gate: &gateway.Gate{Most: 1, Queue: -1}})
	slow := gatewaytest.Request("POST /s", "x: y")
	slow.Body, slow.ContentLength = http1.NewBody(0), 1
	begun := make(chan struct{})
	slow.Body.OnFirstRead(func() { close(begun) })
	first := &gateway.Handler{Protocol: Protocol{}, Upstream: u}
	one := axontest.Run(t, first)
	axontest.Send(one, &first.Inbox, slow)
	<-begun
	a := gatewaytest.Ask(t, &gateway.Handler{Protocol: Protocol{}, Upstream: u}, gatewaytest.Request("GET /s"))
	if a.Said() != "failure 503" || a.Fail.Header.Get("Retry-After") == "" {
		t.Errorf("%s %v", a.Said(), a.Fail)
	}
	_, _ = slow.Body.Write(t.Context(), []byte("x"))
	slow.Body.CloseWrite(nil)
	if a := gatewaytest.Wait(t, one, &first.Handler); a.Said() != "200: 0.0" {
		t.Error(a.Said())
	}
	one.Finish()
	if err := one.Wait(); err != nil {
		t.Error(err)
	}
}

// A shutdown ends what is under way.
func TestHandler_Shutdown(t *testing.T) {
	axontest.NoLeak(t)
	begun := make(chan struct{})
	p := listen(t, func(_ int, conn net.Conn) {
		_, _ = next(conn, typeStdin)
		_, _ = io.WriteString(conn, rec(6, 1, text+"some", 0))
		close(begun)
		drain(conn)
	})
	h := &gateway.Handler{Protocol: Protocol{}, Upstream: open(t, &gateway.Upstream{Address: p.address})}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, gatewaytest.Request("GET /s"))
	<-begun
	resp := axontest.Recv(run, &h.Outbox)
	run.Shutdown()
	if _, err := io.ReadAll(resp.Stream); err == nil {
		t.Error("a part passes for the whole")
	}
	_ = run.Wait()
}
