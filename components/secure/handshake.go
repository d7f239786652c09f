package secure

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Handshake makes a connection secure, and then runs the graph of the protocol
// that the client has chosen.
//
//	socket ──▶ [ Handshake ] ══▶ the graph of an encrypted connection
//
// The handshake is done here, and not where connections are accepted: a client
// that is slow at it holds up itself alone. One that does not come to its end
// closes the connection, and Failures says why.
type Handshake struct {
	axon.Base

	// Conn is the connection as it was accepted. Who has accepted it closes it.
	Conn net.Conn

	// Config says how to speak TLS; see Certificates.Config. All connections
	// share one, which makes resumption work.
	Config *tls.Config

	// Time is how long the handshake may take; 0 means 10 seconds,
	// a negative number no limit.
	Time time.Duration

	// Stall is how long the client may take nothing of what is sent; 0 means 30
	// seconds, a negative number no limit.
	Stall time.Duration

	// Connection makes the graph of the connection. The protocol is what both
	// sides have agreed upon (RFC 7301), "" if nothing was said about it.
	Connection func(conn *Conn, protocol string) (*axon.Graph, error)

	// Continues, if set, is asked when that graph has ended, with what has ended it,
	// whether the connection goes on with another one, which Connection makes.
	Continues func(conn net.Conn, err error) bool

	// Plain makes the graph of a connection whose client speaks HTTP as it is,
	// to tell it so; nil means to close it. The begin of its request is lost.
	Plain func(conn net.Conn) (*axon.Graph, error)

	// Count, if set, counts what becomes of handshakes.
	Count *Count

	// Failures tells why a handshake came to nothing. Most of these are the
	// clients' own doing.
	Failures axon.Outbox[error] `axon:"optional"`

	mu      sync.Mutex
	stopped bool
	done    bool // with the handshake
}

// Count counts handshakes. Many Handshakes may share one.
type Count struct {
	Done, Failed atomic.Uint64
}

var (
	_ axon.Component   = (*Handshake)(nil)
	_ axon.Validator   = (*Handshake)(nil)
	_ axon.Finisher    = (*Handshake)(nil)
	_ axon.Interrupter = (*Handshake)(nil)
)

// Validate implements axon.Validator.
func (h *Handshake) Validate() error {
	if h.Conn == nil || h.Config == nil || h.Connection == nil {
		return errors.New("secure: a Handshake needs Conn, Config and Connection")
	}
	return nil
}

// Finish ends a handshake that is under way: no request was read yet. What the
// connection's graph does with a finish is its own business.
func (h *Handshake) Finish() { h.Interrupt() }

// Interrupt ends a handshake that is under way.
func (h *Handshake) Interrupt() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	if !h.done {
		_ = h.Conn.SetDeadline(time.Unix(1, 0))
	}
}

// limit sets the deadline of the handshake, or takes it off at its end. It reports
// whether the connection is still wanted.
func (h *Handshake) limit(end bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return false
	}
	h.done = end
	deadline := time.Time{}
	if !end {
		if d := orDefault(h.Time, 10*time.Second); d > 0 {
			deadline = time.Now().Add(d)
		}
	}
	_ = h.Conn.SetDeadline(deadline)
	return true
}

// Main implements axon.Component.
func (h *Handshake) Main(ctx context.Context) error {
	if !h.limit(false) {
		return nil
	}
	raw := &patient{Conn: h.Conn, stall: orDefault(h.Stall, 30*time.Second)}
	conn := &Conn{Conn: tls.Server(raw, h.Config), raw: raw}
	err := conn.Handshake() // the deadline ends it
	if !h.limit(true) {
		return nil
	}
	if err != nil {
		return h.failed(ctx, err)
	}
	if h.Count != nil {
		h.Count.Done.Add(1)
	}
	return h.start(ctx, conn, conn.ConnectionState().NegotiatedProtocol)
}

// start starts the graph of the connection, and another one if it goes on.
func (h *Handshake) start(ctx context.Context, conn *Conn, protocol string) error {
	g, err := h.graph(conn, protocol)
	if err != nil {
		return err
	}
	if h.Continues != nil {
		g.OnEnd(func(err error) {
			if h.Continues(conn, err) {
				h.goOn(ctx, conn, protocol)
			}
		})
	}
	_, err = axon.Spawn(ctx, g)
	return err
}

// goOn starts another graph for the connection. If that fails, the connection ends.
func (h *Handshake) goOn(ctx context.Context, conn *Conn, protocol string) {
	if err := h.start(ctx, conn, protocol); err != nil {
		h.Continues(conn, err)
		_ = h.Failures.TrySend(fmt.Errorf("secure: connection from %v: %w", h.Conn.RemoteAddr(), err))
	}
}

// graph makes the graph of the connection. A panic costs that connection alone: where it
// goes on with another graph, nobody else would see to it.
func (h *Handshake) graph(conn *Conn, protocol string) (g *axon.Graph, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("secure: making the graph of a connection panicked: %v", r)
		}
	}()
	if g, err = h.Connection(conn, protocol); g == nil && err == nil {
		err = errors.New("secure: no graph was made for a connection")
	}
	return g, err
}

// failed deals with a handshake that came to nothing.
func (h *Handshake) failed(ctx context.Context, err error) error {
	if h.Count != nil {
		h.Count.Failed.Add(1)
	}
	// A flood of these is worth no more words.
	_ = h.Failures.TrySend(fmt.Errorf("secure: handshake with %v: %w", h.Conn.RemoteAddr(), err))
	if plain, ok := errors.AsType[tls.RecordHeaderError](err); ok && h.Plain != nil && plain.Conn != nil && likeHTTP(plain.RecordHeader) {
		g, err := h.Plain(h.Conn)
		if err != nil {
			return err
		}
		_, err = axon.Spawn(ctx, g)
		return err
	}
	return nil
}

// likeHTTP reports whether a connection begins like a request.
func likeHTTP(begin [5]byte) bool {
	for _, c := range begin {
		if (c < 'A' || c > 'Z') && c != ' ' && c != '/' {
			return false
		}
	}
	return true
}

func orDefault(value, otherwise time.Duration) time.Duration {
	if value == 0 {
		return otherwise
	}
	return max(value, 0)
}
