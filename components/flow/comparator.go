package flow

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Comparator compares the messages of two senders, pair by pair.
//
//	T ── a ──▶ [ Comparator ] ──▶ bool
//	T ── b ──▶
//
// It ends when either input has finished and has no message for a pair.
type Comparator[T comparable] struct {
	axon.Base

	A      axon.Inbox[T]     // one of each pair
	B      axon.Inbox[T]     // the other
	Outbox axon.Outbox[bool] // whether they are equal
}

var _ axon.Component = (*Comparator[int])(nil)

// Main implements axon.Component.
func (c *Comparator[T]) Main(ctx context.Context) error {
	for a := range c.A.All(ctx) {
		b, err := c.B.Recv(ctx)
		if err != nil {
			return err
		}
		if err := c.Outbox.Send(ctx, a == b); err != nil {
			return err
		}
	}
	return nil
}
