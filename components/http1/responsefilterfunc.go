package http1

import (
	"context"
)

// A ResponseFilterFunc is a filter of responses that is one function.
type ResponseFilterFunc struct {
	ResponseFilter

	// Func changes a response, or returns an error, which becomes a 500; a
	// *Failure keeps its status.
	Func func(ctx context.Context, resp *Response) error
}

var _ ResponseFilterPart = (*ResponseFilterFunc)(nil)

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
