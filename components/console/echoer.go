package console

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Echoer shows its messages: Kamaelia's ConsoleEchoer.
//
//	T ──▶ [ Echoer ] ─▶ terminal
//	           └──▶ T   the same, if somebody wants it
//
// It ends with its input.
type Echoer[T any] struct {
	axon.Base

	// To is where messages are shown; nil means the standard output.
	To io.Writer

	// Format is how fmt.Fprintf shows one; "" means a line of "%v", or of text
	// for []byte.
	Format string

	Inbox  axon.Inbox[T]  // what is shown
	Outbox axon.Outbox[T] `axon:"optional"` // the same, for the next in line: Kamaelia's forwarder
}

var _ axon.Component = (*Echoer[int])(nil)

// Main implements axon.Component.
func (e *Echoer[T]) Main(ctx context.Context) error {
	to, format := e.To, e.Format
	if to == nil {
		to = os.Stdout
	}
	if format == "" {
		format = "%v\n"
		var none T
		if _, ok := any(none).([]byte); ok {
			format = "%s\n"
		}
	}
	for v := range e.Inbox.All(ctx) {
		if _, err := fmt.Fprintf(to, format, v); err != nil {
			return fmt.Errorf("console: %w", err)
		}
		if err := e.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
