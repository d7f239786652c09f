package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Collate gathers messages and sends them as one.
//
//	T, T, ... ──▶ [ Collate ] ──▶ []T
//
// It sends when its input has finished, also when nothing has come, and ends then.
// Nothing is sent after a shutdown.
type Collate[T any] struct {
	axon.Base

	// Most is how many messages there may be; 0 means 65,536. One more is a failure.
	Most int

	Inbox  axon.Inbox[T]    // what is gathered
	Outbox axon.Outbox[[]T] // all of it, once
}

var _ axon.Component = (*Collate[int])(nil)

// Main implements axon.Component.
func (c *Collate[T]) Main(ctx context.Context) error {
	most := c.Most
	if most <= 0 {
		most = 1 << 16
	}
	var all []T
	for {
		v, err := c.Inbox.Recv(ctx)
		switch {
		case errors.Is(err, axon.ErrFinished):
			return c.Outbox.Send(ctx, all)
		case err != nil:
			return err
		case len(all) == most:
			return fmt.Errorf("flow: more than %d messages to collate", most)
		}
		all = append(all, v)
	}
}
