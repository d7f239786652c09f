package http1

import (
	"context"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// closing is a stream that notes that it was closed.
type closing struct {
	strings.Reader
	closed *int
}

func (c *closing) Close() error { *c.closed++; return nil }

// A filter that is shut down closes what the responses hold that wait for it.
func TestResponseFilterClosesWhatIsLeftAfterAShutdown(t *testing.T) {
	inBubble(t, "shutdown", func(t *testing.T) {
		const n = 3
		closed := 0
		f := &ResponseFilterFunc{Func: func(ctx context.Context, _ *Response) error { <-ctx.Done(); return ctx.Err() }}
		x := axontest.Run(t, f)
		for range n {
			axontest.Send(x, &f.Inbox, &Response{Request: &Request{}, Status: 200, Stream: &closing{closed: &closed}})
		}
		x.Settle()
		x.Shutdown()
		_ = x.Wait()
		if closed != n {
			t.Errorf("%d of %d responses were closed", closed, n)
		}
	})
}
