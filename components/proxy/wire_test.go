package proxy

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// TestWire_TLS answers when an encrypted connection is closed, though the client
// holds back what there is of the request's body.
func TestWire_TLS(t *testing.T) {
	asked := make(chan struct{}, 1)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	}))
	t.Cleanup(s.Close)
	u := &Upstream{URL: s.URL, Host: "example.com"}
	if err := u.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = u.Close() })
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	u.transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	h := &Handler{Upstream: u}
	run := axontest.Run(t, h)
	req := &http1.Request{Method: "POST", Path: "/", RawPath: "/", Major: 1, Minor: 1, Body: http1.NewBody(0), ContentLength: 100}
	axontest.Send(run, &h.Inbox, req)
	if f := axontest.Recv(run, &h.Failures); f.Status != 502 {
		t.Errorf("%v", f)
	}
	<-asked
	if running, waiting := u.Gate.Load(); running != 0 || waiting != 0 {
		t.Errorf("%d are at work, %d wait", running, waiting)
	}
}

// TestUpload_Follow reads a body for a second connection, after the first had ended
// before anything was sent on it.
func TestUpload_Follow(t *testing.T) {
	body := http1.NewBody(0)
	if _, err := body.Write(t.Context(), []byte("hello")); err != nil {
		t.Fatal(err)
	}
	up := &upload{asking: t.Context(), ctx: t.Context(), body: body}
	for range 2 {
		conn, _ := net.Pipe()
		w := newWire(conn)
		up.follow(httptrace.GotConnInfo{Conn: w})
		if up.ctx.Err() != nil {
			t.Fatal("the read has ended with the connection before")
		}
		w.Close()
		<-up.ctx.Done()
	}
	conn, _ := net.Pipe()
	defer conn.Close()
	up.follow(httptrace.GotConnInfo{Conn: newWire(conn)})
	if n, err := up.Read(make([]byte, 10)); n != 5 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
