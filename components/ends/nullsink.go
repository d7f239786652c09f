package ends

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// NullSink throws away its messages.
//
//	T ──▶ [ NullSink ]
//
// It ends with its input. For an outbox that is not wanted at all axon.Discard is
// cheaper.
type NullSink[T any] struct {
	axon.Base

	Inbox axon.Inbox[T] // what is thrown away
}

var _ axon.Component = (*NullSink[int])(nil)

// Main implements axon.Component.
func (n *NullSink[T]) Main(ctx context.Context) error {
	for range n.Inbox.All(ctx) {
	}
	return nil
}
