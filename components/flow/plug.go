package flow

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Plug receives the messages of a Splitter from its start to its end: put it
// before a component that should hear them for as long as it lives. With it, a
// Splitter is Kamaelia's PlugSplitter.
//
//	Splitter ◀─ configuration ─ [ Plug ] ──▶ T
//	    └───────── feed ───────────▶
//
// It ends with the Splitter, or when its receiver has gone; the Splitter is told.
type Plug[T any] struct {
	axon.Base

	// Slow says what becomes of the Plug when its receiver is slow.
	Slow Slow

	Configuration axon.Outbox[Configuration[T]] // to a Splitter's configuration
	Feed          axon.Inbox[T]                 `axon:"optional"` // the Splitter's messages
	Outbox        axon.Outbox[T]                // the same
}

var _ axon.Component = (*Plug[int])(nil)

// Main implements axon.Component.
func (p *Plug[T]) Main(ctx context.Context) error {
	done := make(chan struct{})
	defer close(done)
	refused := make(chan struct{})
	c := AddSink(&p.Feed)
	c.Sink.Slow, c.Sink.Done, c.Sink.Refused = p.Slow, done, refused
	if err := p.Configuration.Send(ctx, c); err != nil {
		return err
	}
	for {
		select {
		case v, ok := <-p.Feed.C():
			if !ok {
				return nil
			}
			if err := p.Outbox.Send(ctx, v); err != nil {
				if errors.Is(err, axon.ErrGone) {
					_ = p.Configuration.TrySend(RemoveSink(&p.Feed))
				}
				return err
			}
		case <-refused:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}
