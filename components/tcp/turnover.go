package tcp

import (
	"context"
	"errors"
)

// errHanded says that the connection goes on with another graph.
var errHanded = errors.New("tcp: the connection was handed on")

// send passes a chunk on.
func (r *Reader) send(ctx context.Context, c *Chunk) error {
	r.sent++
	return r.Outbox.Send(ctx, c)
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
