package axon

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon/internal/ends"
)

// Ends makes the other side of each box of a component, and the links to them.
// It is a door for package axontest.
func Ends(_ ends.ForTests, c Component) ([]ends.End, Links, error) {
	boxes, err := boxesOf(c)
	if err != nil {
		return nil, nil, axonError(err)
	}
	switch g := graphOf(c); {
	case g == nil || g.first == nil:
	case g.first == g.last: // it stands for another component
		return Ends(ends.ForTests{}, g.first)
	default: // a pipeline has no fields for its boxes
		for _, name := range []string{"inbox", "outbox"} {
			if b, err := boxOf(c, name); err == nil {
				boxes = append(boxes, namedBox{&boxOptions{name: name}, b})
			}
		}
	}
	list, links := make([]ends.End, len(boxes)), make(Links, len(boxes))
	for i, b := range boxes {
		list[i] = ends.End{
			Name: b.name, Box: b.box, Type: b.elem(), In: b.inbound(),
			Optional: b.optional, Control: b.boxOptions.control,
		}
		list[i].Other, links[i] = b.opposite()
	}
	return list, links, nil
}

// Mark gives the goroutines of all parts that a system starts from now on another
// profiler's label, test=name: so a test can tell its own from those of a test
// beside it. It too is a door for package axontest.
func Mark(_ ends.ForTests, s *System, name string) { s.mark = name }

func (b *Inbox[T]) opposite() (ends.Other, Arrow) {
	s := &sendingEnd[T]{}
	return s, Link(&s.Outbox, b)
}

func (b *Outbox[T]) opposite() (ends.Other, Arrow) {
	r := &receivingEnd[T]{}
	return r, Link(b, &r.Inbox)
}

// endBody is a Main that is given, rather than written.
type endBody struct{ do func(context.Context) error }

func (e *endBody) Main(ctx context.Context) error          { return e.do(ctx) }
func (e *endBody) Do(body func(ctx context.Context) error) { e.do = body }
func (e *endBody) Send(context.Context, any) error         { return errors.ErrUnsupported }
func (e *endBody) Recv(context.Context) (v any, err error) { return nil, errors.ErrUnsupported }
func (e *endBody) TryRecv() (v any, ok bool)               { return nil, false }

type sendingEnd[T any] struct {
	endBody
	Outbox Outbox[T] // what the component under test gets
}

func (s *sendingEnd[T]) Send(ctx context.Context, v any) error {
	t, _ := v.(T) // nil is the zero T
	return s.Outbox.Send(ctx, t)
}

type receivingEnd[T any] struct {
	endBody
	Inbox Inbox[T] `axon:"size=1"` // what the component under test sends
}

func (r *receivingEnd[T]) Recv(ctx context.Context) (any, error) {
	return r.Inbox.Recv(ctx)
}

func (r *receivingEnd[T]) TryRecv() (any, bool) {
	v, ok, err := r.Inbox.TryRecv()
	return v, ok && err == nil
}
