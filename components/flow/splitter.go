package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Splitter copies each message to inboxes that come and go.
//
//	T ──▶ [ Splitter ] ──▶ T      outbox, fixed
//	            ║ └──────▶ T      each sink, while it is there
//	            ╚═ configuration ◀ AddSink, RemoveSink
//
// The order between a message and a Configuration that come at the same time is
// open. It ends with its input; its sinks finish then.
type Splitter[T any] struct {
	axon.Base

	Inbox         axon.Inbox[T]                // what is copied
	Configuration axon.Inbox[Configuration[T]] `axon:"optional"` // sinks that come and go
	Outbox        axon.Outbox[T]               `axon:"optional"` // a receiver that is there from the start

	sinks Sinks[T]
}

// A Configuration adds a sink to a Splitter or removes it.
type Configuration[T any] struct {
	Sink   Sink[T]
	Remove bool
}

// AddSink is the Configuration that lets a Splitter send to an inbox, too.
func AddSink[T any](to *axon.Inbox[T]) Configuration[T] {
	return Configuration[T]{Sink: Sink[T]{To: to}}
}

// RemoveSink is the Configuration that ends this.
func RemoveSink[T any](to *axon.Inbox[T]) Configuration[T] {
	return Configuration[T]{Sink: Sink[T]{To: to}, Remove: true}
}

var (
	_ axon.Component = (*Splitter[int])(nil)
	_ axon.Leaver    = (*Splitter[int])(nil)
)

// Main implements axon.Component.
func (s *Splitter[T]) Main(ctx context.Context) error {
	s.sinks.Clear()
	defer s.sinks.Clear()
	configuration := s.Configuration.C()
	for {
		select {
		case v, ok := <-s.Inbox.C():
			if !ok {
				return nil
			}
			if err := s.Outbox.Send(ctx, v); err != nil && !errors.Is(err, axon.ErrGone) {
				return err
			}
			if err := s.sinks.Send(ctx, v); err != nil {
				return err
			}
		case c, ok := <-configuration:
			if !ok {
				configuration = nil // the sinks stay as they are
				continue
			}
			if err := s.configure(ctx, c); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// Leave refuses the sinks that came too late.
func (s *Splitter[T]) Leave(context.Context) {
	for c, ok, _ := s.Configuration.TryRecv(); ok; c, ok, _ = s.Configuration.TryRecv() {
		if !c.Remove {
			c.Sink.Refuse()
		}
	}
}

func (s *Splitter[T]) configure(ctx context.Context, c Configuration[T]) error {
	if c.Sink.To == nil {
		return errors.New("flow: a Configuration without an inbox")
	}
	if c.Remove {
		s.sinks.Remove(c.Sink.To)
		return nil
	}
	err := s.sinks.Add(ctx, c.Sink)
	if errors.Is(err, axon.ErrGone) || errors.Is(err, axon.ErrFinished) || errors.Is(err, ErrSink) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("flow: a sink: %w", err)
	}
	return nil
}
