package chassis

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// TPipe is a pipe with a branch: messages that satisfy a condition go to another
// component as well, or instead.
//
//	T ──▶ [ SWITCH ] ─────────────▶ [ JOIN ] ──▶ T
//	          └─▶ [ ACTION ] ── Source ─▶┘
//
// It ends when what has come is dealt with and the component on the branch has ended.
type TPipe[T any] struct {
	axon.Graph
	axon.Base

	Inbox  axon.Inbox[T]  // what comes
	Outbox axon.Outbox[T] `axon:"optional"` // what passes, and with Branch.Source what the component sends
}

// A Branch says which messages leave a TPipe, and where to.
type Branch[T any] struct {
	// If says which messages go to the Action. It is called by one goroutine.
	If func(T) bool

	// Action is the component on the branch, with an inbox of T.
	Action axon.Component

	// Route sends these messages to the Action alone. Without, they pass on too;
	// then they are shared, and must not be changed.
	Route bool

	// Source puts what the Action sends, by an outbox of T, among what passes.
	// Without, that is dropped.
	Source bool
}

var _ axon.Component = (*TPipe[int])(nil)

// NewTPipe returns a TPipe with a branch.
func NewTPipe[T any](b Branch[T]) *TPipe[T] {
	p, s, j := &TPipe[T]{}, &branch[T]{cond: b.If, route: b.Route}, &merge[T]{}
	p.Name = "tpipe"
	p.Parts = axon.Parts{{Name: "SWITCH", Component: s}, {Name: "ACTION", Component: b.Action}, {Name: "JOIN", Component: j}}
	p.Links = axon.Links{axon.ExposeIn(&p.Inbox, &s.Inbox), axon.Link(&s.Outbox, &j.Inbox), axon.ExposeOut(&j.Outbox, &p.Outbox)}
	if b.Action == nil {
		return p // building it says that ACTION has no component
	}
	p.Links = append(p.Links, axon.Link(&s.Action, axon.InboxOf[T](b.Action, "inbox")))
	switch {
	case b.Source:
		p.Links = append(p.Links, axon.Link(axon.OutboxOf[T](b.Action, "outbox"), &j.Inbox))
	case axon.CheckInterface(b.Action, nil, []string{"outbox"}) == nil:
		p.Links = append(p.Links, axon.Discard(axon.OutboxOf[T](b.Action, "outbox")))
	}
	return p
}

// Main implements axon.Component.
func (p *TPipe[T]) Main(ctx context.Context) error { return p.Graph.Main(ctx) }

var errNoCondition = errors.New("chassis: a Branch needs If")
