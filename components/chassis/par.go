package chassis

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Par runs components side by side: Kamaelia's PAR. What they send leaves by one
// outbox, interleaved, each component's in order.
//
//	A ─▶ ┐
//	B ─▶ [ MERGE ] ──▶ Out
//	C ─▶ ┘
//
// A signal to Par goes to all of them. It ends when all have. Inboxes that its
// components have are for the graph around it to link.
type Par[Out any] struct {
	axon.Graph
	axon.Base

	Outbox axon.Outbox[Out] `axon:"optional"` // what the components send
}

var _ axon.Component = (*Par[int])(nil)

// NewPar returns a Par of components. Those that have an outbox have one of Out.
func NewPar[Out any](components ...axon.Component) *Par[Out] {
	p, m := &Par[Out]{}, &merge[Out]{}
	p.Name = "par"
	p.Parts = append(axon.Pipeline(components...).Parts, axon.Part{Name: "MERGE", Component: m})
	fed := false
	for _, c := range components {
		if c != nil && axon.CheckInterface(c, nil, []string{"outbox"}) == nil {
			p.Links = append(p.Links, axon.Link(axon.OutboxOf[Out](c, "outbox"), &m.Inbox))
			fed = true
		}
	}
	if !fed {
		p.Links = append(p.Links, axon.NoInput(&m.Inbox))
	}
	p.Links = append(p.Links, axon.ExposeOut(&m.Outbox, &p.Outbox))
	return p
}

// Main implements axon.Component.
func (p *Par[Out]) Main(ctx context.Context) error { return p.Graph.Main(ctx) }
