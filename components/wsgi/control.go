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
//	control socket ══▶ [ control ] ══▶ the pool
//
// It ends when the worker has.
type control struct {
	axon.Base

	run *run
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
func (c *control) Main(context.Context) error {
	r := c.run
	defer r.control.close()
	t := &thread{link: r.control, worker: r}
	for {
		f, err := t.frame()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, errReset):
			return nil
		case err != nil:
			return err
		}
		switch {
		case f.kind == threadFrame && t.file != nil:
			err = c.connect(t, int(f.body))
		case f.kind == changedFrame:
			r.stale.happen()
		case f.kind == failureFrame && f.body <= mostTraceback:
			var why *AppError
			if why, err = t.failure(f); err == nil {
				r.fail(why)
			}
		default:
			err = errFrame
		}
		if err != nil {
			return err
		}
	}
}

// connect puts a thread into the pool.
func (c *control) connect(t *thread, pid int) error {
	r := c.run
	r.mu.Lock()
	r.pid = pid
	r.mu.Unlock()
	file := t.file
	t.file = nil
	conn, err := net.FileConn(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	socket, ok := conn.(*net.UnixConn)
	if !ok {
		return errors.Join(errFrame, conn.Close())
	}
	l, err := newLink(socket)
	if err != nil {
		return err
	}
	r.app.pool.add(&thread{link: l, worker: r})
	r.ready.happen()
	return nil
}
