package sockets

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

// StartTLS makes a connection secure from here on. All that was sent before goes out in
// plain text.
type StartTLS struct {
	// Config says how: certificates for a server, a server's name for a client.
	Config *tls.Config

	// Server says which side this is.
	Server bool

	// Say are the last words in plain text, such as a server's "220 ready": when they
	// are out, nothing is read any more but the handshake. What else was said before may
	// be answered by the beginning of a handshake, which would be read as text.
	Say []byte
}

// sender is the half of a connection that writes.
//
//	[]byte ──▶ [ sender ] ─▶ socket
//	startTLS ──▶
//
// It has nothing to do if its inbox is not linked. When its input has finished it tells the peer so, by the end of the stream in this
// direction, and ends. It ends too when the peer is lost; one that takes nothing for a
// while is a failure.
type sender struct {
	stream *stream

	Inbox    axon.Inbox[[]byte]   `axon:"optional"` // what is sent; the sender does not change it
	StartTLS axon.Inbox[StartTLS] `axon:"optional"` // see StartTLS
}

var (
	_ axon.Component   = (*sender)(nil)
	_ axon.Interrupter = (*sender)(nil)
)

// Interrupt ends the writing now.
func (s *sender) Interrupt() { s.stream.interrupt() }

// Main implements axon.Component.
func (s *sender) Main(ctx context.Context) error {
	select {
	case <-s.stream.opened:
	case <-ctx.Done():
		return nil
	}
	if s.stream.current() == nil {
		return nil // the receiver tells why
	}
	if !s.Inbox.Linked() && !s.StartTLS.Linked() {
		return nil
	}
	starts := s.StartTLS.C()
	for {
		select {
		case b, ok := <-s.Inbox.C():
			if !ok {
				return s.end(ctx)
			}
			if err := s.stream.write(s.stream.current(), b); err != nil {
				return s.lost(ctx, err)
			}
		case t, ok := <-starts:
			if !ok {
				starts = nil
				continue
			}
			for n := s.Inbox.Len(); n > 0; n-- { // it was sent before
				if err := s.stream.write(s.stream.current(), <-s.Inbox.C()); err != nil {
					return s.lost(ctx, err)
				}
			}
			if err := s.stream.secure(ctx, t); err != nil {
				s.stream.interrupt()
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// end closes this half.
func (s *sender) end(ctx context.Context) error {
	if ctx.Err() != nil {
		return nil
	}
	told := false
	for _, conn := range []net.Conn{s.stream.current(), s.stream.raw} { // TLS has an end of its own
		if half, ok := conn.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite() // the peer may have gone
			told = true
		}
	}
	if !told {
		s.stream.finish()
	}
	return nil
}

// lost tells a peer that has gone, which is an end, from one that stalls.
func (s *sender) lost(ctx context.Context, err error) error {
	if ctx.Err() == nil && errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("sockets: %v took nothing for %v", s.stream.raw.RemoteAddr(), s.stream.stall)
	}
	if errors.Is(err, net.ErrClosed) || ctx.Err() != nil {
		return nil
	}
	s.stream.leave(s.stream.linger) // the receiver learns it from the socket, or then
	return nil
}
