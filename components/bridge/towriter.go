package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/kamaelia-go/kamaelia/axon"
)

// ToWriter writes its messages to an io.Writer.
//
//	[]byte ──▶ [ ToWriter ] ─▶ io.Writer
//
// It ends with its input. A shutdown closes a writer that is an io.Closer, so that a
// write that is under way ends.
type ToWriter struct {
	axon.Base

	// To is where it writes to. It is not closed at a finish: who has opened it does.
	To io.Writer

	Inbox axon.Inbox[[]byte] // what is written; it is not changed
}

var (
	_ axon.Component   = (*ToWriter)(nil)
	_ axon.Validator   = (*ToWriter)(nil)
	_ axon.Interrupter = (*ToWriter)(nil)
)

// Validate implements axon.Validator.
func (w *ToWriter) Validate() error {
	if w.To == nil {
		return errors.New("bridge: a ToWriter needs To")
	}
	return nil
}

// Interrupt ends the writing.
func (w *ToWriter) Interrupt() {
	if c, ok := w.To.(io.Closer); ok {
		_ = c.Close()
	}
}

// Main implements axon.Component.
func (w *ToWriter) Main(ctx context.Context) error {
	for b := range w.Inbox.All(ctx) {
		if _, err := w.To.Write(b); err != nil {
			return fmt.Errorf("bridge: %w", err)
		}
	}
	return nil
}
