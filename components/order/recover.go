package order

import (
	"cmp"
	"context"
	"slices"

	"github.com/kamaelia-go/kamaelia/axon"
)

// RecoverOrder puts numbered messages in order again.
//
//	Numbered[T] ──▶ [ RecoverOrder ] ──▶ Numbered[T], in order
//	                       └─ late ───▶ Numbered[T] that came too late, or twice
//
// A message that is ahead of its turn waits for those before it. When Window messages
// wait, those that are missing are given up, and it goes on with the first that is
// there. It ends with its input, behind what waits.
type RecoverOrder[T any] struct {
	axon.Base

	// Window is how many messages wait at most; 0 means 32.
	Window int

	// From is the number of the first message.
	From uint64

	Inbox  axon.Inbox[Numbered[T]]  // in any order
	Outbox axon.Outbox[Numbered[T]] // in order; numbers may be missing
	Late   axon.Outbox[Numbered[T]] `axon:"optional"` // too late, or there already
}

var _ axon.Component = (*RecoverOrder[int])(nil)

// Main implements axon.Component.
func (r *RecoverOrder[T]) Main(ctx context.Context) error {
	window := r.Window
	if window <= 0 {
		window = 32
	}
	next := r.From
	var waiting []Numbered[T] // in order
	for m := range r.Inbox.All(ctx) {
		i, there := slices.BinarySearchFunc(waiting, m.Number, func(a Numbered[T], n uint64) int {
			return cmp.Compare(a.Number, n)
		})
		if there || m.Number < next {
			if err := r.Late.Send(ctx, m); err != nil {
				return err
			}
			continue
		}
		waiting = slices.Insert(waiting, i, m)
		for len(waiting) > 0 && (waiting[0].Number == next || len(waiting) >= window) {
			if err := r.Outbox.Send(ctx, waiting[0]); err != nil {
				return err
			}
			next = waiting[0].Number + 1
			waiting = slices.Delete(waiting, 0, 1)
		}
	}
	for _, m := range waiting {
		if err := r.Outbox.Send(ctx, m); err != nil { // after a shutdown it fails
			return err
		}
	}
	return nil
}
