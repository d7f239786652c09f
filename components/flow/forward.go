package flow

import (
	"context"
	"errors"
	"iter"

	"github.com/kamaelia-go/kamaelia/axon"
)

// ForwardChooser sends the items of a sequence, each when it is asked for: Kamaelia's
// ForwardIteratingChooser.
//
//	Move ──▶ [ ForwardChooser ] ──▶ T
//
// It knows Next and Same; other moves are ignored. It ends with its input, or when
// the next item is asked for and there is none.
type ForwardChooser[T any] struct {
	axon.Base

	// Items are the items. The sequence is read as far as is asked for.
	Items iter.Seq[T]

	// Loop reads the sequence again from its begin when it has come to its end.
	Loop bool

	Inbox  axon.Inbox[Move] // Next or Same
	Outbox axon.Outbox[T]   // the items that were asked for
}

var (
	_ axon.Component = (*ForwardChooser[int])(nil)
	_ axon.Validator = (*ForwardChooser[int])(nil)
)

// Validate implements axon.Validator.
func (c *ForwardChooser[T]) Validate() error {
	if c.Items == nil {
		return errors.New("flow: a ForwardChooser needs Items")
	}
	return nil
}

// Main implements axon.Component.
func (c *ForwardChooser[T]) Main(ctx context.Context) error {
	next, stop := iter.Pull(c.Items)
	defer func() { stop() }()
	var at T
	chosen := false
	for m := range c.Inbox.All(ctx) {
		switch {
		case m == Same && !chosen || m == Next:
			v, ok := next()
			if !ok && c.Loop {
				stop()
				next, stop = iter.Pull(c.Items)
				v, ok = next()
			}
			if !ok {
				return nil
			}
			at, chosen = v, true
		case m != Same:
			continue
		}
		if err := c.Outbox.Send(ctx, at); err != nil {
			return err
		}
	}
	return nil
}
