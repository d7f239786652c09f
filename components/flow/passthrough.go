package flow

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// PassThrough passes on its messages: a place in a graph where another part may
// stand later, or a buffer of one more box.
//
//	T ──▶ [ PassThrough ] ──▶ T
//
// It ends with its input.
type PassThrough[T any] struct {
	axon.Base

	Inbox  axon.Inbox[T]  // what comes
	Outbox axon.Outbox[T] // the same
}

var _ axon.Component = (*PassThrough[int])(nil)

// Main implements axon.Component.
func (p *PassThrough[T]) Main(ctx context.Context) error {
	for v := range p.Inbox.All(ctx) {
		if err := p.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
