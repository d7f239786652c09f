package flow

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Fanout copies each message to all its outboxes, which the graph names. With two it
// is Kamaelia's TwoWaySplitter.
//
//	T ──▶ [ Fanout ] ── outboxes[a] ──▶ T
//	            └────── outboxes[b] ──▶ T
//
// The slowest receiver sets the pace. One that has gone gets nothing more; when all
// have, the Fanout ends. Else it ends with its input.
type Fanout[T any] struct {
	axon.Base

	Inbox    axon.Inbox[T]    // what is copied
	Outboxes axon.Outboxes[T] // one for each receiver: Outboxes.Named("log")
}

var (
	_ axon.Component = (*Fanout[int])(nil)
	_ axon.Validator = (*Fanout[int])(nil)
)

// Validate implements axon.Validator.
func (f *Fanout[T]) Validate() error {
	if f.Outboxes.Len() == 0 {
		return errors.New("flow: a Fanout without outboxes: link f.Outboxes.Named(...)")
	}
	return nil
}

// Main implements axon.Component.
func (f *Fanout[T]) Main(ctx context.Context) error {
	gone := make([]bool, f.Outboxes.Len())
	left := len(gone)
	for v := range f.Inbox.All(ctx) {
		for i := range gone {
			if gone[i] {
				continue
			}
			_, out := f.Outboxes.At(i)
			switch err := out.Send(ctx, v); {
			case errors.Is(err, axon.ErrGone):
				gone[i] = true
				if left--; left == 0 {
					return err
				}
			case err != nil:
				return err
			}
		}
	}
	return nil
}
