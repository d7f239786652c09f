package flow

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Chooser sends items of a list, each when it is asked for.
//
//	Move ──▶ [ Chooser ] ──▶ T
//
// It ends with its input, or by its Edge. An empty list has nothing to send.
type Chooser[T any] struct {
	axon.Base

	// Items are what can be chosen.
	Items []T

	// Edge says what a Move beyond the first or the last item does.
	Edge Edge

	Inbox  axon.Inbox[Move] // which item to send
	Outbox axon.Outbox[T]   // the items that were asked for
}

var _ axon.Component = (*Chooser[int])(nil)

// Main implements axon.Component.
func (c *Chooser[T]) Main(ctx context.Context) error {
	at, last := -1, len(c.Items)-1
	for m := range c.Inbox.All(ctx) {
		switch {
		case m == First || at < 0 && m == Same:
			at = 0
		case m == Last || at < 0 && m == Previous:
			at = last
		case m == Next:
			at++
		case m == Previous:
			at--
		}
		switch beyond := at < 0 || at > last; {
		case beyond && c.Edge == Stop:
			return nil
		case last < 0:
			at = -1
			continue
		case beyond && c.Edge == Round:
			at = (at + len(c.Items)) % len(c.Items)
		case beyond:
			at = min(max(at, 0), last)
		}
		if err := c.Outbox.Send(ctx, c.Items[at]); err != nil {
			return err
		}
	}
	return nil
}
