package bridge

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A Handle is a component that runs, for code that is no component: put messages into
// its inbox and get those of its outbox. Kamaelia's Handle. Its methods may be called by
// any goroutine.
//
// The boxes are as bounded as between two parts: Put waits while the inbox is full, and
// the component waits while nobody gets. Close, or the end of the context, is its end in
// any case.
type Handle[In, Out any] struct {
	put    *putter[In]
	get    *getter[Out]
	source bool // the component has no inbox

	turn   chan struct{} // one Get at a time
	finish func()        // once
	stop   context.CancelCauseFunc
	ended  chan struct{} // the component has ended
	over   chan struct{} // all has; err is set
	err    error
}

// Start runs a component until ctx ends or the Handle is closed. The component has an
// inbox of In, an outbox of Out, or one of them; its other boxes must be optional.
func Start[In, Out any](ctx context.Context, c axon.Component) (*Handle[In, Out], error) {
	if c == nil {
		return nil, errors.New("bridge: no component")
	}
	told, ended := make(chan struct{}), make(chan struct{})
	h := &Handle[In, Out]{
		put: &putter[In]{told: told, ended: ended}, get: &getter[Out]{over: make(chan struct{})},
		turn: make(chan struct{}, 1), ended: ended, over: make(chan struct{}),
	}
	h.finish = sync.OnceFunc(func() { close(told) })
	p := &guest{Graph: axon.Pipeline(c), component: c}
	g := &axon.Graph{Name: "handle", Parts: axon.Parts{{Name: "COMPONENT", Component: p}}}
	if h.source = axon.CheckInterface(c, []string{"inbox"}, nil) != nil; h.source {
		p.told = told
	} else {
		g.Parts = append(g.Parts, axon.Part{Name: "PUT", Component: h.put})
		g.Links = append(g.Links, axon.Link(&h.put.Outbox, axon.InboxOf[In](c, "inbox")))
	}
	if axon.CheckInterface(c, nil, []string{"outbox"}) == nil {
		g.Parts = append(g.Parts, axon.Part{Name: "GET", Component: h.get})
		g.Links = append(g.Links, axon.Link(axon.OutboxOf[Out](c, "outbox"), &h.get.Inbox))
	} else {
		h.get.close()
	}
	p.Graph.OnEnd(func(error) { close(h.ended) })
	if err := g.Build(); err != nil {
		return nil, err
	}
	ctx, h.stop = context.WithCancelCause(ctx)
	go func() { // its end is waited for by Close
		defer close(h.over)
		h.err = g.Run(ctx)
	}()
	return h, nil
}

// Put sends a message to the component's inbox. It returns axon.ErrGone when the
// component has ended, axon.ErrFinished after Finish, and the cause when ctx has ended.
func (h *Handle[In, Out]) Put(ctx context.Context, v In) error {
	if h.source {
		return axon.ErrGone
	}
	return h.put.Outbox.Send(ctx, v)
}

// Get takes the next message of the component's outbox, and waits for it. It returns
// axon.ErrFinished when there will be none, the component's failure if there was one, or
// the cause when ctx has ended.
func (h *Handle[In, Out]) Get(ctx context.Context) (v Out, err error) {
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
	if h.get.isClosed() {
		return v, h.reason(ctx)
	}
	v, err = h.get.Inbox.Recv(ctx)
	switch {
	case err == nil || ctx.Err() != nil:
		return v, err
	case errors.Is(err, axon.ErrFinished):
		h.get.close()
	}
	return v, h.reason(ctx)
}

// reason says why there are no messages any more, when the component has ended: then all
// ends, since nobody gets any more.
func (h *Handle[In, Out]) reason(ctx context.Context) error {
	select {
	case <-h.over:
		return cmp.Or(h.err, axon.ErrFinished)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// All yields the messages of the component's outbox until there are no more, or ctx has
// ended.
func (h *Handle[In, Out]) All(ctx context.Context) iter.Seq[Out] {
	return func(yield func(Out) bool) {
		for {
			v, err := h.Get(ctx)
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

// Finish says that nothing more will be put. The component deals with what is there,
// and Get returns what it sends.
func (h *Handle[In, Out]) Finish() { h.finish() }

// Done is closed when the component has ended.
func (h *Handle[In, Out]) Done() <-chan struct{} { return h.ended }

// Close shuts the component down, if it has not ended, waits for its end, and returns
// the failure that ended it before.
func (h *Handle[In, Out]) Close() error {
	h.finish()
	h.stop(axon.ErrShutdown)
	<-h.over
	if errors.Is(h.err, axon.ErrShutdown) {
		return nil
	}
	return h.err
}
