package wsgi

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// worker is the part that keeps one worker of an App running. When it is to be
// replaced, the next one is started first, and takes the requests when it is ready.
//
//	[ worker ] ══▶ a graph for each run of the program
//
// It fails when the program ends by itself, and its policy says when it is run
// again. It ends on finish, when the program has answered what it has.
type worker struct {
	axon.Base

	app *App

	ending event // on finish
}

var (
	_ axon.Component = (*worker)(nil)
	_ axon.Finisher  = (*worker)(nil)
)

func newWorker(a *App) *worker { return &worker{app: a, ending: newEvent()} }

// Finish implements axon.Finisher.
func (w *worker) Finish() { w.ending.happen() }

var errGrace = errors.New("wsgi: a worker that was replaced did not end in time")

// Main implements axon.Component.
func (w *worker) Main(ctx context.Context) error {
	defer func() {
		if ctx.Err() != nil {
			w.app.pool.end() // nobody is to wait for it
		}
	}()
	r, err := newRun(ctx, w.app)
	if err != nil {
		w.app.pool.fail(w.app.error("", err, err.Error()))
		return err
	}
	for {
		select {
		case <-r.running.Done():
			if err := r.end(); err != nil {
				return err
			}
			return errEnded
		case <-r.mad.c:
			r.running.Stop(errFrame)
			<-r.running.Done() // what it had is answered, with an error
			return errFrame
		case <-r.stale.c:
			next, err := newRun(ctx, w.app)
			if err != nil {
				r.retire() // its place is that of the one that is run again
				return err
			}
			select {
			case <-next.ready.c:
			case <-w.ending.c:
			case <-ctx.Done():
			}
			r.retire()
			r = next
		case <-w.ending.c:
			return w.finish(ctx, r)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

var errEnded = errors.New("wsgi: a worker has ended without being told to")

// finish lets the program answer what it has, and end.
func (w *worker) finish(ctx context.Context, r *run) error {
	w.app.pool.end()
	defer r.retire()()
	select {
	case <-r.running.Done():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
