package http1

import (
	"context"
)

// A RequestFilterFunc is a filter of requests that is one function.
type RequestFilterFunc struct {
	RequestFilter

	// Func looks at a request. It returns the request that goes on: the same, or
	// a changed Clone; or the response to it; or an error, which becomes a 500;
	// a *Failure keeps its status.
	Func func(ctx context.Context, req *Request) (*Request, *Response, error)
}

var _ RequestFilterPart = (*RequestFilterFunc)(nil)

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
