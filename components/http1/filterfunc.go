package http1

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A RequestFilterFunc is a filter of requests that is one function.
type RequestFilterFunc struct {
	RequestFilter

	// Func looks at a request. It returns the request that goes on: the same, or
	// a changed Clone; or the response to it; or an error, which becomes a 500;
	// a *Failure keeps its status.
	Func func(ctx context.Context, req *Request) (*Request, *Response, error)
}

// A ResponseFilterFunc is a filter of responses that is one function.
type ResponseFilterFunc struct {
	ResponseFilter

	// Func changes a response, or returns an error, which becomes a 500; a
	// *Failure keeps its status.
	Func func(ctx context.Context, resp *Response) error
}

var (
	_ RequestFilterPart  = (*RequestFilterFunc)(nil)
	_ ResponseFilterPart = (*ResponseFilterFunc)(nil)
	_ axon.Component     = (*RequestFilterFunc)(nil)
	_ axon.Component     = (*ResponseFilterFunc)(nil)
)

// Main implements axon.Component.
func (f *RequestFilterFunc) Main(ctx context.Context) error {
	for req := range f.Inbox.All(ctx) {
		on, resp, err := f.Func(ctx, req)
		switch {
		case err != nil:
			err = f.Fail(ctx, req, 500, err)
		case resp != nil:
			if resp.Request == nil {
				resp.Request = req
			}
			err = f.Answer(ctx, resp)
		case on != nil:
			err = f.Pass(ctx, on)
		default:
			err = f.Fail(ctx, req, 500, errNothing)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Main implements axon.Component.
func (f *ResponseFilterFunc) Main(ctx context.Context) error {
	for resp := range f.Inbox.All(ctx) {
		err := f.Func(ctx, resp)
		if err != nil {
			err = f.Fail(ctx, resp, 500, err)
		} else {
			err = f.Pass(ctx, resp)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
