package flow

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Sinks is a set of inboxes that come and go while messages are sent to all of them.
// It belongs to the part that calls Add and Send, whose Main they are called from.
// The zero value is empty.
type Sinks[T any] struct {
	mu   sync.Mutex
	list []*sink[T] // replaced, never changed
}

// A Sink is an inbox, and how to deal with it.
type Sink[T any] struct {
	// To is the inbox, of a part that is built.
	To *axon.Inbox[T]

	// Slow says what becomes of it when it is full.
	Slow Slow

	// Buffer is how many messages DropOldest keeps beside those in the inbox; 0
	// means axon.DefaultSize.
	Buffer int

	// Done, if set, is closed by the receiver when it wants no more.
	Done <-chan struct{}

	// Refused, if set, is closed if the Sink was asked for too late: who was to send
	// to it has ended, and will not let the inbox finish.
	Refused chan<- struct{}
}

// Refuse says that the Sink was asked for too late.
func (s *Sink[T]) Refuse() {
	if s.Refused != nil {
		close(s.Refused)
	}
}

// ErrSink is returned by Add for an inbox that is in the set already.
var ErrSink = errors.New("flow: the inbox is a sink already")

// Add adds an inbox. It returns axon.ErrGone if the part that it belongs to has
// ended. The inbox finishes when it is removed, or the part that called Add ends.
func (s *Sinks[T]) Add(ctx context.Context, to Sink[T]) error {
	if s.find(to.To) != nil {
		return ErrSink
	}
	p := &sink[T]{Sink: to, over: make(chan struct{})}
	if to.Slow == DropOldest {
		n := to.Buffer
		if n <= 0 {
			n = axon.DefaultSize
		}
		p.queue = make(chan T, n)
	}
	g := &axon.Graph{Name: "sink", Parts: axon.Parts{{Name: "SINK", Component: p}}, Links: axon.Links{axon.Link(&p.Outbox, to.To)}}
	g.OnEnd(func(error) { s.drop(p) })
	if err := g.Build(); err != nil {
		return err
	}
	s.mu.Lock()
	s.list = append(slices.Clip(s.list), p)
	s.mu.Unlock()
	_, err := axon.Spawn(ctx, g)
	if err != nil {
		s.drop(p)
	}
	return err
}

// Remove takes an inbox out, and reports whether it was in. What was sent to it
// before still reaches it.
func (s *Sinks[T]) Remove(to *axon.Inbox[T]) bool {
	p := s.find(to)
	if p == nil {
		return false
	}
	s.drop(p)
	p.end()
	return true
}

// Clear takes all inboxes out.
func (s *Sinks[T]) Clear() {
	for _, p := range s.all() {
		s.Remove(p.To)
	}
}

// Len returns how many inboxes there are.
func (s *Sinks[T]) Len() int { return len(s.all()) }

// Send sends a message to all inboxes, in the order in which they came. It returns
// the cause when ctx has ended.
func (s *Sinks[T]) Send(ctx context.Context, v T) error {
	for _, p := range s.all() {
		switch err := p.put(ctx, v); {
		case err == nil:
		case ctx.Err() != nil:
			return context.Cause(ctx)
		default: // it has gone, or was too slow
			s.drop(p)
			p.end()
		}
	}
	return nil
}

func (s *Sinks[T]) all() []*sink[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list
}

func (s *Sinks[T]) find(to *axon.Inbox[T]) *sink[T] {
	for _, p := range s.all() {
		if p.To == to {
			return p
		}
	}
	return nil
}

func (s *Sinks[T]) drop(p *sink[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.list, p); i >= 0 {
		s.list = slices.Concat(s.list[:i], s.list[i+1:])
	}
}
