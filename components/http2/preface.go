package http2

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Preface finds out whether a connection that is not encrypted begins with
// HTTP/2, as a client does that knows the server to speak it (RFC 9113 section
// 3.3), and runs the graph of that protocol.
//
//	socket ──▶ [ Preface ] ══▶ the graph of a connection of HTTP/2, or of HTTP/1
//
// What it looks at stays unread.
type Preface struct {
	axon.Base

	// Conn is the connection. Who has accepted it closes it.
	Conn net.Conn

	// Time is how long the begin may take; 0 means 10 seconds, a negative number
	// no limit.
	Time time.Duration

	// HTTP1 and HTTP2 make the graph of the connection.
	HTTP1, HTTP2 func(net.Conn) (*axon.Graph, error)

	mu      sync.Mutex
	stopped bool
	done    bool
}

var (
	_ axon.Component   = (*Preface)(nil)
	_ axon.Validator   = (*Preface)(nil)
	_ axon.Finisher    = (*Preface)(nil)
	_ axon.Interrupter = (*Preface)(nil)
)

// preface is what a connection of HTTP/2 begins with (RFC 9113 section 3.4).
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Validate implements axon.Validator.
func (p *Preface) Validate() error {
	if p.Conn == nil || p.HTTP1 == nil || p.HTTP2 == nil {
		return errors.New("http2: a Preface needs Conn, HTTP1 and HTTP2")
	}
	return nil
}

// Finish ends the wait for the begin.
func (p *Preface) Finish() { p.Interrupt() }

// Interrupt ends the wait for the begin.
func (p *Preface) Interrupt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	if !p.done {
		_ = p.Conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// limit sets the deadline, or takes it off at the end. It reports whether the
// connection is still wanted.
func (p *Preface) limit(end bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return false
	}
	p.done = end
	deadline := time.Time{}
	if d := p.Time; !end && d >= 0 {
		if d == 0 {
			d = 10 * time.Second
		}
		deadline = time.Now().Add(d)
	}
	_ = p.Conn.SetReadDeadline(deadline)
	return true
}

// Main implements axon.Component.
func (p *Preface) Main(ctx context.Context) error {
	if !p.limit(false) {
		return nil
	}
	conn, is, err := begins(p.Conn, preface)
	if !p.limit(true) || err != nil {
		return nil // silent, or gone
	}
	blueprint := p.HTTP1
	if is {
		blueprint = p.HTTP2
	}
	g, err := blueprint(conn)
	if err != nil {
		return err
	}
	_, err = axon.Spawn(ctx, g)
	return err
}

// matches compares the begin of a connection with a word. It reports whether they
// differ, and whether the word is there as a whole.
func matches(begin []byte, word string) (differs, whole bool) {
	n := min(len(begin), len(word))
	if string(begin[:n]) != word[:n] {
		return true, false
	}
	return false, n == len(word)
}

// replayed is a connection of which something was read already.
type replayed struct {
	net.Conn
	begin []byte
}

// Read implements net.Conn.
func (r *replayed) Read(b []byte) (int, error) {
	if len(r.begin) > 0 {
		n := copy(b, r.begin)
		r.begin = r.begin[n:]
		return n, nil
	}
	return r.Conn.Read(b)
}

// CloseWrite ends the stream in this direction.
func (r *replayed) CloseWrite() error {
	if half, ok := r.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// beginsByReading reports whether a connection begins with a word. It returns a
// connection in which that is still to be read.
func beginsByReading(conn net.Conn, word string) (net.Conn, bool, error) {
	var begin []byte
	for {
		b := make([]byte, len(word)-len(begin))
		n, err := conn.Read(b)
		begin = append(begin, b[:n]...)
		switch differs, whole := matches(begin, word); {
		case differs || whole:
			return &replayed{conn, begin}, whole, nil
		case err != nil && len(begin) > 0:
			return &replayed{conn, begin}, false, nil
		case err != nil:
			return conn, false, err
		}
	}
}
