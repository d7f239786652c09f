package nethttp

import (
	"context"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An instance is a running graph of an application, and its two ends.
type instance struct {
	source  *Source
	sink    *Sink
	running *axon.Running
	age     int // of the Graph when it was asked for
}

// ended reports whether the instance has ended.
func (i *instance) ended() bool { return ended(i.running) }

// well reports whether another request may have the instance. One with a part that has
// failed may not: the part may have been given up.
func (i *instance) well() bool {
	return i.running.Graph().Faults() == 0 && (i.source.Well == nil || i.source.Well())
}

// failure returns the failure that has ended the instance, or nil.
func (i *instance) failure() error {
	err := i.running.Wait(context.Background())
	if _, ok := err.(*axon.Fault); ok {
		return err
	}
	return nil // shut down by us
}

// why returns why an instance that has ended gives no answer.
func (i *instance) why() error {
	if err := i.failure(); err != nil {
		return fmt.Errorf("%w: %w", errUnfit, err)
	}
	return errClosed
}

// ask puts a request in and waits for the answer.
func (i *instance) ask(ctx context.Context, c *call) (*http1.Response, error) {
	i.sink.awaited.Store(c.req)
	var err error
	select {
	case i.source.calls <- c:
		c.taken = true
	case <-i.running.Done():
		return nil, i.why()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	select {
	case resp := <-i.sink.answers:
		return resp, nil
	case <-i.running.Done():
		err = i.why()
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if !i.sink.awaited.CompareAndSwap(c.req, nil) { // the answer came just now
		return <-i.sink.answers, nil
	}
	return nil, err
}
