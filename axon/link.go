package axon

import (
	"errors"
	"fmt"
)

// An Arrow is one line of a graph's Links: a link, or a statement about a single
// box, such as Discard. It takes effect when the graph is built.
type Arrow struct {
	kind     arrowKind
	from, to box
	while    Component
}

type arrowKind uint8

const (
	arrowLink arrowKind = iota
	arrowExpose
	arrowDiscard
	arrowNoInput
	arrowShared
	arrowBack
)

// Link is the arrow from an outbox to an inbox of the same type. One outbox
// feeds one inbox; several outboxes may feed the same inbox, and their messages
// then arrive interleaved, each sender's in order.
func Link[T any](from *Outbox[T], to *Inbox[T]) Arrow {
	return Arrow{kind: arrowLink, from: from, to: to}
}

// Back is a link against the flow: from a later part to an earlier one, which
// closes a ring. It does not keep its inbox open, so that a finish can travel
// around the ring: once all other senders have finished, the inbox finishes, and
// the sender on the back link gets ErrGone.
func Back[T any](from *Outbox[T], to *Inbox[T]) Arrow {
	return Arrow{kind: arrowBack, from: from, to: to}
}

// ExposeIn makes outer, an inbox of a graph, stand for the inbox of one of its
// parts. Nothing is copied on the way: a link to outer is a link to inner.
func ExposeIn[T any](outer, inner *Inbox[T]) Arrow {
	return Arrow{kind: arrowExpose, from: outer, to: inner}
}

// ExposeOut makes outer, an outbox of a graph, stand for the outbox of one of
// its parts.
func ExposeOut[T any](inner, outer *Outbox[T]) Arrow {
	return Arrow{kind: arrowExpose, from: outer, to: inner}
}

// Discard says that nobody wants what this outbox sends: it is dropped, and
// counted.
func Discard[T any](out *Outbox[T]) Arrow { return Arrow{kind: arrowDiscard, from: out} }

// NoInput says that nothing will arrive at this inbox: it has finished from the
// start.
func NoInput[T any](in *Inbox[T]) Arrow { return Arrow{kind: arrowNoInput, from: in} }

// Shared says that the inbox gets links while the graph runs, from the graphs
// that the part of component while starts, such as connections that write to one
// log. It stays open until that part, and everything it has started, has ended.
func Shared[T any](in *Inbox[T], while Component) Arrow {
	return Arrow{kind: arrowShared, from: in, while: while}
}

// Make makes the link now, in a graph that has been built and may be running.
func (a Arrow) Make() error {
	if err := a.make(); err != nil {
		return axonError(err)
	}
	if a.kind == arrowLink {
		publishLink(LinkMade, a.from, a.to)
	}
	return nil
}

func (a Arrow) make() error {
	if err := usable(a.from); err != nil {
		return err
	}
	if a.kind == arrowLink || a.kind == arrowBack || a.kind == arrowExpose {
		if err := usable(a.to); err != nil {
			return err
		}
	}
	switch a.kind {
	case arrowLink:
		return a.from.linkTo(a.to, false)
	case arrowBack:
		return a.from.linkTo(a.to, true)
	case arrowExpose:
		return a.from.expose(a.to)
	case arrowDiscard:
		return a.from.forgo()
	case arrowShared:
		return a.share()
	default:
		return a.from.forgo()
	}
}

// usable reports what is wrong with a box by itself: it was not found, or its
// component is in no graph.
func usable(b box) error {
	switch {
	case isNil(b):
		return errors.New("a link with a nil box")
	case b.fault() != nil:
		return b.fault()
	case b.part() == nil:
		return fmt.Errorf("a link with %s: its component is not in the graph", address(b))
	}
	return nil
}

// share lets the part that runs a.while hold the inbox open.
func (a Arrow) share() error {
	for _, p := range a.from.part().graph.parts {
		if p.Component == a.while {
			if !p.keepOpen(a.from.inboxReal()) {
				return fmt.Errorf("%s is shared by %s: %w", address(a.from), p.address(), ErrGone)
			}
			return nil
		}
	}
	return fmt.Errorf("%s is shared by %T, which is not a part of its graph", address(a.from), a.while)
}

// Move lets the outbox lead to another inbox from now on, also while messages
// flow: none is lost or doubled. What was sent before stays in the old inbox, and
// a sender that waits there for room goes to the new one. The old inbox stays
// open, since the link may come back, until the sender has finished. An outbox
// without a link gets one.
func Move[T any](from *Outbox[T], to *Inbox[T]) error {
	for _, b := range []box{from, to} {
		if err := usable(b); err != nil {
			return axonError(err)
		}
	}
	if err := from.real().point(to.real()); err != nil {
		return fmt.Errorf("axon: cannot move %s to %s: %w", address(from), address(to), err)
	}
	publishLink(LinkMoved, from, to)
	return nil
}

// Unlink takes the outbox's link away. What was sent stays in the inbox. Until
// there is a new link, a sender waits, or drops its messages if the outbox may
// stay unlinked.
func Unlink[T any](from *Outbox[T]) error {
	if err := usable(from); err != nil {
		return axonError(err)
	}
	e := from.real()
	e.mu.Lock()
	old := e.to
	e.mu.Unlock()
	if old == nil {
		return fmt.Errorf("axon: %s is not linked", address(from))
	}
	if err := e.point(nil); err != nil {
		return fmt.Errorf("axon: cannot unlink %s: %w", address(from), err)
	}
	publishLink(LinkRemoved, from, old.box())
	return nil
}

// axonError puts the package's name before an error, once.
func axonError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("axon: %w", err)
}

func (b *Inbox[T]) forgo() error {
	e := b.real()
	if b.linked() {
		return fmt.Errorf("%s is said to have no input, and is linked", address(b))
	}
	e.finishNow()
	return nil
}

func (b *Outbox[T]) forgo() error {
	e := b.real()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.to != nil {
		return fmt.Errorf("%s is discarded, and is linked to %s", address(b), address(e.to.box()))
	}
	e.loose = true
	return nil
}

func isNil(b box) bool {
	return b == nil || b.null()
}

func (b *Inbox[T]) null() bool  { return b == nil }
func (b *Outbox[T]) null() bool { return b == nil }
