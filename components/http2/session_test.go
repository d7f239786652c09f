package http2_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/http2"
)

func TestSession_Conform(t *testing.T) {
	g := application(t)
	t.Run("a client that says nothing", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			here, _ := sockets(t)
			return &http2.Session{Conn: here, Graph: g}
		}, axontest.RealTime())
	})
	t.Run("a client that has begun", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			here, there := sockets(t)
			_, _ = io.WriteString(there, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
			return &http2.Session{Conn: here, Graph: g}
		}, axontest.RealTime())
	})
}

// client returns a client that speaks HTTP/2 by one connection.
func client(conn net.Conn) *http.Client {
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: p, MaxConnsPerHost: 1,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}}
}

// A finish lets the requests under way be answered, and ends.
func TestSession(t *testing.T) {
	here, there := sockets(t)
	s := &http2.Session{Conn: here, Graph: application(t), Clock: true, Fields: http1.Header{{Name: "X-More", Value: "yes"}}, RequestID: true}
	h := axontest.Run(t, s)
	c := client(there)
	for i := range 3 {
		resp, err := c.Get(fmt.Sprintf("http://a/%d", i))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(b) != fmt.Sprintf("/%d", i) || resp.ProtoMajor != 2 || resp.Header.Get("X-More") != "yes" || resp.Header.Get("X-Request-Id") == "" {
			t.Errorf("%q %v %v %v", b, resp.Proto, resp.Header, err)
		}
		x := axontest.Recv(h, &s.Log)
		if x.Status != 200 || x.Bytes != 2 || x.Request.Major != 2 || x.Time.IsZero() || x.Request.ID() != resp.Header.Get("X-Request-Id") {
			t.Errorf("%+v", x)
		}
	}
	h.Finish()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
	c.CloseIdleConnections()
}

// A client may go at once: a request that is noticed only then is not answered, least
// of all when Main has ended.
func TestSession_GoneAtOnce(t *testing.T) {
	g := application(t)
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	const get = "\x00\x00\x06\x01\x05\x00\x00\x00\x01\x82\x86\x84\x41\x01a" // HEADERS, END_STREAM and END_HEADERS
	for range 100 {
		here, there := sockets(t)
		h := axontest.Run(t, &http2.Session{Conn: here, Graph: g})
		_, _ = io.WriteString(there, preface+get)
		there.Close()
		if err := h.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// The wiring of an application that HTTP/2 feeds is in package nethttp.
func ExampleSession() {
	fmt.Println((&http2.Session{}).Validate())
	// Output:
	// http2: a Session needs Conn and Graph
}
