package scgi

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// head reads the netstring of a request, and takes it apart.
func head(in *bufio.Reader) (vars []string, err error) {
	var size int
	if _, err := fmt.Fscanf(in, "%d:", &size); err != nil {
		return nil, err
	}
	b := make([]byte, size+1)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, err
	}
	if b[size] != ',' || b[size-1] != 0 {
		return nil, fmt.Errorf("it ends with %q", b[size-1:])
	}
	return strings.Split(string(b[:size-1]), "\x00"), nil
}

func TestProtocol_Head(t *testing.T) {
	for _, c := range []struct {
		name   string
		length int64
		want   string
	}{
		{"no body", -1, "CONTENT_LENGTH 0 SCGI 1 GATEWAY_INTERFACE CGI/1.1"},
		{"a body", 42, "CONTENT_LENGTH 42 SCGI 1 GATEWAY_INTERFACE CGI/1.1"},
	} {
		v := &gateway.Variables{Env: []string{"LONG=" + strings.Repeat("x", 100_000), "NUL=a\x00b"}}
		b := Protocol{}.Head([]byte("before"), v, &gateway.About{Request: gatewaytest.Request("GET /a?b"), Length: c.length})
		text, ok := strings.CutPrefix(string(b), "before1")
		in := bufio.NewReader(strings.NewReader("1" + text + "rest"))
		vars, err := head(in)
		if !ok || err != nil || !strings.HasPrefix(strings.Join(vars, " "), c.want) || vars[len(vars)-1] != "ab" {
			t.Errorf("%s: %.100q %v", c.name, vars, err)
		}
		if n := strings.Count(" "+strings.Join(vars, " "), " CONTENT_LENGTH "); n != 1 || len(vars)%2 != 0 {
			t.Errorf("%s: %d lengths, %d words", c.name, n, len(vars))
		}
		if rest, _ := io.ReadAll(in); string(rest) != "rest" {
			t.Errorf("%s: %q follows", c.name, rest)
		}
	}
}

const text = "Content-Type: text/plain\r\n\r\n"

func TestHandler_Faults(t *testing.T) {
	body := strings.Repeat("x", 300_000)
	for _, c := range []struct {
		name  string
		req   *http1.Request
		speak func(conn net.Conn, in *bufio.Reader)
		want  string
		cause error
	}{
		{"well", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) { io.WriteString(conn, text+"hello") }, "200: hello", nil},
		{"a status line", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) { io.WriteString(conn, "HTTP/1.1 200 OK\r\n"+text) }, "failure 502", nil},
		{"nothing", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) {}, "failure 502", gateway.ErrSilent},
		{"half a head", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) { io.WriteString(conn, text[:20]) }, "failure 502", gateway.ErrSilent},
		{"the length, and no end", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) {
			io.WriteString(conn, "Content-Length: 5\r\n"+text+"hello")
			io.Copy(io.Discard, in)
		}, "200: hello", nil},
		{"a length, and less", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) {
			io.WriteString(conn, "Content-Length: 6\r\n"+text+"hello")
		}, "200: broken", gateway.ErrShort},
		{"answered before the body is read", gatewaytest.Request("POST /s", body), func(conn net.Conn, in *bufio.Reader) {
			io.WriteString(conn, text+"hello")
			conn.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, in)
		}, "200: hello", nil},
		{"the body", gatewaytest.Request("POST /s", body), func(conn net.Conn, in *bufio.Reader) {
			n, _ := io.CopyN(io.Discard, in, int64(len(body)))
			fmt.Fprint(conn, text, n)
		}, "200: 300000", nil},
		{"silent", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) { io.Copy(io.Discard, in) }, "failure 504", gateway.ErrFirst},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			first := time.Minute
			if c.name == "silent" {
				first = 300 * time.Millisecond
			}
			u := open(t, &gateway.Upstream{Limits: gateway.Limits{First: first}, Address: gatewaytest.Listen(t, func(conn net.Conn) {
				in := bufio.NewReader(conn)
				if _, err := head(in); err == nil {
					c.speak(conn, in)
				}
			})})
			a := gatewaytest.Ask(t, &gateway.Handler{Protocol: Protocol{}, Upstream: u}, c.req)
			why := a.Err
			if a.Fail != nil {
				why = a.Fail
			}
			if got := a.Said(); got != c.want || c.cause != nil && !errors.Is(why, c.cause) {
				t.Errorf("%s, want %s: %v", got, c.want, why)
			}
		})
	}
}

func TestHandler_Conform(t *testing.T) {
	u := open(t, &gateway.Upstream{Address: gatewaytest.Listen(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		if vars, err := head(in); err == nil {
			var n int64
			fmt.Sscan(vars[1], &n)
			_, _ = io.CopyN(io.Discard, in, n)
			io.WriteString(conn, text+"hello")
		}
	})})
	axontest.Conform(t, func() axon.Component { return &gateway.Handler{Protocol: Protocol{}, Upstream: u, Prefix: "/app"} },
		axontest.RealTime(), axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{gatewaytest.Request("GET /app/a"), gatewaytest.Request("POST /app/x", string(make([]byte, 100_000))), gatewaytest.Request("GET /app/\x00")}
		}))
}

// An early is a protocol whose request is written when the other end has gone.
type early struct {
	Protocol
	gone <-chan struct{}
}

func (e early) Head(b []byte, v *gateway.Variables, a *gateway.About) []byte {
	<-e.gone
	return e.Protocol.Head(b, v, a)
}

// TestHandler_Early: an answer is heard that came before the request was written, from a
// program that did not wait for it and has closed the connection.
func TestHandler_Early(t *testing.T) {
	for _, c := range []struct {
		name, says, want string
	}{
		{"busy", "Status: 503 Busy\r\nContent-Type: text/plain\r\n\r\nlater", "503 Busy: later"},
		{"nothing", "", "failure 502"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "socket")
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				conn, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = io.WriteString(conn, c.says)
				_ = conn.Close()
			}()
			u := &gateway.Upstream{Address: "unix:" + path}
			if err := u.Open(); err != nil {
				t.Fatal(err)
			}
			defer u.Close()
			a := gatewaytest.Ask(t, &gateway.Handler{Upstream: u, Protocol: early{gone: gone}}, gatewaytest.Request("GET /"))
			if got := a.Said(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestHandler_LargeHead: the time that a large head may take to be written is none for the
// body behind it, which comes slowly.
func TestHandler_LargeHead(t *testing.T) {
	const size = 40_000
	address := gatewaytest.Listen(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		if _, err := head(in); err != nil {
			return
		}
		n, _ := io.CopyN(io.Discard, in, size)
		_, _ = fmt.Fprintf(conn, "Content-Type: text/plain\r\n\r\n%d", n)
	})
	u := &gateway.Upstream{Address: address, Limits: gateway.Limits{First: 500 * time.Millisecond}}
	gatewaytest.Open(t, u, func() (running, waiting int) { return u.Gate.Load() })
	req := gatewaytest.Request("POST /", "Cookie: "+strings.Repeat("x", 20_000))
	req.Body, req.ContentLength = http1.NewBody(0), size
	if _, err := req.Body.Write(t.Context(), make([]byte, size/2)); err != nil { // more than goes with the head
		t.Fatal(err)
	}
	pace := time.NewTicker(50 * time.Millisecond)
	defer pace.Stop()
	go func() {
		for range 20 { // twice as long in all
			<-pace.C
			_, _ = req.Body.Write(context.Background(), make([]byte, size/40))
		}
		req.Body.CloseWrite(nil)
	}()
	a := gatewaytest.Ask(t, &gateway.Handler{Upstream: u, Protocol: Protocol{}}, req)
	if got := a.Said(); got != "200: 40000" {
		t.Errorf("%s: %v", got, a.Fail)
	}
}
