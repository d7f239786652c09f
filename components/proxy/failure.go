package proxy

import (
	"context"
	"errors"
	"net"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A refused request was not sent to the Upstream.
type refused struct{ why error }

func (r *refused) Error() string { return r.why.Error() }
func (r *refused) Unwrap() error { return r.why }

// A brokenOff request has a body that has not come as a whole.
type brokenOff struct{ why error }

func (b *brokenOff) Error() string { return "the request's body broke off: " + b.why.Error() }
func (b *brokenOff) Unwrap() error { return b.why }

// errTrace is why a TRACE that may not be passed on any more has no answer.
var errTrace = errors.New("TRACE is not answered here")

// errLate says that the Upstream has not begun to answer.
var errLate = errors.New("it said nothing in time")

// fail answers with what went wrong.
func (h *Handler) fail(ctx context.Context, req *http1.Request, err error) error {
	var timeout net.Error
	f := &http1.Failure{Status: 502}
	if _, broken := errors.AsType[*brokenOff](err); broken {
		return h.Fail(ctx, req, 400, err)
	}
	if _, no := errors.AsType[*refused](err); no {
		f.Status, f.Header = 503, http1.Header{{Name: "Retry-After", Value: "5"}}
	} else if known, ok := errors.AsType[*http1.Failure](err); ok { // of the connecting
		f.Status, err = known.Status, known.Cause
	} else if errors.As(err, &timeout) && timeout.Timeout() {
		f.Status, err = 504, errLate
	} else if errors.Is(err, errIdle) || errors.Is(err, errLate) {
		f.Status = 504
	}
	cause, known := errors.AsType[*gateway.ScriptError](err)
	if !known {
		cause = h.Upstream.cause(req.Path, req.ID(), err)
	}
	f.Cause = cause
	if f.Status != 503 && req.Context().Err() == nil {
		h.log(ctx, cause)
	}
	return h.Fail(ctx, req, f.Status, f)
}

// log sends an error to the log. A log that has ended is no fault of the request.
func (h *Handler) log(ctx context.Context, err error) {
	if h.Log == nil || !h.Lines.Linked() && axon.Link(&h.Lines, h.Log).Make() != nil {
		return
	}
	_ = h.Lines.Send(ctx, err)
}
