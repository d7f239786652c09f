package flow

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// PureTransformer applies a function to each message.
//
//	In ──▶ [ PureTransformer ] ──▶ Out
//
// It ends with its input. What the function panics with is the part's failure.
type PureTransformer[In, Out any] struct {
	axon.Base

	// Do makes what is sent of what has come; false means that nothing is sent.
	Do func(In) (Out, bool)

	Inbox  axon.Inbox[In]   // what Do is called with
	Outbox axon.Outbox[Out] // what it returns
}

var (
	_ axon.Component = (*PureTransformer[int, int])(nil)
	_ axon.Validator = (*PureTransformer[int, int])(nil)
)

// Transform returns a PureTransformer that sends something for each message.
func Transform[In, Out any](f func(In) Out) *PureTransformer[In, Out] {
	return &PureTransformer[In, Out]{Do: func(v In) (Out, bool) { return f(v), true }}
}

// Validate implements axon.Validator.
func (p *PureTransformer[In, Out]) Validate() error {
	if p.Do == nil {
		return errors.New("flow: a PureTransformer needs Do")
	}
	return nil
}

// Main implements axon.Component.
func (p *PureTransformer[In, Out]) Main(ctx context.Context) error {
	for v := range p.Inbox.All(ctx) {
		w, ok := p.Do(v)
		if !ok {
			continue
		}
		if err := p.Outbox.Send(ctx, w); err != nil {
			return err
		}
	}
	return nil
}
