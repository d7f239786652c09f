package tcp

import (
	"context"
	"errors"
	"os"
	"time"
)

// errHanded says that the connection goes on with another graph.
var errHanded = errors.New("tcp: the connection was handed on")

// send passes a chunk on.
func (r *Reader) send(ctx context.Context, c *Chunk) error {
	r.sent++
	return r.Outbox.Send(ctx, c)
}

// arrived is how long it may take to see that nothing more is there.
const arrived = 20 * time.Millisecond

// tell says that the server is closing, behind what had come before that: the
// deadline that has woken the Reader hid it, but its sender is owed an answer.
func (r *Reader) tell(ctx context.Context, read source) error {
	r.told = true
	r.look()
	c, cause := read(true)
	r.awake()
	if cause == nil {
		if r.handed(c) {
			return errHanded
		}
		if err := r.send(ctx, c); err != nil {
			c.Release()
			return err
		}
	}
	if cause != nil && !errors.Is(cause, os.ErrDeadlineExceeded) {
		return r.failed(ctx, read, cause) // the peer was first
	}
	// The receiver sets the deadline it needs when it has heard of this.
	return r.send(ctx, &Chunk{Event: Closing})
}

// look lets one more read see what is there already.
func (r *Reader) look() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped {
		_ = r.Conn.SetReadDeadline(time.Now().Add(arrived))
	}
}

// pass passes a chunk on if there is room for it now, and the connection goes on with
// this graph.
func (r *Reader) pass(c *Chunk) bool {
	if r.yields() || r.Outbox.TrySend(c) != nil {
		return false
	}
	r.sent++
	return true
}

// yields asks whether the connection goes on with another graph; once it is said, it
// stays so.
func (r *Reader) yields() bool {
	r.yielded = r.yielded || r.Yield != nil && r.Yield(r.sent)
	return r.yielded
}

// handed hands the connection on, with a chunk that came, if it goes on with another
// graph.
func (r *Reader) handed(c *Chunk) bool {
	if !r.yields() {
		return false
	}
	r.Hand(r.Conn, c)
	return true
}

// another waits for another connection, if the last one is over for everybody.
func (r *Reader) another() bool {
	if r.Rota == nil || r.closing.Load() || !r.Free() {
		return false
	}
	conn := r.Rota.wait(r.Conn)
	if conn == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Conn, r.sent = conn, 0
	if r.woken = r.stopped || r.closing.Load(); r.woken { // it was told while it waited
		_ = conn.SetReadDeadline(past)
	}
	return true
}
