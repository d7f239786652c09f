package lines

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// FromWords turns words into lines: Kamaelia's tokenlists_to_lines.
//
//	[]string ──▶ [ FromWords ] ──▶ string
//
// ToWords takes them apart again. It ends with its input.
type FromWords struct {
	axon.Base

	Inbox  axon.Inbox[[]string] // words
	Outbox axon.Outbox[string]  // lines
}

var _ axon.Component = (*FromWords)(nil)

// Main implements axon.Component.
func (w *FromWords) Main(ctx context.Context) error {
	for words := range w.Inbox.All(ctx) {
		if err := w.Outbox.Send(ctx, Line(words)); err != nil {
			return err
		}
	}
	return nil
}
