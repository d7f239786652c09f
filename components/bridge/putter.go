package bridge

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// putter is the part by whose outbox a Handle puts.
//
//	Put ─▶ [ putter ] ──▶ the component
//
// It ends when the Handle is told to finish, or with the component.
type putter[T any] struct {
	told, ended <-chan struct{}

	Outbox axon.Outbox[T] `axon:"optional"` // what is put
}

var (
	_ axon.Component = (*putter[int])(nil)
	_ axon.Finisher  = (*putter[int])(nil)
)

// Finish does nothing: the Handle says when nothing more will be put.
func (p *putter[T]) Finish() {}

// Main implements axon.Component.
func (p *putter[T]) Main(ctx context.Context) error {
	select {
	case <-p.told:
	case <-p.ended:
	case <-ctx.Done():
	}
	return nil
}
