package bridge

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// FromChan sends what it receives from a Go channel.
//
//	<-chan T ─▶ [ FromChan ] ──▶ T
//
// It ends when the channel is closed, or when it is told to. One without a channel
// sends nothing.
type FromChan[T any] struct {
	axon.Base

	C      <-chan T       // what is sent
	Outbox axon.Outbox[T] // the same
}

var _ axon.Component = (*FromChan[int])(nil)

// Main implements axon.Component.
func (f *FromChan[T]) Main(ctx context.Context) error {
	for {
		select {
		case v, ok := <-f.C:
			if !ok {
				return nil
			}
			if err := f.Outbox.Send(ctx, v); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}
