package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Router sends each message by the outbox that a rule names.
//
//	T ──▶ [ Router ] ── routes[a] ──▶ T
//	            ├────── routes[b] ──▶ T
//	            └────── otherwise ──▶ T
//
// A receiver that has gone gets nothing more, and what is meant for it is dropped.
// It ends with its input.
type Router[T any] struct {
	axon.Base

	// Rule names the route of a message. For a name that is none of Routes it goes
	// to Otherwise.
	Rule func(T) string

	Inbox     axon.Inbox[T]    // what comes
	Routes    axon.Outboxes[T] // the ways, by name: Routes.Named("errors")
	Otherwise axon.Outbox[T]   `axon:"optional"` // messages without a route
}

var (
	_ axon.Component = (*Router[int])(nil)
	_ axon.Validator = (*Router[int])(nil)
)

// Validate implements axon.Validator.
func (r *Router[T]) Validate() error {
	if r.Rule == nil {
		return errors.New("flow: a Router needs a Rule")
	}
	return nil
}

// Main implements axon.Component.
func (r *Router[T]) Main(ctx context.Context) error {
	ways := map[string]*axon.Outbox[T]{}
	for i := range r.Routes.Len() {
		name, out := r.Routes.At(i)
		ways[name] = out
	}
	for v := range r.Inbox.All(ctx) {
		name := r.Rule(v)
		out, ok := ways[name]
		if !ok {
			out = &r.Otherwise
		}
		if err := out.Send(ctx, v); err != nil && !errors.Is(err, axon.ErrGone) {
			return fmt.Errorf("flow: route %q: %w", name, err)
		}
	}
	return nil
}
