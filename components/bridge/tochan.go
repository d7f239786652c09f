package bridge

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// ToChan puts its messages into a Go channel, and closes that at its end.
//
//	T ──▶ [ ToChan ] ─▶ chan<- T
//
// It waits as long as the channel has no room, or until it is shut down. It ends with
// its input.
type ToChan[T any] struct {
	axon.Base

	C     chan<- T      // where to
	Inbox axon.Inbox[T] // what is put into it
}

var _ axon.Component = (*ToChan[int])(nil)

// Main implements axon.Component.
func (t *ToChan[T]) Main(ctx context.Context) error {
	if t.C != nil {
		defer close(t.C)
	}
	for v := range t.Inbox.All(ctx) {
		select {
		case t.C <- v:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}
