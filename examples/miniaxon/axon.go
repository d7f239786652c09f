package main

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// An Inbox holds messages until its component takes them.
type Inbox[T any] struct{ c chan T }

// All yields messages until the sender has closed, or ctx has ended.
func (b *Inbox[T]) All(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			select {
			case v, ok := <-b.c:
				if !ok || !yield(v) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// An Outbox leads to an inbox.
type Outbox[T any] struct{ c chan T }

// Send puts a message into the inbox, and waits while that is full.
func (b *Outbox[T]) Send(ctx context.Context, v T) error {
	select {
	case b.c <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close says that no more will come.
func (b *Outbox[T]) Close() { close(b.c) }

// size is how many messages an inbox holds.
const size = 16

// Link lets an outbox lead to an inbox.
func Link[T any](from *Outbox[T], to *Inbox[T]) {
	to.c = make(chan T, size)
	from.c = to.c
}

// A Component is a body of work with boxes.
type Component interface {
	Main(ctx context.Context) error
}

// Run runs components until all have returned. The first failure ends the others, and is
// what it returns.
func Run(ctx context.Context, components ...Component) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wait sync.WaitGroup
	var once sync.Once
	var failure error
	for _, c := range components {
		wait.Go(func() {
			err := call(ctx, c)
			if err != nil {
				once.Do(func() { failure = fmt.Errorf("%T: %w", c, err) })
				stop(err)
			}
		})
	}
	wait.Wait()
	return failure
}

// call runs a component, and makes an error of a panic.
func call(ctx context.Context, c Component) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return c.Main(ctx)
}
