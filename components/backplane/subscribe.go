package backplane

import (
	"context"
	"fmt"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

// SubscribeTo sends what is published on a Backplane.
//
//	Backplane ─ feed ─▶ [ SubscribeTo ] ──▶ T
//	                          ▲ inbox: its end is the end of the subscription
//
// It waits for the Backplane if that is not there yet, for some time, and gets what is published after
// it has subscribed. What comes by the inbox is dropped; so it can stand in a pipeline
// behind a PublishTo, or be the protocol of a connection. It ends when that has
// finished, if it is linked, when the Backplane has ended, or when it is too slow and is
// to be disconnected then.
type SubscribeTo[T any] struct {
	axon.Base

	// Name is the Backplane's.
	Name string

	// Slow says what happens when the messages come faster than they are taken;
	// the zero value lets the Backplane wait, and all who are on it.
	Slow flow.Slow

	// Buffer is how many messages wait, with flow.DropOldest, beside the 16 in Feed,
	// before the oldest is dropped; 0 means axon.DefaultSize.
	Buffer int

	// Wait is how long to wait for the Backplane; 0 means 5 seconds. It is a failure
	// if there is none then.
	Wait time.Duration

	Inbox  axon.Inbox[T]  `axon:"optional"` // ends the subscription
	Feed   axon.Inbox[T]  `axon:"optional"` // from the Backplane, by itself
	Outbox axon.Outbox[T] // what was published

	Subscribe axon.Outbox[flow.Sink[T]] `axon:"optional"` // leads to the Backplane, by itself
}

var (
	_ axon.Component = (*SubscribeTo[int])(nil)
	_ axon.Validator = (*SubscribeTo[int])(nil)
)

// Validate implements axon.Validator.
func (s *SubscribeTo[T]) Validate() error { return named(s.Name) }

// Main implements axon.Component.
func (s *SubscribeTo[T]) Main(ctx context.Context) error {
	done, refused := make(chan struct{}), make(chan struct{})
	defer close(done)
	if err := s.subscribe(ctx, done, refused); err != nil {
		return fmt.Errorf("backplane %q: %w", s.Name, err)
	}
	for {
		select {
		case v, ok := <-s.Feed.C():
			if !ok {
				return nil
			}
			if err := s.Outbox.Send(ctx, v); err != nil {
				return err
			}
		case _, ok := <-s.Inbox.C():
			if !ok {
				return nil
			}
		case <-refused:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// subscribe finds the Backplane and subscribes; done is closed at the end. A Main that
// is run again after a failure finds that its feed has finished.
func (s *SubscribeTo[T]) subscribe(ctx context.Context, done <-chan struct{}, refused chan<- struct{}) error {
	if s.Subscribe.Linked() {
		return nil
	}
	if err := join(ctx, &s.Subscribe, subscribers(s.Name), s.Wait); err != nil {
		return err
	}
	return s.Subscribe.Send(ctx, flow.Sink[T]{To: &s.Feed, Slow: s.Slow, Buffer: s.Buffer, Done: done, Refused: refused})
}
