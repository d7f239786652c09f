package tcp

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Reader is the receiving half of a connection: it passes on what arrives on the
// socket.
//
//	socket ──▶ [ Reader ] ──▶ *Chunk
//
// It ends when the peer has closed its half, when the connection is closed, or
// when nobody wants the bytes any more. In the last case it first reads and
// throws away what the peer still sends, for Linger at most, so that the answer
// under way is not lost to a reset (RFC 9112 section 9.6). With a Rota it may
// take another connection then, instead of ending.
type Reader struct {
	axon.Base

	// Conn is the connection. The Reader reads it and does not close it.
	Conn net.Conn

	// Linger is how long to throw bytes away after the receiver has gone; 0
	// means 2 seconds.
	Linger time.Duration

	// First is how long to wait for the first bytes before saying Timeout; 0
	// means for ever. Later deadlines are for the receiver to set.
	First time.Duration

	// Gone, if set, is told when the peer has closed its half or the connection
	// is lost, even if the receiver has left before: somebody may still be at
	// work for the peer. It must not block.
	Gone func(cause error)

	// Rota, if set, gives the Reader another connection when its own has ended
	// and Free says that nobody has anything to do with it any more.
	Rota *Rota
	Free func() bool

	// Begun, if set, is what was read of the connection already: it is passed on
	// first.
	Begun *Chunk

	// Yield, if set, is asked when bytes have come whether the connection is to go
	// on with another graph from these bytes on. It is told how many chunks were
	// passed on before them. If it is to, Hand takes connection and bytes, and the
	// Reader ends.
	Yield func(sent uint64) bool
	Hand  func(net.Conn, *Chunk)

	// Outbox carries the bytes in the order of their coming, and the events
	// among them. The receiver owns each Chunk and releases it.
	Outbox axon.Outbox[*Chunk]

	closing atomic.Bool
	told    bool // Closing was passed on
	yielded bool // Yield has said so
	sent    uint64

	mu      sync.Mutex
	woken   bool // the deadline wakes Main, which has not seen why
	stopped bool // it does so for ever
}

var (
	_ axon.Component   = (*Reader)(nil)
	_ axon.Finisher    = (*Reader)(nil)
	_ axon.Interrupter = (*Reader)(nil)
)

// Finish wakes the Reader so that it can say that the server is closing.
func (r *Reader) Finish() {
	if !r.closing.Swap(true) {
		r.Rota.dismiss(r.wake(false))
	}
}

// Interrupt wakes the Reader from waiting for the socket.
func (r *Reader) Interrupt() { r.Rota.dismiss(r.wake(true)) }

func (r *Reader) wake(stop bool) net.Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.woken, r.stopped = true, r.stopped || stop
	_ = r.Conn.SetReadDeadline(past)
	return r.Conn
}

// SetReadDeadline sets when the Reader says Timeout. The receiver uses it rather
// than the connection's own, which would hide a Finish. When the Reader says
// Closing, there is no deadline.
func (r *Reader) SetReadDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.woken {
		return nil
	}
	return r.Conn.SetReadDeadline(t)
}

// awake takes the deadline away that has woken Main.
func (r *Reader) awake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.woken = r.stopped
	if !r.woken {
		_ = r.Conn.SetReadDeadline(time.Time{})
	}
}

// past is a deadline that has passed.
var past = time.Unix(1, 0)

// Main implements axon.Component.
func (r *Reader) Main(ctx context.Context) error {
	for {
		switch err := r.serve(ctx); {
		case err == errHanded:
			return nil
		case err != nil:
			return err
		case !r.another():
			return nil
		}
		if err := r.Outbox.Send(ctx, &Chunk{Event: Opened, Conn: r.Conn}); err != nil {
			return err
		}
	}
}

// serve passes on what the socket says, to its end.
func (r *Reader) serve(ctx context.Context) error {
	read := r.source()
	if r.First > 0 {
		_ = r.SetReadDeadline(time.Now().Add(r.First))
	}
	large := false
	for {
		c, err := r.Begun, error(nil)
		if r.Begun = nil; c == nil {
			c, err = read(large)
		}
		if err == nil {
			if r.handed(c) {
				return errHanded
			}
			large = len(c.Data) == len(c.buf)
			err = r.send(ctx, c)
		} else {
			err = r.failed(ctx, read, err)
		}
		switch {
		case err == nil:
		case errors.Is(err, axon.ErrGone):
			if c != nil {
				c.Release()
			}
			r.linger(ctx, read)
			return nil
		case err == io.EOF:
			return nil
		default:
			return err
		}
	}
}

// failed tells the receiver why there were no bytes. It returns an error if
// there will be none.
func (r *Reader) failed(ctx context.Context, read source, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == io.EOF:
		r.gone(err)
		return err
	case r.closing.Load() && !r.told:
		return r.tell(ctx, read)
	case errors.Is(err, os.ErrDeadlineExceeded):
		_ = r.SetReadDeadline(time.Time{})
		if err := r.send(ctx, &Chunk{Event: Timeout}); !errors.Is(err, axon.ErrGone) {
			return err
		}
		return io.EOF // the receiver had gone, and the time to linger is over
	case errors.Is(err, net.ErrClosed):
		return io.EOF
	}
	r.gone(err)
	if err := r.send(ctx, &Chunk{Event: Reset}); err != nil {
		return err
	}
	return io.EOF
}

func (r *Reader) gone(cause error) {
	if r.Gone != nil {
		r.Gone(cause)
	}
}

// linger reads and throws away until the peer closes or the time is over.
func (r *Reader) linger(ctx context.Context, read source) {
	limit := r.Linger
	if limit <= 0 {
		limit = 2 * time.Second
	}
	until := time.Now().Add(limit)
	_ = r.SetReadDeadline(until)
	for ctx.Err() == nil {
		c, err := read(true)
		switch {
		case err == nil:
			c.Release()
		case r.closing.Load() && !r.told && errors.Is(err, os.ErrDeadlineExceeded):
			r.told = true // there is nobody to tell, but the answer is still under way
			r.awake()
			_ = r.SetReadDeadline(until)
		default:
			return
		}
	}
}
