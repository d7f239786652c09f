package sockets

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

// receiver is the half of a connection that reads.
//
//	socket ─▶ [ receiver ] ──▶ []byte
//	                └─ secured, closed
//
// It ends when the peer has closed its half, when the connection is lost, a while after
// its receiver has gone, or when it was told to finish and the peer is silent.
type receiver struct {
	stream *stream

	Outbox  axon.Outbox[[]byte]              `axon:"optional"` // what the peer sends, each slice the receiver's own
	Secured axon.Outbox[tls.ConnectionState] `axon:"optional"` // a handshake is done
	Closed  axon.Outbox[error]               `axon:"optional"` // why there is no more
}

var (
	_ axon.Component   = (*receiver)(nil)
	_ axon.Finisher    = (*receiver)(nil)
	_ axon.Interrupter = (*receiver)(nil)
)

// Finish ends the reading: at once, or when the peer is silent.
func (r *receiver) Finish() { r.stream.finish() }

// Interrupt ends the reading now.
func (r *receiver) Interrupt() { r.stream.interrupt() }

// Main implements axon.Component.
func (r *receiver) Main(ctx context.Context) error {
	defer close(r.stream.over)
	if err := r.stream.open(ctx); err != nil {
		return err
	}
	why, err := r.read(ctx)
	if err != nil {
		return err
	}
	return r.Closed.Send(ctx, why)
}

// read passes on what comes and returns why there is no more.
func (r *receiver) read(ctx context.Context) (why, err error) {
	buf := make([]byte, 4<<10)
	for {
		n, err := r.stream.current().Read(buf)
		if n > 0 {
			r.stream.heard()
			if e := r.Outbox.Send(ctx, bytes.Clone(buf[:n])); errors.Is(e, axon.ErrGone) {
				r.drain(buf)
				return nil, e
			} else if e != nil {
				return nil, e
			}
			if n == len(buf) && n < 64<<10 {
				buf = make([]byte, 64<<10)
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil:
			again, secured := r.stream.pause(ctx)
			if !again {
				return axon.ErrFinished, nil
			}
			if conn, ok := r.stream.current().(*tls.Conn); ok && secured {
				if err := r.Secured.Send(ctx, conn.ConnectionState()); err != nil && !errors.Is(err, axon.ErrGone) {
					return nil, err
				}
			}
		case errors.Is(err, net.ErrClosed):
			return io.EOF, nil
		default:
			return err, nil
		}
	}
}

// drain reads and throws away for a while, so that what was sent last is not lost to
// a reset.
func (r *receiver) drain(buf []byte) {
	r.stream.leave(r.stream.linger)
	for {
		if _, err := r.stream.current().Read(buf); err != nil {
			return
		}
	}
}
