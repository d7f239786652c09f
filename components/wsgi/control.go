package wsgi

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/kamaelia-go/kamaelia/axon"
)

// control is the part that hears what a worker says of itself: of each thread, with
// a socket to it, that the application can not be imported, and that a source of it
// has changed.
//
//	control socket ══▶ [ control ] ── log ──▶ error, an *AppError
//	                        └══▶ a graph for each thread
//
// It ends when the worker has.
type control struct {
	axon.Base

	run *run

	// Log carries an *AppError that says why the application can not be imported.
	Log axon.Outbox[error] `axon:"optional"`
}

var (
	_ axon.Component   = (*control)(nil)
	_ axon.Finisher    = (*control)(nil)
	_ axon.Interrupter = (*control)(nil)
)

// Finish implements axon.Finisher: the end of the worker is the end.
func (c *control) Finish() {}

// Interrupt implements axon.Interrupter.
func (c *control) Interrupt() { c.run.control.close() }

// mostTraceback is the longest traceback, in bytes.
const mostTraceback = 1 << 20

// Main implements axon.Component.
func (c *control) Main(ctx context.Context) error {
	r := c.run
	l := r.control
	defer l.close()
	for {
		f, err := l.frame()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, errReset):
			return nil
		case err != nil:
			return err
		}
		switch {
		case f.kind == threadFrame && l.file != nil:
			err = c.connect(ctx, int(f.body))
		case f.kind == changedFrame:
			r.stale.happen()
		case f.kind == failureFrame && f.body <= mostTraceback:
			err = c.failed(ctx, f)
		default:
			err = errFrame
		}
		if err != nil {
			return err
		}
	}
}

// connect starts the part that hears a thread.
func (c *control) connect(ctx context.Context, pid int) error {
	r := c.run
	file := r.control.file
	r.control.file = nil
	conn, err := socketOf(file)
	if err != nil {
		return err
	}
	l, err := newLink(conn)
	if err != nil {
		return err
	}
	t := &thread{link: l, run: r, pool: r.app.pool, back: make(chan struct{}, 1)}
	if !r.app.pool.add(t, pid) {
		l.close() // its worker is to end
		return nil
	}
	_, err = axon.Spawn(ctx, &axon.Graph{Name: "thread of " + r.app.name, Parts: axon.Parts{{Name: "THREAD", Component: t, Policy: once}}})
	if err != nil {
		r.app.pool.lose(t)
		l.close()
	}
	r.ready.happen()
	return err
}

// failed notes why the application can not be imported.
func (c *control) failed(ctx context.Context, f frame) error {
	l := c.run.control
	what, err := l.text(f.head)
	if err != nil {
		return err
	}
	text := make([]byte, f.body)
	if err := l.full(text); err != nil {
		return err
	}
	why := c.run.app.error("", raised(what), string(text))
	if c.run.fail(why) {
		_ = c.Log.Send(ctx, why) // a log that has ended is no fault of the worker
	}
	return nil
}
