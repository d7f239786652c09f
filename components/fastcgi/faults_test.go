package fastcgi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A peer is a program that does on each connection what the test says.
type peer struct {
	address string
	mu      sync.Mutex
	number  int // of connections
}

// listen starts a peer. speak has one connection after the other, by its number,
// and what is read of it.
func listen(t testing.TB, speak func(number int, conn net.Conn)) *peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{address: l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			n := p.number
			p.number++
			p.mu.Unlock()
			all.Go(func() {
				defer conn.Close()
				speak(n, conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	return p
}

func (p *peer) connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.number
}

// next reads records up to one of a kind that is empty, and returns what is in
// those of this kind.
func next(conn io.Reader, kind byte) (content []byte, err error) {
	var head [8]byte
	for {
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return content, err
		}
		b := make([]byte, int(head[4])<<8+int(head[5])+int(head[6]))
		if _, err := io.ReadFull(conn, b); err != nil {
			return content, err
		}
		if head[1] != kind {
			continue
		}
		if len(b) == 0 {
			return content, nil
		}
		content = append(content, b...)
	}
}

const text = "Content-Type: text/plain\r\n\r\n"

// drain reads what comes until the other end closes.
func drain(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

func TestHandler_Faults(t *testing.T) {
	body := strings.Repeat("x", 300_000)
	hello := rec(6, 1, text+"hello", 0)
	for _, c := range []struct {
		name  string
		req   *http1.Request
		speak func(conn net.Conn)
		want  string
		cause string
	}{
		{"well", gatewaytest.Request("GET /s"), say(hello + end(0, 0)), "200: hello", ""},
		{"a byte at a time", gatewaytest.Request("GET /s"), func(conn net.Conn) {
			next(conn, typeStdin)
			for _, b := range []byte(hello + end(0, 0)) {
				conn.Write([]byte{b})
			}
		}, "200: hello", ""},
		{"huge records", gatewaytest.Request("GET /s"), say(rec(6, 1, text, 0) + strings.Repeat(rec(6, 1, strings.Repeat("y", 65535), 255), 20) + end(0, 0)), "200: " + strings.Repeat("y", 20*65535), ""},
		{"nothing", gatewaytest.Request("GET /s"), say(""), "failure 502", "it ended without a complete head: the connection ended: unexpected EOF"},
		{"an end before the head", gatewaytest.Request("GET /s"), say(rec(6, 1, "Content-Type: a/b\r\n", 0) + end(0, 0)), "failure 502", "it ended without a complete head"},
		{"cut in a header", gatewaytest.Request("GET /s"), say(hello[:5]), "failure 502", "unexpected EOF"},
		{"cut in a record", gatewaytest.Request("GET /s"), func(conn net.Conn) {
			next(conn, typeStdin)
			conn.Write([]byte(rec(6, 1, text, 0) + rec(6, 1, "some and more", 0)[:12]))
			conn.(*net.TCPConn).CloseWrite()
			drain(conn)
		}, "200: broken or failure 502", ""},
		{"no end record", gatewaytest.Request("GET /s"), say(hello), "200: broken or failure 502", ""},
		{"another version", gatewaytest.Request("GET /s"), say("HTTP/1.1 400 Bad Request\r\n\r\n"), "failure 502", "it does not speak FastCGI"},
		{"another request", gatewaytest.Request("GET /s"), say(rec(6, 2, text+"secret", 0) + end(0, 0)), "failure 502", "a record for request 2"},
		{"standard error alone", gatewaytest.Request("GET /s"), say(rec(7, 1, "oh no\nthe last", 0) + end(1, 0)), "failure 502", "it ended with status 1; it said:\noh no\nthe last"},
		{"overloaded", gatewaytest.Request("GET /s"), say(end(0, 2)), "failure 503", "it is overloaded"},
		{"another role", gatewaytest.Request("GET /s"), say(end(0, 3)), "failure 502", "it is no responder"},
		{"a status behind the answer", gatewaytest.Request("GET /s"), say(hello + end(9, 0)), "200: hello", ""},
		{"too large a head", gatewaytest.Request("GET /s"), say(rec(6, 1, "X-A: "+strings.Repeat("x", 40_000)+"\r\n", 0)), "failure 502", "its head is too large"},
		{"answered before the body is read", gatewaytest.Request("POST /s", body), func(conn net.Conn) {
			next(conn, typeParams)
			conn.Write([]byte(hello + end(0, 0)))
			drain(conn)
		}, "200: hello", ""},
		{"closed before the body is read", gatewaytest.Request("POST /s", body), func(conn net.Conn) {
			next(conn, typeParams)
			conn.Write([]byte(hello + end(0, 0)))
			conn.(*net.TCPConn).CloseWrite()
			drain(conn)
		}, "200: hello", ""},
		{"answered while the body is read", gatewaytest.Request("POST /s", body), func(conn net.Conn) {
			next(conn, typeParams)
			conn.Write([]byte(rec(6, 1, text, 0)))
			got, _ := next(conn, typeStdin)
			for len(got) > 0 {
				n := min(len(got), 60_000)
				conn.Write([]byte(rec(6, 1, string(got[:n]), 0)))
				got = got[n:]
			}
			conn.Write([]byte(end(0, 0)))
		}, "200: " + body, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			p := listen(t, func(_ int, conn net.Conn) { c.speak(conn) })
			a := gatewaytest.Ask(t, &gateway.Handler{Protocol: Protocol{}, Upstream: open(t, &gateway.Upstream{Address: p.address})}, c.req)
			got := a.Said()
			if first, second, either := strings.Cut(c.want, " or "); got != c.want && (!either || got != first && got != second) {
				t.Errorf("%.200s, want %.200s: %v", got, c.want, a.Fail)
			}
			if c.cause == "" {
				return
			}
			e, ok := errors.AsType[*gateway.ScriptError](a.Fail)
			if !ok || e.Gateway != "fastcgi" || !strings.Contains(e.Error(), c.cause) || !strings.Contains(e.Error(), p.address) {
				t.Errorf("%v, want %s", a.Fail, c.cause)
			}
		})
	}
}

// An answer that has come as a whole, with the length that it has told, is sent before its
// end, and nothing to log then.
func TestHandler_WholeBeforeTheEnd(t *testing.T) {
	goOn := make(chan struct{})
	p := listen(t, func(_ int, conn net.Conn) {
		_, _ = next(conn, typeStdin)
		_, _ = io.WriteString(conn, rec(6, 1, "Content-Length: 5\r\n"+text+"hello", 0))
		<-goOn
		_, _ = io.WriteString(conn, end(0, 0))
		drain(conn)
	})
	u := open(t, &gateway.Upstream{Address: p.address})
	defer u.Close()
	h := &gateway.Handler{Protocol: Protocol{}, Upstream: u, Log: new(axon.Inbox[error])} // the test has Lines
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, gatewaytest.Request("GET /s"))
	if resp := axontest.Recv(run, &h.Outbox); string(resp.Bytes) != "hello" {
		t.Errorf("%q", resp.Bytes)
	}
	close(goOn)
	run.Finish()
	for _, err := range axontest.Rest(run, &h.Lines) {
		t.Errorf("the log says: %v", err)
	}
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
}

// The graph that sends a body is not named by what the client asks for: names of graphs are
// those of the wiring, and labels of metrics.
func TestHandler_GraphNames(t *testing.T) {
	p := listen(t, func(_ int, conn net.Conn) {
		_, _ = next(conn, typeParams)
		_, _ = io.WriteString(conn, rec(6, 1, text, 0))
		_, _ = next(conn, typeStdin)
		_, _ = io.WriteString(conn, end(0, 0))
		drain(conn)
	})
	u := open(t, &gateway.Upstream{Address: p.address, Root: "/srv"})
	defer u.Close()
	req := gatewaytest.Request("POST /anything%ff.php", "x")
	req.Body, req.ContentLength = http1.NewBody(0), 1
	h := &gateway.Handler{Protocol: Protocol{}, Upstream: u}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, req)
	resp := axontest.Recv(run, &h.Outbox)
	graphs := run.Info().Graphs
	if len(graphs) != 1 || strings.Contains(graphs[0].Name, "anything") {
		t.Errorf("%+v", graphs)
	}
	if _, err := req.Body.Write(t.Context(), []byte("x")); err != nil {
		t.Error(err)
	}
	req.Body.CloseWrite(nil)
	if b, err := io.ReadAll(resp.Stream); err != nil || len(b) != 0 {
		t.Errorf("%q, %v", b, err)
	}
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
}

// say reads the request and answers it; then it waits for the other end.
func say(answer string) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := next(conn, typeStdin); err != nil {
			return
		}
		_, _ = io.WriteString(conn, answer)
		_ = conn.(*net.TCPConn).CloseWrite()
		drain(conn)
	}
}

func TestHandler_Times(t *testing.T) {
	const short = 50 * time.Millisecond
	for _, c := range []struct {
		name   string
		limits gateway.Limits
		speak  string // before it is silent
		want   string
		cause  error
	}{
		{"nothing said", gateway.Limits{First: short}, "", "failure 504", gateway.ErrFirst},
		{"standard error alone", gateway.Limits{First: short}, rec(7, 1, "wait\n", 0), "failure 504", gateway.ErrFirst},
		{"half a head", gateway.Limits{First: short}, rec(6, 1, "Content-Type: a/b\r\n", 0), "failure 504", gateway.ErrFirst},
		{"silent in the answer", gateway.Limits{Idle: short}, rec(6, 1, text+"some", 0), "200: broken", nil},
		{"for long", gateway.Limits{Run: short, First: -1}, "", "failure 504", gateway.ErrRun},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			aborted := make(chan bool, 1)
			p := listen(t, func(_ int, conn net.Conn) {
				_, _ = next(conn, typeStdin)
				_, _ = io.WriteString(conn, c.speak)
				_, err := next(conn, typeAbort)
				aborted <- err == nil
			})
			a := gatewaytest.Ask(t, &gateway.Handler{Protocol: Protocol{}, Upstream: open(t, &gateway.Upstream{Address: p.address, Limits: c.limits})}, gatewaytest.Request("GET /s"))
			if got := a.Said(); got != c.want || c.cause != nil && !errors.Is(a.Fail, c.cause) {
				t.Errorf("%s, want %s: %v", got, c.want, a.Fail)
			}
			if !<-aborted {
				t.Error("it was not told")
			}
		})
	}
}

// What is not there is a failure that says where it was looked for, and what to do.
func TestHandler_Unreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	socket := filepath.Join(t.TempDir(), "none.sock")
	for address, want := range map[string]string{
		l.Addr().String(): "is the program running?",
		"unix:" + socket:  "is the program running, and is this where it listens?",
	} {
		a := gatewaytest.Ask(t, &gateway.Handler{Protocol: Protocol{}, Upstream: open(t, &gateway.Upstream{Address: address})}, gatewaytest.Request("GET /s"))
		if a.Said() != "failure 502" || !strings.Contains(a.Fail.Error(), address) || !strings.Contains(a.Fail.Error(), want) {
			t.Errorf("%v, want %s", a.Fail, want)
		}
	}
}

// A client that goes has the request aborted, and its connection is not used again.
func TestHandler_ClientGone(t *testing.T) {
	axontest.NoLeak(t)
	aborted := make(chan bool, 1)
	p := listen(t, func(_ int, conn net.Conn) {
		_, _ = next(conn, typeStdin)
		_, _ = io.WriteString(conn, rec(6, 1, text+"some", 0))
		_, err := next(conn, typeAbort)
		aborted <- err == nil
	})
	req := gatewaytest.Request("GET /s")
	ctx, leave := context.WithCancel(t.Context())
	req.Conn = &http1.Conn{Base: ctx}
	h := &gateway.Handler{Protocol: Protocol{}, Upstream: open(t, &gateway.Upstream{Address: p.address})}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, req)
	resp := axontest.Recv(run, &h.Outbox)
	leave()
	if _, err := io.ReadAll(resp.Stream); !errors.Is(err, gateway.ErrGone) {
		t.Errorf("the answer ended with %v", err)
	}
	if !<-aborted {
		t.Error("it was not told")
	}
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
}

// What is read is given on while the body still comes, so that no side waits for
// the other's end.
func TestHandler_BothWays(t *testing.T) {
	axontest.NoLeak(t)
	p := listen(t, func(_ int, conn net.Conn) {
		_, _ = next(conn, typeParams)
		_, _ = io.WriteString(conn, rec(6, 1, text, 0))
		b := make([]byte, 8+2)
		for {
			if _, err := io.ReadFull(conn, b[:8]); err != nil || b[5] == 0 {
				break
			}
			_, _ = io.ReadFull(conn, b[8:])
			_, _ = io.WriteString(conn, rec(6, 1, string(b[8:]), 0))
		}
		_, _ = io.WriteString(conn, end(0, 0))
	})
	req := gatewaytest.Request("POST /s", "x: y")
	req.Body, req.ContentLength = http1.NewBody(0), 10
	h := &gateway.Handler{Protocol: Protocol{}, Upstream: open(t, &gateway.Upstream{Address: p.address})}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, req)
	resp := axontest.Recv(run, &h.Outbox)
	b := make([]byte, 10)
	for i := range 5 {
		piece := []byte{'a' + byte(i), '\n'}
		if _, err := req.Body.Write(t.Context(), piece); err != nil {
			t.Fatal(err)
		}
		if n, err := resp.Stream.Read(b); err != nil || !bytes.Equal(b[:n], piece) {
			t.Fatalf("%q %v", b[:n], err)
		}
	}
	req.Body.CloseWrite(nil)
	if n, err := resp.Stream.Read(b); n != 0 || err != io.EOF {
		t.Errorf("%q %v", b[:n], err)
	}
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
}

// A body that breaks off ends the request: nobody must take a part for the whole.
func TestHandler_BrokenBody(t *testing.T) {
	axontest.NoLeak(t)
	aborted := make(chan bool, 1)
	p := listen(t, func(_ int, conn net.Conn) {
		_, err := next(conn, typeStdin)
		aborted <- err != nil
	})
	req := gatewaytest.Request("POST /s", "x")
	req.Body, req.ContentLength = http1.NewBody(0), 10
	h := &gateway.Handler{Protocol: Protocol{}, Upstream: open(t, &gateway.Upstream{Address: p.address})}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, req)
	_, _ = req.Body.Write(t.Context(), []byte("half"))
	req.Body.CloseWrite(&http1.Failure{Status: 408})
	if a := gatewaytest.Wait(t, run, &h.Handler); a.Said() != "failure 408" {
		t.Error(a.Said())
	}
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
	select {
	case ok := <-aborted:
		if !ok {
			t.Error("it has taken a part for the whole")
		}
	default: // it broke off before anything was sent
	}
}
