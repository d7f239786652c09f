// Package author is the module of somebody who writes a component: components/GUIDE.md tells
// how.
package author

import (
	"context"
	"errors"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Debounce passes on the last message of each burst.
//
//	T ──▶ [ Debounce ] ──▶ T
//
// A burst is over when nothing has come for Quiet. It ends with its input; the last message
// goes out then, too.
type Debounce[T any] struct {
	axon.Base

	// Quiet is how long nothing must come; 0 means 100 ms.
	Quiet time.Duration

	Inbox  axon.Inbox[T]  // messages, in bursts
	Outbox axon.Outbox[T] // the last of each burst
}

var (
	_ axon.Component = (*Debounce[int])(nil)
	_ axon.Validator = (*Debounce[int])(nil)
)

// Validate implements axon.Validator.
func (d *Debounce[T]) Validate() error {
	if d.Quiet < 0 {
		return errors.New("author: Quiet is negative")
	}
	return nil
}

// Main implements axon.Component.
func (d *Debounce[T]) Main(ctx context.Context) error {
	quiet := d.Quiet
	if quiet == 0 {
		quiet = 100 * time.Millisecond
	}
	over := time.NewTimer(quiet)
	over.Stop()
	defer over.Stop()
	var last []T // one at most
	for {
		select {
		case v, ok := <-d.Inbox.C():
			if !ok {
				return d.send(ctx, last)
			}
			last = append(last[:0], v)
			over.Reset(quiet)
		case <-over.C:
			if err := d.send(ctx, last); err != nil {
				return err
			}
			last = last[:0]
		case <-ctx.Done():
			return nil
		}
	}
}

func (d *Debounce[T]) send(ctx context.Context, last []T) error {
	for _, v := range last {
		if err := d.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
