package lines

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// LineJoin turns lines into bytes, each with its line end.
//
//	string ──▶ [ LineJoin ] ──▶ []byte
//
// It ends with its input.
type LineJoin struct {
	axon.Base

	// End is put behind each line; "" means LF.
	End string

	Inbox  axon.Inbox[string]  // lines
	Outbox axon.Outbox[[]byte] // the same with their ends; the receiver's own
}

var _ axon.Component = (*LineJoin)(nil)

// Main implements axon.Component.
func (l *LineJoin) Main(ctx context.Context) error {
	end := l.End
	if end == "" {
		end = "\n"
	}
	for line := range l.Inbox.All(ctx) {
		if err := l.Outbox.Send(ctx, append([]byte(line), end...)); err != nil {
			return err
		}
	}
	return nil
}
