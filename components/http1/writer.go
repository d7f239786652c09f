package http1

import (
	"cmp"
	"context"
	"errors"
	"net"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Writer is the sending half of a connection: it puts responses into the order
// of their requests, frames them (RFC 9112 section 6) and sends them.
//
//	*Response ──▶ [ Writer ] ──▶ socket
//	                  ├── failures ──▶ *Failure
//	                  └── log ──▶ Exchange
//
// Responses that are ready together leave together. The Writer ends after the
// last response, which it marks with Connection: close, or when the client does
// not take what it sends.
type Writer struct {
	axon.Base

	// Conn is the connection. The Writer closes its own half of it at its end,
	// or all of it if the client has nothing more to send.
	Conn net.Conn

	// Limits: Stall is how long the client may take nothing.
	Limits Limits

	// Flight knows the order of the requests. It is the Parser's too. If it is
	// nil, responses leave in the order of their coming.
	Flight *Flight

	// Server is the value of the Server field; "" leaves the field out.
	Server string

	// Fields are more field lines for every response, each with CR LF at its end.
	Fields []byte

	// RequestID says to tell each request's ID in its response: see Request.ID.
	RequestID bool

	// Inbox takes responses in any order. It holds at least one for each request
	// that may be under way, so that the ring by way of Failures can not lock.
	Inbox axon.Inbox[*Response] `axon:"size=24"`

	// Failures carries requests whose response was unfit to be sent.
	Failures axon.Outbox[*Failure]

	// Log carries an Exchange for each response that was sent.
	Log axon.Outbox[Exchange] `axon:"optional"`

	out    sender
	now    *Response // is being sent, and closed by that
	next   turn      // after the answer that was sent last
	date   dateField
	parked bool // the connection is over, and there may be another

	mu sync.Mutex // guards Conn against Interrupt
}

var (
	_ axon.Component   = (*Writer)(nil)
	_ axon.Interrupter = (*Writer)(nil)
	_ axon.Leaver      = (*Writer)(nil)
)

// errClosing ends the Writer after the last response.
var errClosing = errors.New("http1: the last response is sent")

// Interrupt closes the connection, so that a write that waits returns.
func (w *Writer) Interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.Conn.Close()
}

// Main implements axon.Component.
func (w *Writer) Main(ctx context.Context) error {
	if w.out.conn == nil {
		w.out = newSender(w.Conn, w.Limits.stall())
	}
	for {
		if w.parked {
			if err := w.again(ctx); err != nil {
				return err
			}
		}
		err := w.serve(ctx)
		switch {
		case errors.Is(err, axon.ErrRest):
			w.out.release()
			return err
		case errors.Is(err, axon.ErrFinished):
			err = w.rest(ctx)
		}
		cause := err
		if err == nil || err == errClosing {
			err = w.out.flush()
		}
		w.out.release()
		if w.parked = w.hangUp(cmp.Or(err, cause)); w.parked {
			continue
		}
		if _, ok := errors.AsType[*clientError](err); ok {
			return nil
		}
		return err
	}
}

// serve takes responses until it has sent the last one, or an error.
func (w *Writer) serve(ctx context.Context) error {
	for {
		resp, ok, err := w.Inbox.TryRecv()
		if !ok && err == nil {
			if err := w.out.flush(); err != nil {
				return err
			}
			resp, err = w.Inbox.Recv(ctx)
		}
		if err != nil {
			return err
		}
		if err := w.take(ctx, resp); err != nil {
			return err
		}
	}
}

// take deals with one response, and with those it has held up.
func (w *Writer) take(ctx context.Context, resp *Response) error {
	switch {
	case resp == nil:
		return nil
	case resp.Request == nil: // nobody waits for it
		resp.Discard()
		return nil
	case w.Flight == nil && resp.interim:
		return nil
	case w.Flight == nil:
		if err := w.answer(ctx, resp, false); err != errUnfit {
			return err
		}
		return nil
	}
	first, t := w.Flight.answer(resp)
	if !first {
		resp.Discard()
		return nil
	}
	if !resp.interim {
		resp.Request.markAnswered()
	}
	for {
		if t.wants100 {
			w.out.buf = append(w.out.room(), "HTTP/1.1 100 Continue\r\n\r\n"...)
		}
		if t.resp == nil {
			return nil
		}
		if err := w.answer(ctx, t.resp, t.last); err == errUnfit {
			return nil
		} else if err != nil {
			return err
		}
		t = w.next
	}
}

// errUnfit says that another answer to the same request will come.
var errUnfit = errors.New("http1: response unfit to be sent")

// answer sends one response.
func (w *Writer) answer(ctx context.Context, resp *Response, last bool) error {
	req := resp.Request
	if err := resp.Validate(); err != nil {
		resp.Discard()
		if resp, err = w.unfit(ctx, req, err); resp == nil {
			return err
		}
	}
	closing := last || resp.Close || resp.Raw != nil || req.Close
	came := req.Origin() // a copy may have no body, or another one
	if b := came.Body; b != nil {
		// Whether a body that was held back will come, nobody knows.
		closing = closing || came.expect100 && b.untouched()
	}
	w.now = resp
	n, err := w.send(ctx, resp, closing)
	w.now = nil
	if err == errClosing {
		closing, err = true, nil
	}
	if came.Body != nil {
		_ = came.Body.Close()
	}
	if req.Body != nil && req.Body != came.Body {
		_ = req.Body.Close()
	}
	if w.Flight != nil {
		w.next = w.Flight.done()
	}
	w.log(ctx, resp, n, err)
	if err == nil && closing {
		err = errClosing
	}
	return err
}

// unfit makes a failure of a response that can not be sent. If nobody is left to
// answer it, it returns the plain answer.
func (w *Writer) unfit(ctx context.Context, req *Request, why error) (*Response, error) {
	f := &Failure{Status: 500, Stage: axon.Address(ctx), Cause: why, Request: req}
	if w.Flight != nil {
		w.Flight.retract(req)
	}
	err := w.Failures.Send(ctx, f)
	switch {
	case err == nil:
		return nil, errUnfit
	case errors.Is(err, axon.ErrGone):
		return Plain(f), nil
	}
	return nil, err
}

// log tells of a response that was sent.
func (w *Writer) log(ctx context.Context, resp *Response, n int64, err error) {
	if !w.Log.Linked() {
		return
	}
	_ = w.Log.Send(ctx, resp.Sent(n, err))
}
