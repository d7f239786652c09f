package ends

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// OneShot sends one message and ends.
//
//	[ OneShot ] ──▶ T
//
// A finish changes nothing: the message is what it has to deal with first.
type OneShot[T any] struct {
	axon.Base

	Message T              // what is sent
	Outbox  axon.Outbox[T] // the message, once
}

var (
	_ axon.Component = (*OneShot[int])(nil)
	_ axon.Finisher  = (*OneShot[int])(nil)
)

// Finish does nothing.
func (o *OneShot[T]) Finish() {}

// Main implements axon.Component.
func (o *OneShot[T]) Main(ctx context.Context) error { return o.Outbox.Send(ctx, o.Message) }
