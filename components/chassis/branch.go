package chassis

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// branch is the switch in a TPipe.
//
//	T ──▶ [ branch ] ──▶ T
//	         └─ action ─▶ T that satisfy the condition
//
// It ends with its input. An action that has gone takes nothing more; what was
// routed to it is dropped then.
type branch[T any] struct {
	cond  func(T) bool
	route bool

	Inbox  axon.Inbox[T]  // what comes
	Outbox axon.Outbox[T] // what passes
	Action axon.Outbox[T] // what satisfies the condition
}

var (
	_ axon.Component = (*branch[int])(nil)
	_ axon.Validator = (*branch[int])(nil)
)

// Validate implements axon.Validator.
func (b *branch[T]) Validate() error {
	if b.cond == nil {
		return errNoCondition
	}
	return nil
}

// Main implements axon.Component.
func (b *branch[T]) Main(ctx context.Context) error {
	for v := range b.Inbox.All(ctx) {
		does := b.cond(v)
		if does {
			if err := b.Action.Send(ctx, v); err != nil && !errors.Is(err, axon.ErrGone) {
				return err
			}
		}
		if does && b.route {
			continue
		}
		if err := b.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
