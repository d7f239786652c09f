// Package ends is the door between axon and axontest: a component under test has
// boxes of types that axontest does not know, and only axon can make their other
// sides.
package ends

import (
	"context"
	"reflect"
)

// ForTests is a parameter that nobody but axontest can give.
type ForTests struct{}

// An End is the other side of one box of a component.
type End struct {
	Name     string       // of the box
	Box      any          // the box: a *axon.Inbox[T] or *axon.Outbox[T]
	Type     reflect.Type // of its messages
	In       bool         // the box is an inbox
	Optional bool         // it may stay unlinked
	Control  bool         // it is the Control that the runtime serves
	Other    Other        // the component to be linked to it
}

// Other is a component with one box, the other side of a box under test.
type Other interface {
	Main(ctx context.Context) error

	// Do says what Main does.
	Do(body func(ctx context.Context) error)

	// Send sends a message, which must be of the End's type, to the box.
	Send(ctx context.Context, v any) error

	// Recv takes a message that came from the box, and TryRecv one if there is
	// one already.
	Recv(ctx context.Context) (any, error)
	TryRecv() (v any, ok bool)
}
