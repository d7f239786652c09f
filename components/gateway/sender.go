package gateway

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// sender is the part that sends a request's body to an Upstream, while its answer
// is read.
//
//	the body ──▶ [ sender ] ──▶ a connection
//
// It ends with the body, when the connection is closed, or when it is shut down.
type sender struct {
	body     io.Reader
	conn     *conn
	protocol Protocol
	left     int64  // of the body
	wake     func() // tells that there is a fault

	moved atomic.Int64 // when a piece went last, in Unix nanoseconds
	read  atomic.Bool  // all of the body was read
	sent  atomic.Bool  // and all is sent
	fault atomic.Pointer[error]
}

var (
	_ axon.Component = (*sender)(nil)
	_ axon.Finisher  = (*sender)(nil)
)

// begin starts a sender for what is left of the body.
func (x *exchange) begin(ctx context.Context) error {
	s := &sender{body: x.body, conn: x.conn, protocol: x.h.Protocol, left: x.about.Length - int64(len(x.inline)), wake: x.h.wake}
	s.moved.Store(x.quiet.UnixNano())
	g := &axon.Graph{Name: "body", Parts: axon.Parts{
		{Name: "SEND", Component: s, Policy: axon.Policy{Then: axon.StopPart}},
	}}
	running, err := axon.Spawn(ctx, g)
	if err != nil {
		return err
	}
	x.sender, x.send = s, running
	return nil
}

// Finish implements axon.Finisher: the body has its own end.
func (s *sender) Finish() {}

// Main implements axon.Component.
func (s *sender) Main(ctx context.Context) error {
	piece, out := make([]byte, MostPiece), []byte(nil)
	for {
		n, err := s.next(ctx, piece)
		if s.left -= int64(n); s.left <= 0 && err == nil {
			err = io.EOF // no more is promised
		}
		out = out[:0]
		if n > 0 {
			out = s.protocol.Body(out, piece[:n])
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			s.read.Store(true)
			out = s.protocol.End(out)
		case errors.Is(err, io.ErrClosedPipe), ctx.Err() != nil:
			return nil
		default:
			s.fault.Store(&err)
			s.wake()
			return nil
		}
		if len(out) > 0 {
			if _, err := s.conn.Write(out); err != nil {
				return nil // it has ended, without all of the body: what it has answered counts
			}
		}
		s.moved.Store(time.Now().UnixNano())
		if err != nil {
			s.sent.Store(true)
			return nil
		}
	}
}

func (s *sender) next(ctx context.Context, p []byte) (int, error) {
	if b, ok := s.body.(*http1.Body); ok {
		return b.ReadContext(ctx, p)
	}
	return s.body.Read(p) // of a file, or of memory
}
