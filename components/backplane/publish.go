package backplane

import (
	"context"
	"fmt"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// PublishTo publishes what it receives on a Backplane.
//
//	T ──▶ [ PublishTo ] ─▶ Backplane
//	            └──▶ T   the same, if somebody wants it
//
// It waits for the Backplane if that is not there yet, for some time. It ends with its input, or when
// the Backplane has ended.
type PublishTo[T any] struct {
	axon.Base

	// Name is the Backplane's.
	Name string

	// Wait is how long to wait for the Backplane; 0 means 5 seconds. It is a failure
	// if there is none then.
	Wait time.Duration

	Inbox   axon.Inbox[T]  // what is published
	Outbox  axon.Outbox[T] `axon:"optional"` // the same, after that: Kamaelia's forwarder
	Publish axon.Outbox[T] `axon:"optional"` // leads to the Backplane, by itself
}

var (
	_ axon.Component = (*PublishTo[int])(nil)
	_ axon.Validator = (*PublishTo[int])(nil)
)

// Validate implements axon.Validator.
func (p *PublishTo[T]) Validate() error { return named(p.Name) }

// Main implements axon.Component.
func (p *PublishTo[T]) Main(ctx context.Context) error {
	if !p.Publish.Linked() {
		if err := join(ctx, &p.Publish, publishers(p.Name), p.Wait); err != nil {
			return fmt.Errorf("backplane %q: %w", p.Name, err)
		}
	}
	for v := range p.Inbox.All(ctx) {
		if err := p.Publish.Send(ctx, v); err != nil {
			return err
		}
		if err := p.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
