package chassis

import "github.com/kamaelia-go/kamaelia/axon"

// With keeps one component, the item, and runs others around it, one after the
// other: a TCP client that first speaks to a proxy, then logs in, then serves.
//
//	[ ITEM ] ── In ──▶ [ step 1, then step 2, ... ]
//	    ▲────── Out ──────────┘
//
// Each step has an inbox of what the item sends, and an outbox of what the item
// receives. What a step has not read is the next one's. When the last step has
// ended, the item's inbox finishes; when the item has ended, the steps' inbox does.
func With[In, Out any](item axon.Component, steps ...axon.Component) *axon.Graph {
	seq := &Seq[In, Out]{Steps: steps}
	g := &axon.Graph{
		Name:  "with",
		Parts: axon.Parts{{Name: "ITEM", Component: item}, {Name: "STEPS", Component: seq}},
	}
	if item != nil {
		g.Links = axon.Links{
			axon.Link(axon.OutboxOf[In](item, "outbox"), &seq.Inbox),
			axon.Link(&seq.Outbox, axon.InboxOf[Out](item, "inbox")),
		}
	}
	return g
}
