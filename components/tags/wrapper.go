package tags

import "github.com/kamaelia-go/kamaelia/axon"

// Wrapper is a component whose messages are tagged, and that does not hear its own.
//
//	Tagged[T] ──▶ [ FILTER ] ── T ──▶ [ TARGET ] ── T ──▶ [ TAGGER ] ──▶ Tagged[T]
//
// It ends with its target.
type Wrapper[T any] struct {
	axon.Graph
	axon.Base

	Inbox  axon.Inbox[Tagged[T]]  // what goes round, the target's own messages too
	Outbox axon.Outbox[Tagged[T]] // what the target sends
}

// TagAndFilterWrapper makes a Wrapper of a component with an inbox "inbox" and an outbox
// "outbox", under Kamaelia's name for it.
func TagAndFilterWrapper[T any](target axon.Component) *Wrapper[T] {
	uid := NewUID()
	filter, tagger, w := &FilterTag[T]{UID: uid}, &UIDTagger[T]{UID: uid}, &Wrapper[T]{}
	w.Name = "tag and filter"
	w.Parts = axon.Parts{{Name: "FILTER", Component: filter}, {Name: "TARGET", Component: target}, {Name: "TAGGER", Component: tagger}}
	w.Links = axon.Links{
		axon.ExposeIn(&w.Inbox, &filter.Inbox),
		axon.Link(&filter.Outbox, axon.InboxOf[T](target, "inbox")),
		axon.Link(axon.OutboxOf[T](target, "outbox"), &tagger.Inbox),
		axon.ExposeOut(&tagger.Outbox, &w.Outbox),
	}
	return w
}
