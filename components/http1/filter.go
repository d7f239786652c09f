package http1

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// RequestFilter holds the boxes of a stage that requests pass on their way to a
// handler, to be embedded:
//
//	*Request ──▶ [ filter ] ──▶ *Request
//	                 ├── answers ──▶ *Response
//	                 └── failures ──▶ *Failure
//
// A filter sends, for each request, one of the three. A request that goes on
// changed is a copy: see Request.Clone. If Main panics, the request in hand is
// answered with 500, and Main is run again.
type RequestFilter struct {
	axon.Base

	// Inbox takes the requests.
	Inbox axon.Inbox[*Request]

	// Outbox carries the requests that go on.
	Outbox axon.Outbox[*Request]

	// Answers carries the filter's own responses, such as a redirect.
	Answers axon.Outbox[*Response]

	// Failures carries the requests that may not go on.
	Failures axon.Outbox[*Failure]
}

// ResponseFilter holds the boxes of a stage that responses pass on their way
// from a handler to the Writer, to be embedded:
//
//	*Response ──▶ [ filter ] ──▶ *Response
//	                  └── failures ──▶ *Failure
//
// A filter calls, for each response, Pass or Fail. If Main panics before it did,
// the response in hand is closed and its request answered with 500; Main is run
// again.
type ResponseFilter struct {
	axon.Base

	// Inbox takes the responses; their Request tells what was asked.
	Inbox axon.Inbox[*Response]

	// Outbox carries the responses that go on.
	Outbox axon.Outbox[*Response]

	// Failures carries the requests whose response may not go on.
	Failures axon.Outbox[*Failure]

	passed *Response // the last one that is somebody else's now
}

var (
	_ axon.Loser  = (*RequestFilter)(nil)
	_ axon.Leaver = (*RequestFilter)(nil)
	_ axon.Loser  = (*ResponseFilter)(nil)
	_ axon.Leaver = (*ResponseFilter)(nil)
)

// A RequestFilterPart is a component that embeds RequestFilter.
type RequestFilterPart interface {
	axon.Component
	RequestFilterBoxes() *RequestFilter
}

// A ResponseFilterPart is a component that embeds ResponseFilter.
type ResponseFilterPart interface {
	axon.Component
	ResponseFilterBoxes() *ResponseFilter
}

// RequestFilterBoxes returns the boxes, for the graph that links them.
func (f *RequestFilter) RequestFilterBoxes() *RequestFilter { return f }

// ResponseFilterBoxes returns the boxes, for the graph that links them.
func (f *ResponseFilter) ResponseFilterBoxes() *ResponseFilter { return f }

var (
	errFilterEnded = errors.New("http1: a filter on the way has ended")
	errNothing     = errors.New("http1: the filter made nothing of a request")
)

// Pass sends a request on. If the stage behind has ended, the request fails with
// 503.
func (f *RequestFilter) Pass(ctx context.Context, req *Request) error {
	err := f.Outbox.Send(ctx, req)
	if errors.Is(err, axon.ErrGone) {
		return f.Fail(ctx, req, 503, errFilterEnded)
	}
	return err
}

// Answer sends the filter's own response. If nobody takes it, what it holds is
// closed.
func (f *RequestFilter) Answer(ctx context.Context, resp *Response) error {
	return send(ctx, &f.Answers, resp)
}

// Fail sends the failure of a request, as Handler.Fail does.
func (f *RequestFilter) Fail(ctx context.Context, req *Request, status int, cause error) error {
	return f.Failures.Send(ctx, failed(ctx, req, status, cause))
}

// Lost answers the request that Main failed on with 500.
func (f *RequestFilter) Lost(ctx context.Context, fault *axon.Fault) {
	if req, ok := f.Inbox.InHand(); ok {
		_ = f.Failures.Send(ctx, &Failure{Status: 500, Stage: fault.Part, Cause: fault, Request: req})
	}
}

// Leave answers the requests that are left when Main has returned: the one that
// it returned on, with 500, and those that wait, with 503.
func (f *RequestFilter) Leave(ctx context.Context) {
	if req, ok := f.Inbox.InHand(); ok {
		_ = f.Fail(ctx, req, 500, errFilterEnded)
	}
	for req := range f.Inbox.All(ctx) {
		_ = f.Fail(ctx, req, 503, errFilterEnded)
	}
}

// Pass sends a response on. If nobody takes it, what it holds is closed.
func (f *ResponseFilter) Pass(ctx context.Context, resp *Response) error {
	f.passed = resp
	return send(ctx, &f.Outbox, resp)
}

// Fail closes what a response holds and sends the failure of its request.
func (f *ResponseFilter) Fail(ctx context.Context, resp *Response, status int, cause error) error {
	f.passed = resp
	resp.Discard()
	return f.Failures.Send(ctx, failed(ctx, resp.Request, status, cause))
}

// Lost closes the response that Main failed on and answers its request with 500.
func (f *ResponseFilter) Lost(ctx context.Context, fault *axon.Fault) {
	if resp, ok := f.Inbox.InHand(); ok && resp != f.passed {
		resp.Discard()
		_ = f.Failures.Send(ctx, &Failure{Status: 500, Stage: fault.Part, Cause: fault, Request: resp.Request})
	}
}

// Leave closes the responses that are left when Main has returned, and answers
// their requests with 500.
func (f *ResponseFilter) Leave(ctx context.Context) {
	if resp, ok := f.Inbox.InHand(); ok && resp != f.passed {
		_ = f.Fail(ctx, resp, 500, errFilterEnded)
	}
	for resp := range f.Inbox.All(ctx) {
		_ = f.Fail(ctx, resp, 500, errFilterEnded)
	}
	for resp, ok, _ := f.Inbox.TryRecv(); ok; resp, ok, _ = f.Inbox.TryRecv() { // after a shutdown
		_ = f.Fail(ctx, resp, 500, errFilterEnded)
	}
}

// send sends a response. If nobody takes it, what it holds is closed.
func send(ctx context.Context, out *axon.Outbox[*Response], resp *Response) error {
	err := out.Send(ctx, resp)
	if err != nil {
		resp.Discard()
	}
	return err
}

// failed makes the failure of a request. A cause that is a *Failure itself, as a
// broken request body gives, keeps its status, its fields and whether to close.
func failed(ctx context.Context, req *Request, status int, cause error) *Failure {
	f := &Failure{Status: status, Cause: cause}
	if known, ok := errors.AsType[*Failure](cause); ok {
		*f = *known
	}
	f.Stage, f.Request = axon.Address(ctx), req
	return f
}
