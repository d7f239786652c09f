package flow

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// PromptedTurnstile lets one message pass for each ticket: a receiver takes no more than
// it has asked for.
//
//	T ──────▶ [ PromptedTurnstile ] ──▶ T
//	Ticket ─ next ─▶ ┘
//
// A ticket waits for a message, and a message for a ticket. It ends when either input has
// finished; messages without a ticket are left then.
type PromptedTurnstile[T, Ticket any] struct {
	axon.Base

	Inbox  axon.Inbox[T]      // what is to pass
	Next   axon.Inbox[Ticket] // a ticket for one message, whatever it is
	Outbox axon.Outbox[T]     // what has passed, in order
}

var _ axon.Component = (*PromptedTurnstile[int, int])(nil)

// Main implements axon.Component.
func (p *PromptedTurnstile[T, Ticket]) Main(ctx context.Context) error {
	for range p.Next.All(ctx) {
		v, err := p.Inbox.Recv(ctx)
		if errors.Is(err, axon.ErrFinished) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
