package flow

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Filter passes on the messages that its function selects.
//
//	T ──▶ [ Filter ] ──▶ T
//	          └─ dropped ─▶ T
//
// It ends with its input.
type Filter[T any] struct {
	axon.Base

	// Keep says whether a message passes. It may remember earlier ones.
	Keep func(T) bool

	Inbox   axon.Inbox[T]  // what comes
	Outbox  axon.Outbox[T] // what passes
	Dropped axon.Outbox[T] `axon:"optional"` // what does not
}

var (
	_ axon.Component = (*Filter[int])(nil)
	_ axon.Validator = (*Filter[int])(nil)
)

// Unseen is a Keep for messages that differ from the one before.
func Unseen[T comparable]() func(T) bool {
	var last T
	any := false
	return func(v T) bool {
		keep := !any || v != last
		last, any = v, true
		return keep
	}
}

// Validate implements axon.Validator.
func (f *Filter[T]) Validate() error {
	if f.Keep == nil {
		return errors.New("flow: a Filter needs Keep")
	}
	return nil
}

// Main implements axon.Component.
func (f *Filter[T]) Main(ctx context.Context) error {
	for v := range f.Inbox.All(ctx) {
		out := &f.Outbox
		if !f.Keep(v) {
			out = &f.Dropped
		}
		if err := out.Send(ctx, v); err != nil && (out == &f.Outbox || !errors.Is(err, axon.ErrGone)) {
			return err
		}
	}
	return nil
}
