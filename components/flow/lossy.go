package flow

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// LossyConnector passes messages on as long as the receiver has room, and drops
// them when it has none: what is live is not worth waiting for.
//
//	T ──▶ [ LossyConnector ] ──▶ T
//	              └─ lost ──▶ T
//
// It ends with its input, or when the receiver has gone.
type LossyConnector[T any] struct {
	axon.Base

	Inbox  axon.Inbox[T]  // what comes
	Outbox axon.Outbox[T] // what there was room for
	Lost   axon.Outbox[T] `axon:"optional"` // what there was none for, if there is room here
}

var _ axon.Component = (*LossyConnector[int])(nil)

// Main implements axon.Component.
func (l *LossyConnector[T]) Main(ctx context.Context) error {
	for v := range l.Inbox.All(ctx) {
		err := l.Outbox.TrySend(v)
		if errors.Is(err, axon.ErrFull) {
			_ = l.Lost.TrySend(v)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}
