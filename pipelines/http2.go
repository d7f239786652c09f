package pipelines

import (
	"crypto/tls"
	"errors"
	"net"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http2"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// HTTP2 says how a server speaks HTTP/2.
type HTTP2 struct {
	// Off says not to offer it to clients that come by TLS.
	Off bool

	// Plain says to speak it to clients that come without TLS and begin with it
	// (prior knowledge, RFC 9113 section 3.3), too.
	Plain bool

	// Streams is how many requests of one connection may be under way at once; 0
	// means 100.
	Streams int

	// Most is how many requests of all connections are answered at once, others
	// wait; 0 means 1,024. Each is answered by a graph of its own.
	Most int
}

// Session is the graph of a connection of HTTP/2. Its requests are answered by
// graphs of the Application, many at once, which the part STREAMS of a Site runs.
//
//	socket ◀─▶ SESSION ◀═▶ graphs of the Application
func (s *Server) Session(conn net.Conn) *axon.Graph {
	session := &http2.Session{
		Conn: conn, Graph: s.streams, Limits: s.Limits, Streams: s.HTTP2.Streams,
		RequestID: s.RequestID, TrustID: s.TrustID, Timed: s.Timed, Clock: s.Log != nil,
	}
	if s.Name != "" {
		session.Fields.Add("Server", s.Name)
	}
	if _, encrypted := conn.(*secure.Conn); encrypted && s.HSTS != nil {
		session.Fields.Add("Strict-Transport-Security", s.HSTS.String())
	}
	g := &axon.Graph{Name: "session", Parts: axon.Parts{{Name: "SESSION", Component: session}}}
	if s.Log != nil {
		g.Links = append(g.Links, axon.Link(&session.Log, s.Log))
	}
	return g
}

// speaksHTTP2 reports whether HTTP/2 can be spoken at all: a connection that is
// wired by the user knows HTTP/1 alone.
func (s *Server) speaksHTTP2() bool { return s.streams != nil && s.Blueprint == nil }

// plainListener returns a listener of connections that are not encrypted.
func (s *Server) plainListener(socket net.Listener) *tcp.Listener {
	if !s.HTTP2.Plain || !s.speaksHTTP2() {
		return s.Listener(socket)
	}
	return &tcp.Listener{Socket: socket, Quota: s.quota(), Full: s.Full, Refusal: s.Refusal,
		Connection: func(conn net.Conn) (*axon.Graph, error) { return s.Either(conn), nil }}
}

// Either is the graph of a connection that begins with HTTP/1 or with HTTP/2.
//
//	socket ─▶ PREFACE ═▶ Connection, or Session
func (s *Server) Either(conn net.Conn) *axon.Graph {
	return &axon.Graph{Name: "either", Parts: axon.Parts{{Name: "PREFACE", Component: &http2.Preface{
		Conn: conn, Time: s.current().Limits.HeadTime,
		HTTP1: func(conn net.Conn) (*axon.Graph, error) { return s.first(conn), nil },
		HTTP2: func(conn net.Conn) (*axon.Graph, error) { return s.current().Session(conn), nil },
	}}}}
}

// first is the graph of a connection of HTTP/1 that PREFACE has looked into, and does not
// hand on: it stays with the Server of now.
func (s *Server) first(conn net.Conn) *axon.Graph {
	return s.made(func(now *Server) *axon.Graph {
		one := *now
		one.renewal = nil
		return one.blueprint(conn, nil)
	})
}

// streaming adds the part that runs the graphs of the Application to the server's
// graph, if a listener may need it.
func (s *Site) streaming(g *axon.Graph) {
	s.streams = nil
	if s.Blueprint != nil || !s.HTTP2.Plain && (s.HTTP2.Off || len(s.SecureSockets) == 0) {
		return
	}
	most := s.HTTP2.Most
	if most <= 0 {
		most = 1024
	}
	s.streams = &nethttp.Graph{Application: s.renewal.application, Most: most}
	pool := s.streams.Part()
	g.Parts = append(g.Parts, axon.Part{Name: "STREAMS", Component: pool, Policy: axon.Policy{Restarts: -1}})
	if s.ErrorLog != nil {
		g.Links = append(g.Links, axon.Link(&pool.Failures, &s.ErrorLog.Inbox))
	}
}

// others tells of the graphs by which a connection begins before it is one of
// HTTP/1, and of those of HTTP/2.
func (s *Site) others(conn net.Conn) (begins, streams []axon.GraphInfo, err error) {
	told := func(g *axon.Graph) []axon.GraphInfo {
		if err = errors.Join(err, g.Build()); err != nil {
			return nil
		}
		return []axon.GraphInfo{g.Info()}
	}
	if len(s.SecureSockets) > 0 {
		begins = told(s.Secure(conn, new(tls.Config)))
	}
	if s.HTTP2.Plain && s.speaksHTTP2() {
		begins = append(begins, told(s.Either(conn))...)
	}
	if s.speaksHTTP2() {
		streams = append(told(s.Session(conn)), told(s.Application(&nethttp.Source{}, &nethttp.Sink{}))...)
	}
	return begins, streams, err
}
