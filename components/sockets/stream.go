package sockets

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// stream is a connection that a receiver and a sender share.
type stream struct {
	dial          func(context.Context) (net.Conn, error) // nil for one that is there
	stall, linger time.Duration
	silence       time.Duration // how long to wait for the peer after a finish; 0 not at all

	opened chan struct{} // closed when conn is set, or dialing has failed

	mu      sync.Mutex
	raw     net.Conn
	conn    net.Conn      // raw, or TLS over it
	parked  chan struct{} // the sender waits for the receiver to let go: closed by that
	resume  chan struct{} // the receiver waits for TLS: closed by the sender
	over    chan struct{} // closed when the receiver has ended
	leaving bool          // the receiver is told to stop when its deadline is over
	waits   time.Duration // the deadline is moved by this when the peer says something
	cut     bool          // everything stops now
}

// past is a deadline that has passed.
var past = time.Unix(1, 0)

func newStream(conn net.Conn, dial func(context.Context) (net.Conn, error), t Times) *stream {
	stall, linger := t.Stall, t.Linger
	if stall == 0 {
		stall = 30 * time.Second
	}
	if linger == 0 {
		linger = 2 * time.Second
	}
	s := &stream{dial: dial, stall: stall, linger: linger, opened: make(chan struct{}), over: make(chan struct{})}
	if conn != nil {
		s.raw, s.conn = conn, conn
		close(s.opened)
	}
	return s
}

// open dials, if need be. It is the receiver's.
func (s *stream) open(ctx context.Context) error {
	if s.dial == nil {
		return nil
	}
	defer close(s.opened)
	conn, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("sockets: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw, s.conn = conn, conn
	if s.cut {
		_ = conn.SetDeadline(past)
	}
	return nil
}

// current returns the connection to read from and write to, nil if there is none.
func (s *stream) current() net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn
}

// interrupt lets reads and writes end now.
func (s *stream) interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = true
	if s.raw != nil {
		_ = s.raw.SetDeadline(past)
	}
}

// leave lets the receiver end: at once, or when it has read for a while.
func (s *stream) leave(after time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaving, s.waits = true, 0
	s.expire(after)
}

// finish lets the receiver end when the peer has been silent for a while.
func (s *stream) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.leaving {
		s.leaving, s.waits = true, s.silence
		s.expire(s.silence)
	}
}

// heard notes that the peer has said something.
func (s *stream) heard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waits > 0 {
		s.expire(s.waits)
	}
}

// expire sets when a read ends. The caller holds mu.
func (s *stream) expire(after time.Duration) {
	if s.raw != nil && !s.cut {
		_ = s.raw.SetReadDeadline(time.Now().Add(after))
	}
}

// pause is called by the receiver when a deadline has ended a read. It reports
// whether there is to be another one, and whether that is after a handshake.
func (s *stream) pause(ctx context.Context) (again, secured bool) {
	s.mu.Lock()
	parked, resume := s.parked, s.resume
	s.parked = nil
	if s.cut || s.leaving || parked == nil {
		s.mu.Unlock()
		return false, false
	}
	s.mu.Unlock()
	close(parked)
	select {
	case <-resume:
		return true, true
	case <-ctx.Done():
		return false, false
	}
}

// secure makes the connection secure. It is the sender's.
func (s *stream) secure(ctx context.Context, t StartTLS) error {
	parked, resume := make(chan struct{}), make(chan struct{})
	defer close(resume)
	s.mu.Lock()
	s.parked, s.resume = parked, resume
	_ = s.raw.SetReadDeadline(past)
	raw := s.raw
	s.mu.Unlock()
	select {
	case <-parked:
	case <-s.over:
		return errors.New("sockets: TLS was to start when the peer had gone")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	s.mu.Lock()
	if !s.cut {
		deadline := time.Time{}
		if s.stall > 0 {
			deadline = time.Now().Add(s.stall)
		}
		_ = raw.SetDeadline(deadline)
	}
	s.mu.Unlock()
	if _, err := raw.Write(t.Say); err != nil {
		return fmt.Errorf("sockets: %w", err)
	}
	conn := tls.Client(raw, t.Config)
	if t.Server {
		conn = tls.Server(raw, t.Config)
	}
	if err := conn.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("sockets: handshake with %v: %w", raw.RemoteAddr(), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = conn
	if !s.cut {
		_ = raw.SetDeadline(time.Time{})
	}
	if s.leaving { // since then
		s.expire(cmp.Or(s.waits, s.linger))
	}
	return nil
}

// write writes a message, in pieces that the peer must take in some time.
func (s *stream) write(conn net.Conn, b []byte) error {
	const piece = 64 << 10
	for len(b) > 0 {
		s.mu.Lock()
		if !s.cut && s.stall > 0 {
			_ = s.raw.SetWriteDeadline(time.Now().Add(s.stall))
		}
		s.mu.Unlock()
		n, err := conn.Write(b[:min(piece, len(b))])
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// close closes the connection.
func (s *stream) close() {
	if conn := s.current(); conn != nil {
		_ = conn.Close()
	}
}
