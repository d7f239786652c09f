package timer

import (
	"context"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// SingleTick sends a message after a while, and ends: Kamaelia's SingleTick.
//
//	[ SingleTick ] ──▶ T
//
// It ends without a word when it is told to before.
type SingleTick[T any] struct {
	axon.Base

	// After is how long it waits.
	After time.Duration

	// Message is what it sends.
	Message T

	Outbox axon.Outbox[T] // the message, once
}

var _ axon.Component = (*SingleTick[int])(nil)

// Main implements axon.Component.
func (s *SingleTick[T]) Main(ctx context.Context) error {
	timer := time.NewTimer(s.After)
	defer timer.Stop()
	select {
	case <-timer.C:
		return s.Outbox.Send(ctx, s.Message)
	case <-ctx.Done():
		return nil
	}
}
