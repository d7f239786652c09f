package http1

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Handler holds the boxes of a component that answers requests, to be embedded:
//
//	type Hello struct{ http1.Handler }
//
//	func (h *Hello) Main(ctx context.Context) error {
//		for req := range h.Inbox.All(ctx) {
//			if err := h.Outbox.Send(ctx, http1.Text(req, 200, "hello\n")); err != nil {
//				return err
//			}
//		}
//		return nil
//	}
//
// A handler sends, for each request, one Response or one Failure. It may work on
// several requests at once and answer them in any order. If its Main panics, the
// request in hand is answered with 500, and Main is run again.
type Handler struct {
	axon.Base

	// Inbox takes the requests.
	Inbox axon.Inbox[*Request]

	// Outbox carries the responses.
	Outbox axon.Outbox[*Response]

	// Failures carries the requests that can not be answered as asked.
	Failures axon.Outbox[*Failure]
}

var (
	_ axon.Loser  = (*Handler)(nil)
	_ axon.Leaver = (*Handler)(nil)
)

// A HandlerPart is a component that embeds Handler.
type HandlerPart interface {
	axon.Component
	HandlerBoxes() *Handler
}

// HandlerBoxes returns the boxes, for the graph that links them.
func (h *Handler) HandlerBoxes() *Handler { return h }

// Answer sends a response. If nobody takes it, what it holds is closed.
func (h *Handler) Answer(ctx context.Context, resp *Response) error {
	return send(ctx, &h.Outbox, resp)
}

// Fail sends the failure of a request. A cause that is a *Failure itself, as a
// broken request body gives, keeps its status and its fields.
func (h *Handler) Fail(ctx context.Context, req *Request, status int, cause error) error {
	return h.Failures.Send(ctx, failed(ctx, req, status, cause))
}

// Lost answers the request that Main failed on with 500.
func (h *Handler) Lost(ctx context.Context, f *axon.Fault) {
	if req, ok := h.Inbox.InHand(); ok {
		_ = h.Failures.Send(ctx, &Failure{Status: 500, Stage: f.Part, Cause: f, Request: req})
	}
}

// Leave answers the requests that are left when Main has returned: the one that
// it returned on, with 500, and those that wait, with 503.
func (h *Handler) Leave(ctx context.Context) {
	err := errors.New("http1: the handler has ended")
	if req, ok := h.Inbox.InHand(); ok {
		_ = h.Fail(ctx, req, 500, err)
	}
	for req := range h.Inbox.All(ctx) {
		_ = h.Fail(ctx, req, 503, err)
	}
}

// A HandlerFunc is a handler that is one function, called for one request after
// the other. It returns the response, or an error that becomes a 500; a *Failure
// keeps its status.
type HandlerFunc struct {
	Handler

	// Func answers a request.
	Func func(ctx context.Context, req *Request) (*Response, error)
}

var _ HandlerPart = (*HandlerFunc)(nil)

// Main implements axon.Component.
func (h *HandlerFunc) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		resp, err := h.Func(ctx, req)
		switch {
		case err != nil:
			err = h.Fail(ctx, req, 500, err)
		case resp == nil:
			err = h.Fail(ctx, req, 500, errors.New("http1: the handler returned no response"))
		default:
			if resp.Request == nil {
				resp.Request = req
			}
			err = h.Answer(ctx, resp)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
