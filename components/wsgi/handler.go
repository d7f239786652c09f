package wsgi

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Handler answers requests by an App.
//
//	*http1.Request ──▶ [ Handler ] ──▶ *http1.Response
//	                        ├── failures ──▶ *http1.Failure
//	                        └◀═▶ a thread of a worker, borrowed for the request
//
// A body that is there as a whole is sent when the thread is free again; one that
// comes in pieces is read by the Writer, as it comes. Whatever goes wrong before is
// a Failure whose cause is an *AppError; later, the connection is cut, so that
// nobody takes a part for the whole.
type Handler struct {
	http1.Handler

	// App is the application; it must be open, and its Graph must run.
	App *App

	// Prefix is the route that it is served below, "" for the whole site. It is the
	// SCRIPT_NAME of the requests, or their root_path.
	Prefix string

	// Said carries an *AppError for what went wrong to the Log of the App.
	Said axon.Outbox[error] `axon:"optional"`

	environ environ // for WSGI
	scope   scope   // for ASGI
	call    call

	mu      sync.Mutex
	using   *thread
	stopped bool
}

var (
	_ http1.HandlerPart = (*Handler)(nil)
	_ axon.Validator    = (*Handler)(nil)
	_ axon.Interrupter  = (*Handler)(nil)
)

// Validate implements axon.Validator.
func (h *Handler) Validate() error {
	switch {
	case h.App == nil || h.App.pool == nil:
		return errors.New("wsgi: a Handler needs an App that is open")
	}
	if err := http1.CheckPrefix(h.Prefix); err != nil {
		return fmt.Errorf("wsgi: %w", err)
	}
	return nil
}

// Interrupt implements axon.Interrupter: a request under way is given up.
func (h *Handler) Interrupt() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	if h.using != nil {
		h.using.cut()
	}
	h.App.pool.forget(&h.call, errStopped)
}

// Main implements axon.Component.
func (h *Handler) Main(ctx context.Context) error {
	h.environ.prefix, h.scope.prefix = h.Prefix, h.Prefix
	if h.call.done == nil {
		h.call.done = make(chan struct{}, 1)
	}
	for req := range h.Inbox.All(ctx) {
		if err := h.serve(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

// serve answers a request.
func (h *Handler) serve(ctx context.Context, req *http1.Request) error {
	resp, err := h.ask(req)
	if err == nil {
		return h.Answer(ctx, resp)
	}
	if h.App.ASGI && context.Cause(req.Context()) != nil && !errors.Is(err, errStopped) {
		err = errGone // and so the worker has given it up
	}
	f := h.failure(req, err)
	h.log(ctx, f)
	return h.Fail(ctx, req, f.Status, f)
}

// largestMessage is the largest message that a worker takes, in bytes.
const largestMessage = 256 << 10

var messages = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// ask lets a worker answer a request.
func (h *Handler) ask(req *http1.Request) (*http1.Response, error) {
	buf := messages.Get().(*[]byte)
	defer messages.Put(buf)
	message, err := h.message((*buf)[:0], req)
	if cap(message) <= 2*mostBody {
		*buf = message
	}
	switch {
	case err != nil:
		return nil, &bodyError{err}
	case len(message) > largestMessage:
		return nil, errLarge
	}
	c := &h.call
	c.req, c.message, c.resp, c.err, c.thread = req, message, nil, nil, nil
	if h.is(nil) {
		return nil, errStopped
	}
	h.App.pool.submit(c)
	<-c.done
	c.message = nil
	if c.thread == nil {
		return c.resp, c.err
	}
	if h.is(c.thread) {
		c.thread.cut()
	}
	defer h.is(nil)
	e := exchange{thread: c.thread, req: req}
	resp, err := e.run(c.begun)
	if err != nil && h.is(c.thread) {
		err = errStopped
	}
	return resp, err
}

// message appends the message that gives a request to a worker.
func (h *Handler) message(b []byte, req *http1.Request) ([]byte, error) {
	if h.App.ASGI {
		return h.scope.append(b, req)
	}
	return h.environ.append(b, req)
}

// is notes which thread is lent, and reports whether the Handler was interrupted.
func (h *Handler) is(using *thread) (stopped bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.using = using
	return h.stopped
}

// failure says which status fits what went wrong.
func (h *Handler) failure(req *http1.Request, err error) *http1.Failure {
	f := &http1.Failure{Status: 500}
	app, known := errors.AsType[*AppError](err)
	if !known {
		app = h.App.error("", err, "")
	}
	if app.Request == "" {
		told := *app // others may have got the same
		app = &told
		app.Request = req.ID()
	}
	f.Cause = app
	switch {
	case errors.Is(err, errQueue), errors.Is(err, errWait), errors.Is(err, errNobody), errors.Is(err, errStopped):
		f.Status, f.Header = 503, http1.Header{{Name: "Retry-After", Value: "5"}}
	case errors.Is(err, errGone):
		f.Status = 503
	case errors.Is(err, errSilent), errors.Is(err, errLate):
		f.Status = 504
	case errors.Is(err, errDied), errors.Is(err, errFrame):
		f.Status = 502
	case errors.Is(err, errLarge):
		f.Status = 431
	}
	if body, ok := errors.AsType[*bodyError](err); ok {
		f.Status = 400
		if known, ok := errors.AsType[*http1.Failure](body.Err); ok {
			return known
		}
	}
	return f
}

// log tells of what no worker has said itself. The link to the log is made when it
// is needed first.
func (h *Handler) log(ctx context.Context, f *http1.Failure) {
	why, ok := f.Cause.(*AppError)
	if _, said := errors.AsType[raised](why); said || !ok || f.Status == 503 || f.Status == 504 || h.App.Log == nil {
		return
	}
	if !h.Said.Linked() && axon.Link(&h.Said, h.App.Log).Make() != nil {
		return // the log has ended
	}
	_ = h.Said.Send(ctx, why)
}
