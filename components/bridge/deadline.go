package bridge

import (
	"context"
	"os"
	"sync"
	"time"
)

// A deadline is when Read or Write gives up. It may be set while one waits.
type deadline struct {
	parent context.Context

	mu     sync.Mutex
	timer  *time.Timer
	moved  int             // how often it was set
	ctx    context.Context // ends at the deadline, with os.ErrDeadlineExceeded
	cancel context.CancelCauseFunc
}

func newDeadline(parent context.Context) *deadline {
	d := &deadline{parent: parent}
	d.ctx, d.cancel = context.WithCancelCause(parent)
	return d
}

// context is what waits until the deadline. One that was moved while somebody waits ends the
// waiting at the new time.
func (d *deadline) context() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ctx
}

// set moves the deadline; the zero time means none.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.moved++
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if d.ctx.Err() != nil && d.parent.Err() == nil { // it was over
		d.ctx, d.cancel = context.WithCancelCause(d.parent)
	}
	if t.IsZero() {
		return
	}
	cancel, left := d.cancel, time.Until(t)
	if left <= 0 {
		cancel(os.ErrDeadlineExceeded)
		return
	}
	now := d.moved
	d.timer = time.AfterFunc(left, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.moved == now { // it has not been moved in the meantime
			cancel(os.ErrDeadlineExceeded)
		}
	})
}

// close ends the waiting for good.
func (d *deadline) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.moved++
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.cancel(context.Canceled)
}
