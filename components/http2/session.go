// Package http2 has HTTP/2 (RFC 9113): the component that serves a connection, and
// the one that finds out whether a connection speaks it.
package http2

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
)

// Session serves an HTTP/2 connection. The frames are the business of Go's own
// server; each request comes into a graph of the application, which it has to
// itself until it is answered, so that many are answered at once and none waits
// for another.
//
//	socket ◀──▶ [ Session ] ◀══▶ the graph of the application, one for each stream
//	                └── log ──▶ http1.Exchange
//
// On finish it tells the client to send no more requests, answers those under way,
// and ends. It closes the connection at its end.
type Session struct {
	axon.Base

	// Conn is the connection; a *tls.Conn, or what embeds one, if it is
	// encrypted. Nothing was read from it yet, but for the handshake.
	Conn net.Conn

	// Graph answers the requests. All connections share it.
	Graph *nethttp.Graph

	// Limits bounds what the client may do; see Streams, too.
	Limits http1.Limits

	// Streams is how many requests may be under way at once; 0 means 100 (RFC
	// 9113 section 6.5.2).
	Streams int

	// Fields are more fields for every response.
	Fields http1.Header

	// RequestID says to tell each request's ID, TrustID that one which the client
	// has sent counts, Timed that each request is to know how long its stages
	// take, and Clock when it came.
	RequestID, TrustID, Timed, Clock bool

	// Log carries an Exchange for each response that was sent.
	Log axon.Outbox[http1.Exchange] `axon:"optional"`

	visit    nethttp.Visit
	requests atomic.Uint64
	handlers sync.WaitGroup

	mu     sync.Mutex
	server *http.Server
	done   bool // told to end before there was a server
	over   bool // no more requests are answered
}

var (
	_ axon.Component   = (*Session)(nil)
	_ axon.Validator   = (*Session)(nil)
	_ axon.Finisher    = (*Session)(nil)
	_ axon.Interrupter = (*Session)(nil)
)

// Validate implements axon.Validator.
func (s *Session) Validate() error {
	if s.Conn == nil || s.Graph == nil {
		return errors.New("http2: a Session needs Conn and Graph")
	}
	return s.Limits.Validate()
}

// What the client may send before somebody reads it. Together with the table of
// header fields it is most of what a connection can make the server hold.
const (
	connWindow   = 256 << 10
	streamWindow = 128 << 10
)

// Main implements axon.Component.
func (s *Session) Main(ctx context.Context) error {
	defer s.Conn.Close()
	limits := s.Limits.Applied()
	s.visit = nethttp.Visit{
		Conn: http1.NewConn(s.Conn), Arrived: s.arrived, Body: limits.Body, BodyTime: limits.BodyTime, BodyRate: limits.BodyRate,
		Target: limits.Target, Fields: s.Fields, RequestID: s.RequestID, Stall: limits.Stall,
	}
	if s.Log.Linked() {
		s.visit.Sent = func(x http1.Exchange) { _ = s.Log.Send(ctx, x) }
	}
	once := newOnceListener(inner(s.Conn))
	server := s.newServer(ctx, limits, once)
	if !s.begin(server) {
		return nil
	}
	_ = server.Serve(once)
	if once.taken() {
		<-once.ended.over
	}
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.handlers.Wait()
	return nil
}

// newServer returns the server of the one connection.
func (s *Session) newServer(ctx context.Context, limits http1.Limits, once *onceListener) *http.Server {
	streams := s.Streams
	if streams <= 0 {
		streams = 100
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:        s,
		Protocols:      protocols,
		MaxHeaderBytes: limits.Head,
		IdleTimeout:    limits.Idle,

		ReadHeaderTimeout: limits.HeadTime, // for the preface
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          streams,
			MaxReadFrameSize:              16 << 10, // the least; larger ones need a buffer each
			MaxReceiveBufferPerConnection: connWindow,
			MaxReceiveBufferPerStream:     streamWindow,
			WriteByteTimeout:              limits.Stall,
			SendPingTimeout:               limits.Idle, // a client that has gone without a word
		},
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0),
		BaseContext:                  func(net.Listener) context.Context { return ctx },
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				once.ended.happens()
			}
		},
	}
}

// begin notes the server, unless the Session has been told to end.
func (s *Session) begin(server *http.Server) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server = server
	return !s.done
}

// Finish tells the client to send no more requests (GOAWAY). A connection that
// has brought none is closed.
func (s *Session) Finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = true
	switch {
	case s.requests.Load() == 0:
		_ = s.Conn.Close()
	case s.server != nil:
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = s.server.Shutdown(now) // does not wait: Main does
	}
}

// Interrupt closes the connection.
func (s *Session) Interrupt() {
	s.mu.Lock()
	s.done = true
	s.mu.Unlock()
	_ = s.Conn.Close()
}

// ServeHTTP implements http.Handler. The server calls it in a goroutine for each
// request.
func (s *Session) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		return
	}
	defer s.handlers.Done()
	s.Graph.Serve(w, r, s.visit)
}

// enter notes that a request is being answered. It refuses one whose goroutine comes
// to run only after the connection has ended.
func (s *Session) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.handlers.Add(1)
	return true
}

// arrived notes how a request has come.
func (s *Session) arrived(req *http1.Request) {
	n := s.requests.Add(1)
	a := http1.Arrival{Stream: n, TrustID: s.TrustID}
	if s.Clock || s.Timed {
		a.Time = time.Now()
	}
	if s.Timed {
		a.Begun = a.Time
	}
	req.Arrived(a)
	if most := s.Limits.Requests; most > 0 && n >= uint64(most) {
		req.Close = true
	}
}

// inner returns the connection as Go's server knows it, to see that it is
// encrypted.
func inner(conn net.Conn) net.Conn {
	if c, ok := conn.(interface{ TLS() *tls.Conn }); ok {
		return c.TLS()
	}
	return conn
}
