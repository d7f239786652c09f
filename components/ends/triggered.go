package ends

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// TriggeredSource sends its items when the first message comes, whatever that is, and
// ends: Kamaelia's TriggeredSource and TriggeredOneShot.
//
//	Trigger ──▶ [ TriggeredSource ] ──▶ T
//
// It ends without a word if its input finishes before.
type TriggeredSource[Trigger, T any] struct {
	axon.Base

	Items  []T                 // what is sent
	Inbox  axon.Inbox[Trigger] // the first message is the trigger
	Outbox axon.Outbox[T]      // the items, in order
}

var _ axon.Component = (*TriggeredSource[int, int])(nil)

// Main implements axon.Component.
func (s *TriggeredSource[Trigger, T]) Main(ctx context.Context) error {
	if _, err := s.Inbox.Recv(ctx); err != nil {
		if errors.Is(err, axon.ErrFinished) {
			return nil
		}
		return err
	}
	for _, v := range s.Items {
		if err := s.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
