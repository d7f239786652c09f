package chassis

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// collector passes on what a guest sends.
//
//	guest ──▶ [ collector ] ─▶ chassis.outbox
//
// It ends with the guest, behind its last message, or when nobody receives.
type collector[In, Out any] struct {
	host *host[In, Out]

	Inbox axon.Inbox[Out] `axon:"size=1"` // what the guest sends
}

var _ axon.Component = (*collector[int, int])(nil)

// Main implements axon.Component.
func (c *collector[In, Out]) Main(ctx context.Context) error {
	for v := range c.Inbox.All(ctx) {
		if err := c.host.out.Send(ctx, v); err != nil {
			c.host.gone = errors.Is(err, axon.ErrGone)
			return err
		}
	}
	return nil
}
