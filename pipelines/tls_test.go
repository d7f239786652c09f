package pipelines_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A securely is a server that speaks TLS, and the certificate of its.
type securely struct {
	*served
	pair secure.Pair
	dir  string
}

// secureSite runs a site whose one socket speaks TLS.
func secureSite(t testing.TB, site *pipelines.Site) *securely {
	t.Helper()
	dir := t.TempDir()
	pair := securetest.Write(t, dir, "a", securetest.ECDSA, "a", "b")
	socket, err := tcp.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	site.SecureSockets = []pipelines.SecureSocket{{Listener: socket, Certificates: securetest.Load(t, pair)}}
	x := serveSite(t, site)
	x.addr = socket.Addr().String()
	return &securely{x, pair, dir}
}

// secret dials and speaks TLS.
func (x *securely) secret() *client {
	x.t.Helper()
	conn, err := tls.Dial("tcp", x.addr, securetest.Client(x.t, "a", x.pair))
	if err != nil {
		x.t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	x.t.Cleanup(func() { conn.Close() })
	return &client{x.t, conn, bufio.NewReader(conn)}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	large := bytes.Repeat([]byte("0123456789abcdef"), 300<<10/16)
	if err := os.WriteFile(filepath.Join(dir, "large"), large, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "small"), large[:600], 0o600); err != nil {
		t.Fatal(err)
	}
	tree := &files.Tree{Dir: dir}
	if err := tree.Open(); err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	var lines bytes.Buffer
	x := secureSite(t, &pipelines.Site{AccessLog: &accesslog.Log{To: &lines}, Server: pipelines.Server{
		HSTS:   &http1.HSTS{MaxAge: time.Hour},
		Errors: func() http1.ErrorPart { return &jsonErrors{} },
		Mounts: []pipelines.Mount{
			{Path: "/", Name: "FILES", Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree} }},
			at("/echo", echo),
			at("/state", func(_ context.Context, req *http1.Request) (*http1.Response, error) {
				s := req.Conn.TLSState()
				if s != req.Conn.TLSState() || !req.Conn.TLS {
					t.Error("no state, or two of them")
				}
				return http1.Text(req, 200, tls.VersionName(s.Version)+" "+s.ServerName), nil
			}),
			{Path: "/app", Name: "APP", Handler: func() http1.HandlerPart {
				return &nethttp.Handler{HTTP: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					io.WriteString(w, tls.VersionName(r.TLS.Version))
				})}
			}},
		}}})
	c := x.secret()
	for _, want := range []struct{ path, body string }{
		{"/small", string(large[:600])}, {"/large", string(large)}, {"/echo/a", "/echo/a "},
		{"/state", "TLS 1.3 a"}, {"/app", "TLS 1.3"}, {"/large", string(large)},
	} {
		a := c.asks(want.path)
		if a.StatusCode != 200 || a.body != want.body {
			t.Errorf("%s: %s %.50q", want.path, a.Status, a.body)
		}
		if got := a.Header.Values("Strict-Transport-Security"); len(got) != 1 || got[0] != "max-age=3600" {
			t.Errorf("HSTS: %q", got)
		}
	}
	c.says("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nsent")
	if a := c.hears("POST"); a.body != "/echo sent" {
		t.Errorf("%q", a.body)
	}
	// A fault of framing: one answer, and an orderly end of TLS.
	c.says("nonsense\r\n\r\n" + string(large))
	if a := c.hears("GET"); a.StatusCode != 400 || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %v", a.Status, a.Header)
	}
	c.closed()
	x.finish()
	if n := bytes.Count(lines.Bytes(), []byte("\n")); n != 8 {
		t.Errorf("%d lines in the log", n)
	}
}

// A client that is slow at its handshake, or never begins, holds up nobody, and
// one that speaks HTTP is told what is wrong.
func TestTLS_Handshakes(t *testing.T) {
	x := secureSite(t, &pipelines.Site{Server: pipelines.Server{Mounts: mount(echo), Limits: http1.Limits{HeadTime: time.Second},
		Errors: func() http1.ErrorPart { return &jsonErrors{} }}})
	silent, slow := x.dial(), x.dial()
	slow.says("\x16\x03\x01\x02\x00\x01")
	if a := x.secret().asks("/a"); a.body != "/a " {
		t.Errorf("%q", a.body)
	}
	silent.closed()
	if b, err := io.ReadAll(slow.r); err != nil {
		t.Errorf("%q %v", b, err)
	}
	plain := x.dial()
	plain.says(request("/a"))
	if a := plain.hears("GET"); a.StatusCode != 400 || !a.Close || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %v", a.Status, a.Header)
	}
	plain.closed()
	x.finish()
}

// Connections under way go on with a renewed certificate; new ones get it.
func TestTLS_Renewal(t *testing.T) {
	x := secureSite(t, &pipelines.Site{Server: pipelines.Server{Mounts: mount(echo)}})
	old := x.secret()
	old.asks("/a")
	securetest.Write(t, x.dir, "a", securetest.RSA, "a")
	fresh := securetest.Client(t, "a", x.pair)
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := tls.Dial("tcp", x.addr, fresh)
		if err == nil {
			conn.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	if a := old.asks("/b"); a.body != "/b " {
		t.Errorf("%q", a.body)
	}
	old.Close()
	x.finish()
}

// When the server ends, idle connections end in order and a handshake under way
// is given up.
func TestTLS_End(t *testing.T) {
	x := secureSite(t, &pipelines.Site{Server: pipelines.Server{Mounts: mount(echo)}})
	c := x.secret()
	c.asks("/a")
	slow := x.dial()
	slow.says("\x16\x03\x01")
	c.asks("/b") // the slow one has been accepted
	start := time.Now()
	x.finish()
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("the end took %v", d)
	}
	c.closed()
}

// A client that takes nothing of a large answer is cut in time, also by a
// shutdown.
func TestTLS_Stalled(t *testing.T) {
	for _, by := range []string{"stall", "shutdown"} {
		t.Run(by, func(t *testing.T) {
			large := make([]byte, 32<<20)
			limits := http1.Limits{}
			if by == "stall" {
				limits.Stall = 200 * time.Millisecond
			}
			quota := &tcp.Quota{}
			x := secureSite(t, &pipelines.Site{Server: pipelines.Server{Limits: limits, Quota: quota,
				Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
					return &http1.Response{Request: req, Status: 200, Bytes: large}, nil
				})}})
			c := x.secret()
			c.says(request("/a"))
			if _, err := c.r.Peek(1000); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if by == "shutdown" {
				x.run.Stop(nil)
				_ = x.run.Wait(context.Background())
			} else {
				for quota.Usage().Open > 0 && time.Since(start) < 10*time.Second {
					<-time.After(10 * time.Millisecond)
				}
				x.finish()
			}
			if d := time.Since(start); d > 3*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
}

var _ net.Conn = (*secure.Conn)(nil)
