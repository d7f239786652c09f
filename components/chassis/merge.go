package chassis

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// merge passes on what comes from several senders.
//
//	T, T, ... ──▶ [ merge ] ──▶ T
//
// It ends with the last of them.
type merge[T any] struct {
	Inbox  axon.Inbox[T]  // from several outboxes
	Outbox axon.Outbox[T] `axon:"optional"` // the same
}

var _ axon.Component = (*merge[int])(nil)

// Main implements axon.Component.
func (m *merge[T]) Main(ctx context.Context) error {
	for v := range m.Inbox.All(ctx) {
		if err := m.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
