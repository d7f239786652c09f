package axontest

import (
	"context"
	"errors"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/internal/ends"
)

// end is a feeder or a collector: the other side of one box.
type end struct {
	ends.End

	samples func() []any // what a feeder sends by itself, again and again
	rounds  int
	most    int // a collector keeps nothing, and takes no more until it is released

	ask  chan struct{} // a held collector may take one message
	done chan struct{} // closed when the part has ended

	freeOnce sync.Once
	free     chan struct{} // closed when a collector takes all it can get
	enough   chan struct{} // closed when it takes more than most

	mu       sync.Mutex
	gone     bool               // it shall return, or has
	cancel   context.CancelFunc // makes it return
	got      []any
	finished bool
	changed  chan struct{} // closed and replaced when got or finished changes
}

func newEnd(e ends.End) *end {
	return &end{
		End: e, ask: make(chan struct{}), done: make(chan struct{}), free: make(chan struct{}), enough: make(chan struct{}), changed: make(chan struct{}),
	}
}

func (e *end) release() { e.freeOnce.Do(func() { close(e.free) }) }

// leave makes the end return.
func (e *end) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gone = true
	if e.cancel != nil {
		e.cancel()
	}
}

// untilGone returns a context that ends when the end shall return.
func (e *end) untilGone(ctx context.Context) context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	ctx, e.cancel = context.WithCancel(ctx)
	if e.gone {
		e.cancel()
	}
	return ctx
}

// feed is the Main of a feeder. What the test sends, it sends by itself.
func (e *end) feed(ctx context.Context) error {
	ctx = e.untilGone(ctx)
	defer e.leave()
	for range e.rounds {
		for _, v := range e.samples() {
			if err := e.Other.Send(ctx, v); err != nil {
				return nil
			}
		}
	}
	<-ctx.Done()
	return nil
}

// collect is the Main of a collector.
func (e *end) collect(own context.Context) error {
	ctx := e.untilGone(own)
	defer e.finish()
	for n := 0; ; {
		select {
		case <-e.free:
		case <-e.ask:
		case <-ctx.Done():
		}
		if own.Err() != nil { // all is shut down: take what was sent before
			for v, ok := e.Other.TryRecv(); ok; v, ok = e.Other.TryRecv() {
				e.put(v)
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		v, err := e.Other.Recv(ctx)
		switch {
		case errors.Is(err, axon.ErrFinished):
			return nil
		case err != nil:
		case e.most == 0:
			e.put(v)
		default:
			if n++; n == e.most {
				select {
				case <-e.enough:
				case <-ctx.Done():
				}
			}
		}
	}
}

func (e *end) put(v any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.got = append(e.got, v)
	e.notify()
}

func (e *end) finish() {
	e.leave()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.finished = true
	e.notify()
}

func (e *end) notify() {
	close(e.changed)
	e.changed = make(chan struct{})
}

// take returns the next message that was collected; it waits for one until ctx
// has ended or the outbox has finished.
func (e *end) take(ctx context.Context) (any, error) {
	ask := e.ask
	select {
	case <-e.free:
		ask = nil
	default:
	}
	for {
		e.mu.Lock()
		changed := e.changed
		switch {
		case len(e.got) > 0:
			v := e.got[0]
			e.got = e.got[1:]
			e.mu.Unlock()
			return v, nil
		case e.finished:
			e.mu.Unlock()
			return nil, axon.ErrFinished
		}
		e.mu.Unlock()
		select {
		case <-changed:
		case ask <- struct{}{}:
			ask = nil // once is enough
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Send puts messages into an inbox of the component, and returns when the last
// one is in. It ends the test if the component has gone.
func Send[T any](h *Harness, in *axon.Inbox[T], msgs ...T) {
	h.t.Helper()
	for i, v := range msgs {
		if err := Offer(h, in, v); err != nil {
			h.t.Fatalf("axontest: message %d for %s: %v\n%s", i+1, h.end(in, true).Name, err, h.state())
		}
	}
}

// Offer puts a message into an inbox of the component. It returns axon.ErrGone if
// the component has ended.
func Offer[T any](h *Harness, in *axon.Inbox[T], v T) error {
	h.t.Helper()
	ctx, cancel := h.patience()
	defer cancel()
	return h.end(in, true).Other.Send(ctx, v)
}

// Recv takes the next message from an outbox of the component and waits for it.
// It ends the test if there will be none.
func Recv[T any](h *Harness, out *axon.Outbox[T]) T {
	h.t.Helper()
	v, err := Next(h, out)
	if err != nil {
		h.t.Fatalf("axontest: a message from %s: %v\n%s", h.end(out, false).Name, err, h.state())
	}
	return v
}

// Next takes the next message from an outbox of the component and waits for it.
// It returns axon.ErrFinished when there will be none.
func Next[T any](h *Harness, out *axon.Outbox[T]) (T, error) {
	h.t.Helper()
	ctx, cancel := h.patience()
	defer cancel()
	v, err := h.end(out, false).take(ctx)
	t, _ := v.(T)
	return t, err
}

// Try takes a message from an outbox of the component if there is one when the
// component has come to rest, see Settle.
func Try[T any](h *Harness, out *axon.Outbox[T]) (v T, ok bool) {
	h.t.Helper()
	h.Settle()
	e := h.end(out, false)
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.got) == 0 {
		return v, false
	}
	v, _ = e.got[0].(T)
	e.got = e.got[1:]
	return v, true
}

// Rest takes all messages from an outbox of the component, until it has finished.
func Rest[T any](h *Harness, out *axon.Outbox[T]) []T {
	h.t.Helper()
	Release(h, out)
	var all []T
	for {
		v, err := Next(h, out)
		switch {
		case errors.Is(err, axon.ErrFinished):
			return all
		case err != nil:
			h.t.Fatalf("axontest: %s does not finish\n%s", h.end(out, false).Name, h.state())
		}
		all = append(all, v)
	}
}

// Release lets an outbox that was on Hold be collected freely.
func Release[T any](h *Harness, out *axon.Outbox[T]) {
	h.t.Helper()
	h.end(out, false).release()
}

// Gone lets the receiver at the end of an outbox of the component return, as a
// part does that wants no more: the component's Send gives axon.ErrGone then.
func Gone[T any](h *Harness, out *axon.Outbox[T]) {
	h.t.Helper()
	h.leave(h.end(out, false))
}
