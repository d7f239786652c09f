package proxy_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/proxy"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// open opens an Upstream for a test, which is to see that nothing is left of the
// requests.
func open(t testing.TB, u *proxy.Upstream) *proxy.Upstream {
	t.Helper()
	return gatewaytest.Open(t, u, func() (running, waiting int) { return u.Gate.Load() })
}

// server runs a server of HTTP until the end of the test.
func server(t testing.TB, f http.HandlerFunc) (url string) {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s.URL
}

// wire runs a server that reads a head, and says then what it is told to.
func wire(t testing.TB, speak func(conn net.Conn, in *bufio.Reader)) (url string) {
	t.Helper()
	return "http://" + gatewaytest.Listen(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if line == "\r\n" {
				break
			}
		}
		speak(conn, in)
	})
}

// fields returns what an answer says under a name.
func fields(a *gatewaytest.Answer, name string) (all []string) {
	for value := range a.Resp.Header.Values(name) {
		all = append(all, value)
	}
	return all
}

// TestHandler_Request is what the Upstream gets.
func TestHandler_Request(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var names []string
		for _, name := range strings.Split(r.URL.Query().Get("show"), ",") {
			names = append(names, name+"="+strings.Join(r.Header[name], "|"))
		}
		fmt.Fprintf(w, "%s %s %s %d %s %s", r.Method, r.RequestURI, r.Host, r.ContentLength, names, body)
	})
	chunked := gatewaytest.Request("POST /x", "hello")
	chunked.ContentLength = -1
	remote := gatewaytest.Request("GET /?show=Forwarded,X-Forwarded-For,X-Forwarded-Proto,X-Forwarded-Host", "Forwarded: for=evil", "X-Forwarded-For: evil")
	remote.Conn = &http1.Conn{Remote: &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 5}, TLS: true}
	trusted := gatewaytest.Request("GET /?show=Forwarded,X-Forwarded-For,X-Forwarded-Proto", "Forwarded: for=before", "x-forwarded-for: before", "X-Forwarded-Proto: https")
	trusted.Conn = &http1.Conn{Remote: &net.TCPAddr{IP: net.ParseIP("192.0.2.1"), Port: 5}}
	known := gatewaytest.Request("GET /?show=Authorization", "Authorization: Basic x")
	known.User = "ada"
	for _, c := range []struct {
		name   string
		u      *proxy.Upstream
		prefix string
		req    *http1.Request
		want   string
	}{
		{"a path", &proxy.Upstream{}, "", gatewaytest.Request("GET /a%20b/c?d=e&show=X"), "GET /a%20b/c?d=e&show=X example.org 0 [X=] "},
		{"a slash that is encoded", &proxy.Upstream{}, "", gatewaytest.Request("GET /a%2Fb"), "GET /a%2Fb example.org 0 [=] "},
		{"dots", &proxy.Upstream{}, "", gatewaytest.Request("GET /a/../b"), "GET /b example.org 0 [=] "},
		{"dots that are encoded", &proxy.Upstream{}, "/a", gatewaytest.Request("GET /a/%2e%2E/a/b%2Fc"), "GET /a/b%2Fc example.org 0 [=] "},
		{"two slashes", &proxy.Upstream{}, "", gatewaytest.Request("GET //a"), "GET //a example.org 0 [=] "},
		{"a slash that is encoded, beside what should be", &proxy.Upstream{}, "", gatewaytest.Request("GET /a%2F../b\"<>\\^`{|}"), "GET /a%2F../b%22%3C%3E%5C%5E%60%7B%7C%7D example.org 0 [=] "},
		{"a percent sign", &proxy.Upstream{}, "", gatewaytest.Request("GET /a%25b%22"), "GET /a%25b%22 example.org 0 [=] "},
		{"a prefix stays", &proxy.Upstream{}, "/app", gatewaytest.Request("GET /app/x?show=X-Forwarded-Prefix"), "GET /app/x?show=X-Forwarded-Prefix example.org 0 [X-Forwarded-Prefix=] "},
		{"a prefix goes", &proxy.Upstream{URL: "/"}, "/app", gatewaytest.Request("GET /app/x%2Fy?show=X-Forwarded-Prefix"), "GET /x%2Fy?show=X-Forwarded-Prefix example.org 0 [X-Forwarded-Prefix=/app] "},
		{"nothing but a prefix", &proxy.Upstream{URL: "/"}, "/app", gatewaytest.Request("GET /app"), "GET / example.org 0 [=] "},
		{"another prefix", &proxy.Upstream{URL: "/other/"}, "/app", gatewaytest.Request("GET /app/x"), "GET /other/x example.org 0 [=] "},
		{"another host", &proxy.Upstream{Host: "inner:80"}, "", gatewaytest.Request("GET /"), "GET / inner:80 0 [=] "},
		{"a body", &proxy.Upstream{}, "", gatewaytest.Request("PUT /x", "hello"), "PUT /x example.org 5 [=] hello"},
		{"a body in chunks", &proxy.Upstream{}, "", chunked, "POST /x example.org -1 [=] hello"},
		{"fields", &proxy.Upstream{}, "", gatewaytest.Request("GET /?show=Cookie,X-A,User-Agent", "Cookie: a=1", "X-A: 1", "X-A: 2"), "GET /?show=Cookie,X-A,User-Agent example.org 0 [Cookie=a=1 X-A=1|2 User-Agent=] "},
		{"a client of its own, in small letters", &proxy.Upstream{}, "", gatewaytest.Request("GET /?show=User-Agent", "user-agent: mine/1"), "GET /?show=User-Agent example.org 0 [User-Agent=mine/1] "},
		{"of the connection", &proxy.Upstream{}, "", gatewaytest.Request("GET /?show=Te,Upgrade,X-Hop,Keep-Alive", "Connection: x-hop, close", "X-Hop: 1", "TE: gzip", "Upgrade: h2c", "Keep-Alive: 5"), "GET /?show=Te,Upgrade,X-Hop,Keep-Alive example.org 0 [Te= Upgrade= X-Hop= Keep-Alive=] "},
		{"who has asked", &proxy.Upstream{}, "", remote, `GET /?show=Forwarded,X-Forwarded-For,X-Forwarded-Proto,X-Forwarded-Host example.org 0 [Forwarded=for="[2001:db8::1]";proto=https;host="example.org" X-Forwarded-For=2001:db8::1 X-Forwarded-Proto=https X-Forwarded-Host=example.org] `},
		{"who has asked, as programs see it", &proxy.Upstream{}, "", gatewaytest.Request("GET /?show=X_forwarded_for,X-A_b", "X_Forwarded_For: evil", "X-A_b: 1"), "GET /?show=X_forwarded_for,X-A_b example.org 0 [X_forwarded_for= X-A_b=1] "},
		{"who has asked before", &proxy.Upstream{TrustForwarded: true}, "", trusted, `GET /?show=Forwarded,X-Forwarded-For,X-Forwarded-Proto example.org 0 [Forwarded=for=before, for=192.0.2.1;proto=http;host="example.org" X-Forwarded-For=before, 192.0.2.1 X-Forwarded-Proto=https] `},
		{"how far it may go", &proxy.Upstream{}, "", gatewaytest.Request("OPTIONS /?show=Max-Forwards", "max-forwards: 3"), "OPTIONS /?show=Max-Forwards example.org 0 [Max-Forwards=2] "},
		{"as far as here", &proxy.Upstream{}, "", gatewaytest.Request("OPTIONS /", "Max-Forwards: 0"), "204: "},
		{"a TRACE as far as here", &proxy.Upstream{}, "", gatewaytest.Request("TRACE /", "Max-Forwards: 0"), "failure 501"},
		{"as far as it likes", &proxy.Upstream{}, "", gatewaytest.Request("OPTIONS /?show=Max-Forwards", "Max-Forwards: x"), "OPTIONS /?show=Max-Forwards example.org 0 [Max-Forwards=x] "},
		{"how far a GET may go", &proxy.Upstream{}, "", gatewaytest.Request("GET /?show=Max-Forwards", "Max-Forwards: 0"), "GET /?show=Max-Forwards example.org 0 [Max-Forwards=0] "},
		{"by whom it came", &proxy.Upstream{}, "", gatewaytest.Request("GET /?show=Via", "via: 1.0 fred"), "GET /?show=Via example.org 0 [Via=1.0 fred, 1.1 kamaelia] "},
		{"a password for us", &proxy.Upstream{}, "", known, "GET /?show=Authorization example.org 0 [Authorization=] "},
		{"a password for it", &proxy.Upstream{}, "", gatewaytest.Request("GET /?show=Authorization", "Authorization: Basic x"), "GET /?show=Authorization example.org 0 [Authorization=Basic x] "},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := c.u
			u.URL = url + u.URL
			a := gatewaytest.Ask(t, &proxy.Handler{Upstream: open(t, u), Prefix: c.prefix}, c.req)
			if got := strings.TrimPrefix(a.Said(), "200: "); got != c.want {
				t.Errorf("%s\nwant %s: %v", got, c.want, a.Fail)
			}
		})
	}
}

// TestHandler_Response is what becomes of an answer.
func TestHandler_Response(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 10_000)
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			w.Header().Set("Content-Length", fmt.Sprint(len(large)))
			io.WriteString(w, large)
		case "/chunks":
			w.Header().Set("Trailer", "X-Sum")
			io.WriteString(w, large)
			w.Header().Set("X-Sum", "42")
		case "/unannounced":
			io.WriteString(w, large)
			w.Header().Set(http.TrailerPrefix+"X-Sum", "42")
		case "/fields":
			w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
			w.Header().Set("Connection", "X-Hop")
			w.Header().Set("X-Hop", "1")
			w.WriteHeader(203)
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/none":
			w.WriteHeader(204)
		case "/same":
			w.WriteHeader(304)
		case "/hints":
			w.WriteHeader(103)
			io.WriteString(w, "after hints")
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "as it is")
		}
	})
	u := open(t, &proxy.Upstream{URL: url})
	for _, c := range []struct{ line, want, field, values string }{
		{"GET /large", "200: " + large, "Content-Length", fmt.Sprint(len(large))},
		{"HEAD /large", "200: ", "Content-Length", fmt.Sprint(len(large))},
		{"GET /chunks", "200: " + large, "Transfer-Encoding", ""},
		{"GET /unannounced", "200: " + large, "Transfer-Encoding", ""},
		{"GET /fields", "203: ", "Set-Cookie", "a=1|b=2"},
		{"GET /fields", "203: ", "X-Hop", ""},
		{"GET /moved", "302: ", "Location", "/elsewhere"},
		{"GET /none", "204: ", "Content-Length", ""},
		{"GET /same", "304: ", "Content-Length", ""},
		{"GET /hints", "200: after hints", "Content-Length", "11"},
		{"GET /packed", "200: as it is", "Content-Encoding", "gzip"},
	} {
		t.Run(c.line+" "+c.field, func(t *testing.T) {
			a := gatewaytest.Ask(t, &proxy.Handler{Upstream: u}, gatewaytest.Request(c.line))
			if got := a.Said(); !strings.HasPrefix(got, c.want) || c.field != "Location" && got != c.want {
				t.Fatalf("%.100s, want %.100s: %v", got, c.want, a.Fail)
			}
			if got := strings.Join(fields(a, c.field), "|"); got != c.values {
				t.Errorf("%s: %s, want %s", c.field, got, c.values)
			}
			if s, ok := a.Resp.Stream.(interface{ Trailer() http1.Header }); (c.line == "GET /chunks" || c.line == "GET /unannounced") && (!ok || s.Trailer().Get("X-Sum") != "42") {
				t.Error("the trailer is lost")
			}
		})
	}
}

// TestHandler_Faults are failures, or a cut.
func TestHandler_Faults(t *testing.T) {
	say := func(text string) func(net.Conn, *bufio.Reader) {
		return func(conn net.Conn, _ *bufio.Reader) { io.WriteString(conn, text) }
	}
	large := strings.Repeat("x", 50_000)
	for _, c := range []struct {
		name   string
		speak  func(conn net.Conn, in *bufio.Reader)
		status int // 0 for a body that breaks off
		cause  string
	}{
		{"nothing", say(""), 502, "EOF"},
		{"no HTTP", say("hello\r\n\r\n"), 502, "malformed"},
		{"half a head", say("HTTP/1.1 200 OK\r\nA: b\r\n"), 502, "EOF"},
		{"an endless head", say("HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 100_000)), 502, "exceeded"},
		{"another protocol", say("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"), 502, "101"},
		{"a status of its own", say("HTTP/1.1 999 Many\r\n\r\n"), 502, "999"},
		{"a field with a control character", say("HTTP/1.1 200 OK\r\nA: \x01b\r\nContent-Length: 0\r\n\r\n"), 502, "A"},
		{"two lengths", say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), 502, "Content-Length"},
		{"a short body", say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), 502, "in the middle"},
		{"a large body that is short", say("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + large), 0, "in the middle"},
		{"chunks without an end", say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), 0, "in the middle"},
		{"silent", func(conn net.Conn, in *bufio.Reader) { io.Copy(io.Discard, in) }, 504, "said nothing in time"},
		{"silent in a small body", func(conn net.Conn, in *bufio.Reader) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")
			io.Copy(io.Discard, in)
		}, 504, "silent for too long"},
		{"silent in its body", func(conn net.Conn, in *bufio.Reader) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nabc")
			io.Copy(io.Discard, in)
		}, 0, "silent for too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			u := &proxy.Upstream{URL: wire(t, c.speak)}
			if strings.HasPrefix(c.name, "silent") {
				u.First, u.Idle = 500*time.Millisecond, 500*time.Millisecond
			}
			open(t, u)
			a := gatewaytest.Ask(t, &proxy.Handler{Upstream: u}, gatewaytest.Request("GET /s"))
			var err error
			switch {
			case c.status != 0 && (a.Fail == nil || a.Fail.Status != c.status):
				t.Fatalf("%s, want a failure %d", a.Said(), c.status)
			case c.status != 0:
				err = a.Fail.Cause
			default:
				err = a.Err
			}
			if _, ok := errors.AsType[*gateway.ScriptError](err); !ok || !strings.Contains(err.Error(), c.cause) {
				t.Errorf("%v, want %s", err, c.cause)
			}
		})
	}
}

// TestHandler_Unreachable says where, and what to do.
func TestHandler_Unreachable(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none.sock")
	for _, url := range []string{"http://127.0.0.1:1", "unix:" + none} {
		a := gatewaytest.Ask(t, &proxy.Handler{Upstream: open(t, &proxy.Upstream{URL: url})}, gatewaytest.Request("POST /s", "body"))
		if a.Fail == nil || a.Fail.Status != 502 || !strings.Contains(a.Fail.Cause.Error(), url) || !strings.Contains(a.Fail.Cause.Error(), "is the program running") {
			t.Errorf("%s: %s %v", url, a.Said(), a.Fail)
		}
	}
}

// TestHandler_Again asks once more, on a new connection, when a kept one turns out to
// be closed; but not if that could do harm.
func TestHandler_Again(t *testing.T) {
	late := gatewaytest.Request("PUT /s")
	late.Body, late.ContentLength = http1.NewBody(0), 10
	_, _ = late.Body.Write(t.Context(), []byte("some")) // and no more
	ask := gatewaytest.Request
	for _, c := range []struct {
		name  string
		again *http1.Request
		want  string
		asked int32
	}{
		{"GET", ask("GET /s"), "200: 3", 3},
		{"GET with a body", ask("GET /s", "body"), "200: 3 body", 3},
		{"PUT", ask("PUT /s", "body"), "200: 3 body", 3},
		{"PUT of nothing", ask("PUT /s"), "200: 3", 3},
		{"DELETE", ask("DELETE /s"), "200: 3", 3},
		{"PUT with a condition", ask("PUT /s", "If-None-Match: *", "body"), "failure 502", 2},
		{"PUT of what has not come yet", late, "failure 502", 2},
		{"POST", ask("POST /s"), "failure 502", 2},
		{"POST with a body", ask("POST /s", "body"), "failure 502", 2},
		{"POST that the client may repeat", ask("POST /s", "Idempotency-Key: 1"), "failure 502", 2},
		{"POST that it may, by another name", ask("POST /s", "X-Idempotency-Key: 1"), "failure 502", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int32
			url := server(t, func(w http.ResponseWriter, r *http.Request) {
				if n := asked.Add(1); n != 2 {
					body, _ := io.ReadAll(r.Body)
					fmt.Fprint(w, strings.TrimSpace(fmt.Sprintf("%d %s", n, body)))
					if len(r.Header.Values("X-Idempotency-Key")) > 0 {
						t.Error("what net/http is told was sent")
					}
					return
				}
				conn, _, err := http.NewResponseController(w).Hijack() // it has got the request, and closes
				if err == nil {
					conn.Close()
				}
			})
			h := &proxy.Handler{Upstream: open(t, &proxy.Upstream{URL: url})}
			run := axontest.Run(t, h)
			for _, round := range []struct {
				req  *http1.Request
				want string
			}{{ask("GET /s"), "200: 1"}, {c.again, c.want}} {
				axontest.Send(run, &h.Inbox, round.req)
				if got := gatewaytest.Wait(t, run, &h.Handler).Said(); got != round.want {
					t.Errorf("%s, want %s", got, round.want)
				}
			}
			if n := asked.Load(); n != c.asked {
				t.Errorf("asked %d times, want %d", n, c.asked)
			}
		})
	}
}

// TestHandler_Body passes the failure of a body on.
func TestHandler_Body(t *testing.T) {
	u := open(t, &proxy.Upstream{URL: server(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) })})
	for _, c := range []struct {
		err    error
		status int
	}{{io.ErrUnexpectedEOF, 400}, {&http1.Failure{Status: 413}, 413}} {
		req := gatewaytest.Request("POST /s")
		req.Body, req.ContentLength = http1.NewBody(0), 10
		_, _ = req.Body.Write(t.Context(), []byte("some"))
		req.Body.CloseWrite(c.err)
		if a := gatewaytest.Ask(t, &proxy.Handler{Upstream: u}, req); a.Fail == nil || a.Fail.Status != c.status {
			t.Errorf("%v: %s, want a failure %d", c.err, a.Said(), c.status)
		}
	}
}

// TestHandler_BothWays reads an answer while the body of the request is still sent.
func TestHandler_BothWays(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		both := http.NewResponseController(w)
		_ = both.EnableFullDuplex()
		for lines := bufio.NewScanner(r.Body); lines.Scan(); {
			fmt.Fprintln(w, lines.Text())
			_ = both.Flush()
		}
	})
	h := &proxy.Handler{Upstream: open(t, &proxy.Upstream{URL: url})}
	run := axontest.Run(t, h)
	req := gatewaytest.Request("POST /s")
	req.Body, req.ContentLength = http1.NewBody(0), -1
	axontest.Send(run, &h.Inbox, req)
	for i := range 3 {
		_, _ = fmt.Fprintf(writer{req.Body}, "line %d\n", i)
		if i > 0 {
			continue
		}
		resp := axontest.Recv(run, &h.Outbox)
		lines := bufio.NewReader(resp.Stream)
		defer func() {
			req.Body.CloseWrite(nil)
			rest, err := io.ReadAll(lines)
			if string(rest) != "line 1\nline 2\n" || err != nil {
				t.Errorf("%q %v", rest, err)
			}
			_ = resp.Stream.Close()
		}()
		if line, err := lines.ReadString('\n'); line != "line 0\n" || err != nil {
			t.Errorf("%q %v", line, err)
		}
	}
}

// TestHandler_NotTaken answers although there is more of a request's body, which the
// client holds back, or the Upstream does not take.
func TestHandler_NotTaken(t *testing.T) {
	large := strings.Repeat("x", 24<<20) // more than the system holds
	for _, c := range []struct {
		name   string
		body   string
		length int64
		hold   bool // the Upstream does nothing, else it closes the connection
		status int
		cause  string
	}{
		{"the client is silent, and the connection is closed", "some", 100_000, false, 502, ""},
		{"the same, in chunks", "some", -1, false, 502, ""},
		{"the same, with a small body", "some", 10, false, 502, ""},
		{"nobody reads", large, int64(len(large)), true, 504, "said nothing in time"},
		{"nobody reads chunks", large, -1, true, 504, "said nothing in time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			url := wire(t, func(net.Conn, *bufio.Reader) {
				if c.hold {
					<-t.Context().Done()
				}
			})
			req := gatewaytest.Request("POST /s")
			req.Body, req.ContentLength = http1.NewBody(len(c.body)), c.length
			_, _ = req.Body.Write(t.Context(), []byte(c.body))
			u := &proxy.Upstream{URL: url}
			if c.hold {
				u.First = 300 * time.Millisecond
			}
			a := gatewaytest.Ask(t, &proxy.Handler{Upstream: open(t, u)}, req)
			if a.Fail == nil || a.Fail.Status != c.status || !strings.Contains(a.Fail.Cause.Error(), c.cause) {
				t.Errorf("%s %v, want a failure %d: %s", a.Said(), a.Fail, c.status, c.cause)
			}
		})
	}
}

type writer struct{ body *http1.Body }

func (w writer) Write(p []byte) (int, error) { return w.body.Write(context.Background(), p) }

// TestHandler_Full refuses what is too much, and lets others in when an answer is
// read, or given up.
func TestHandler_Full(t *testing.T) {
	url := wire(t, func(conn net.Conn, in *bufio.Reader) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nabc")
		io.Copy(io.Discard, in) // until the other side closes
	})
	h := &proxy.Handler{Upstream: open(t, &proxy.Upstream{URL: url, Gate: &gateway.Gate{Most: 1, Queue: -1}})}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, gatewaytest.Request("GET /a"))
	first := axontest.Recv(run, &h.Outbox)
	axontest.Send(run, &h.Inbox, gatewaytest.Request("GET /b"))
	if f := axontest.Recv(run, &h.Failures); f.Status != 503 || f.Header.Get("Retry-After") == "" {
		t.Errorf("%v", f)
	}
	_ = first.Stream.Close()
	axontest.Send(run, &h.Inbox, gatewaytest.Request("GET /c"))
	_ = axontest.Recv(run, &h.Outbox).Stream.Close()
}

// TestCheck refuses requests while the Upstream is not well.
func TestCheck(t *testing.T) {
	var ill atomic.Bool
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" && ill.Load() {
			w.WriteHeader(500)
		}
	})
	u := open(t, &proxy.Upstream{URL: url, Health: "/health", Every: 20 * time.Millisecond})
	c := &proxy.Check{Upstream: u}
	run := axontest.Run(t, c)
	for _, want := range []struct {
		ill  bool
		said string
		log  string
	}{{true, "failure 503", "its status is 500"}, {false, "200: ", "it is well again"}} {
		ill.Store(want.ill)
		if err := axontest.Recv(run, &c.Log); !strings.Contains(err.Error(), want.log) {
			t.Errorf("%v, want %s", err, want.log)
		}
		if a := gatewaytest.Ask(t, &proxy.Handler{Upstream: u}, gatewaytest.Request("GET /")); a.Said() != want.said {
			t.Errorf("%s, want %s", a.Said(), want.said)
		}
	}
}

// TestCheck_Path asks for what Health says, with its query, below the path of the URL.
func TestCheck_Path(t *testing.T) {
	for _, c := range []struct{ base, health, want string }{
		{"", "/health", "/health"},
		{"/app/", "/health?full=1&x=a%20b", "/app/health?full=1&x=a%20b"},
		{"/app", "/a%20b%2Fc", "/app/a%20b%2Fc"},
	} {
		asked := make(chan string, 1)
		url := server(t, func(w http.ResponseWriter, r *http.Request) { asked <- r.RequestURI })
		run := axontest.Run(t, &proxy.Check{Upstream: open(t, &proxy.Upstream{URL: url + c.base, Health: c.health, Every: time.Hour})})
		if got := <-asked; got != c.want {
			t.Errorf("%s: asks for %s, want %s", c.health, got, c.want)
		}
		run.Finish()
	}
	for _, health := range []string{"health", "//host/health", "/a%zz", "/a#b"} {
		if err := (&proxy.Upstream{URL: "http://localhost", Health: health}).Validate(); err == nil || !strings.Contains(err.Error(), "health") {
			t.Errorf("%s: %v", health, err)
		}
	}
}

func TestConform(t *testing.T) {
	u := open(t, &proxy.Upstream{Keep: -1, Health: "/", Every: time.Hour, URL: server(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "hello")
	})})
	axontest.Conform(t, func() axon.Component { return &proxy.Handler{Upstream: u, Prefix: "/app"} },
		axontest.RealTime(), axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{gatewaytest.Request("GET /app/a"), gatewaytest.Request("POST /app/x", string(make([]byte, 100_000)))}
		}))
	axontest.Conform(t, func() axon.Component { return &proxy.Check{Upstream: u} }, axontest.RealTime())
}
