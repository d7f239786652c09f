package axon

import (
	"context"
	"errors"
)

// A Function is a component that is one function: see Func.
type Function[In, Out any] struct {
	Base

	// Do is the Main, with its boxes.
	Do func(ctx context.Context, in *Inbox[In], out *Outbox[Out]) error

	Inbox  Inbox[In]   // what Do reads
	Outbox Outbox[Out] // what Do sends
}

// Func makes a component of a function, that is its Main and is given the boxes.
func Func[In, Out any](do func(ctx context.Context, in *Inbox[In], out *Outbox[Out]) error) *Function[In, Out] {
	return &Function[In, Out]{Do: do}
}

// Main implements Component.
func (f *Function[In, Out]) Main(ctx context.Context) error { return f.Do(ctx, &f.Inbox, &f.Outbox) }

// Validate implements Validator.
func (f *Function[In, Out]) Validate() error { return given(f.Do != nil) }

// A Producer is a source that is one function: see Produce.
type Producer[Out any] struct {
	Base

	// Do is the Main, with its box. When the part is told to finish, ctx ends.
	Do func(ctx context.Context, out *Outbox[Out]) error

	Outbox Outbox[Out] // what Do sends
}

// Produce makes a source of a function.
func Produce[Out any](do func(ctx context.Context, out *Outbox[Out]) error) *Producer[Out] {
	return &Producer[Out]{Do: do}
}

// Main implements Component.
func (f *Producer[Out]) Main(ctx context.Context) error { return f.Do(ctx, &f.Outbox) }

// Validate implements Validator.
func (f *Producer[Out]) Validate() error { return given(f.Do != nil) }

// A Consumer is a sink that is one function: see Consume.
type Consumer[In any] struct {
	Base

	// Do is the Main, with its box.
	Do func(ctx context.Context, in *Inbox[In]) error

	Inbox Inbox[In] // what Do reads
}

// Consume makes a sink of a function.
func Consume[In any](do func(ctx context.Context, in *Inbox[In]) error) *Consumer[In] {
	return &Consumer[In]{Do: do}
}

// Main implements Component.
func (f *Consumer[In]) Main(ctx context.Context) error { return f.Do(ctx, &f.Inbox) }

// Validate implements Validator.
func (f *Consumer[In]) Validate() error { return given(f.Do != nil) }

func given(ok bool) error {
	if !ok {
		return errors.New("there is no function to be the Main: Do is nil")
	}
	return nil
}
