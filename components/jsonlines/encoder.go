package jsonlines

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Encoder turns each value into a line of JSON: Kamaelia's JSONEncoder.
//
//	T ──▶ [ Encoder ] ──▶ string, without its end
//
// It ends with its input. A value that has no JSON is a failure.
type Encoder[T any] struct {
	axon.Base

	Inbox  axon.Inbox[T]       // values
	Outbox axon.Outbox[string] // lines
}

var _ axon.Component = (*Encoder[int])(nil)

// Main implements axon.Component.
func (e *Encoder[T]) Main(ctx context.Context) error {
	for v := range e.Inbox.All(ctx) {
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("jsonlines: %w", err)
		}
		if err := e.Outbox.Send(ctx, string(b)); err != nil {
			return err
		}
	}
	return nil
}
