package backplane

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

// Backplane sends what is published on it to all subscribers.
//
//	T, by PublishTo ──▶ [ Backplane ] ══▶ T, to each SubscribeTo
//
// It is a service of the axon.System under its Name, so a name is there once. All
// messages go to all subscribers in one order. When it is told to finish it takes no
// more publishers or subscribers; it ends when the publishers that are there have, and
// the subscribers finish behind the last message. Without being told it does not end.
type Backplane[T any] struct {
	axon.Base

	// Name is what publishers and subscribers know it by.
	Name string

	Inbox      axon.Inbox[T]            `axon:"optional"` // what is published
	Subscribes axon.Inbox[flow.Sink[T]] `axon:"optional"` // who subscribes

	sinks flow.Sinks[T]

	mu       sync.Mutex
	system   *axon.System // where it is registered
	finished bool
}

var (
	_ axon.Component = (*Backplane[int])(nil)
	_ axon.Validator = (*Backplane[int])(nil)
	_ axon.Finisher  = (*Backplane[int])(nil)
	_ axon.Leaver    = (*Backplane[int])(nil)
)

// New returns a Backplane with a name.
func New[T any](name string) *Backplane[T] { return &Backplane[T]{Name: name} }

func publishers(name string) string  { return "backplane/" + name + "/publish" }
func subscribers(name string) string { return "backplane/" + name + "/subscribe" }

// Validate implements axon.Validator.
func (b *Backplane[T]) Validate() error { return named(b.Name) }

func named(name string) error {
	if name == "" {
		return errors.New("backplane: a name is needed")
	}
	return nil
}

// Subscribers returns how many there are now.
func (b *Backplane[T]) Subscribers() int { return b.sinks.Len() }

// Finish takes the name back. The inbox finishes when its publishers have.
func (b *Backplane[T]) Finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.finished = true
	b.deregister()
}

// register makes the Backplane known, unless it was told to finish.
func (b *Backplane[T]) register(s *axon.System) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := axon.Register(s, publishers(b.Name), &b.Inbox); err != nil {
		return err
	}
	if err := axon.Register(s, subscribers(b.Name), &b.Subscribes); err != nil {
		return errors.Join(err, s.Deregister(publishers(b.Name)))
	}
	b.system = s
	if b.finished {
		b.deregister()
	}
	return nil
}

// deregister is called with mu locked.
func (b *Backplane[T]) deregister() {
	if b.system != nil {
		_ = b.system.Deregister(publishers(b.Name)) // they are registered
		_ = b.system.Deregister(subscribers(b.Name))
		b.system = nil
	}
}

// Main implements axon.Component.
func (b *Backplane[T]) Main(ctx context.Context) error {
	if err := b.register(axon.SystemOf(ctx)); err != nil {
		return fmt.Errorf("backplane %q: %w", b.Name, err)
	}
	defer b.sinks.Clear()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.deregister()
	}()
	subscribes := b.Subscribes.C()
	for {
		select {
		case v, ok := <-b.Inbox.C():
			if !ok {
				return nil
			}
			// Who has subscribed before this was published gets it.
			for n := b.Subscribes.Len(); n > 0; n-- {
				if err := b.subscribe(ctx, <-subscribes); err != nil {
					return err
				}
			}
			if err := b.sinks.Send(ctx, v); err != nil {
				return err
			}
		case s, ok := <-subscribes:
			if !ok {
				subscribes = nil
				continue
			}
			if err := b.subscribe(ctx, s); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// Leave refuses the subscribers that came too late.
func (b *Backplane[T]) Leave(context.Context) {
	for s, ok, _ := b.Subscribes.TryRecv(); ok; s, ok, _ = b.Subscribes.TryRecv() {
		s.Refuse()
	}
}

// subscribe adds a subscriber, unless it has gone again.
func (b *Backplane[T]) subscribe(ctx context.Context, s flow.Sink[T]) error {
	err := b.sinks.Add(ctx, s)
	if errors.Is(err, axon.ErrGone) || errors.Is(err, axon.ErrFinished) {
		return nil
	}
	return err
}
