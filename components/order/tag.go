package order

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A Numbered message has its place in the order.
type Numbered[T any] struct {
	Number uint64
	Value  T
}

// TagWithSequenceNumber numbers messages from 0.
//
//	T ──▶ [ TagWithSequenceNumber ] ──▶ Numbered[T]
//
// It ends with its input. A restart goes on counting.
type TagWithSequenceNumber[T any] struct {
	axon.Base

	Inbox  axon.Inbox[T]            // what is numbered
	Outbox axon.Outbox[Numbered[T]] // the same, with numbers

	next uint64
}

var _ axon.Component = (*TagWithSequenceNumber[int])(nil)

// Main implements axon.Component.
func (t *TagWithSequenceNumber[T]) Main(ctx context.Context) error {
	for v := range t.Inbox.All(ctx) {
		n := Numbered[T]{t.next, v}
		t.next++
		if err := t.Outbox.Send(ctx, n); err != nil {
			return err
		}
	}
	return nil
}
