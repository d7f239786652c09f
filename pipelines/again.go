package pipelines

import (
	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// again makes what a handler is given that leads requests to other resources of its
// site: the graph of the site once more, for one request, whose answer goes where the
// others go. A link back to the connection's own ROUTER would not do: that ends with
// the last request that the client sends. Who may not have a resource does not get it
// so: the request passes all filters again.
//
//	the handler ─▶ before ─▶ ROUTER ─▶ handlers ─▶ after ─▶ WRITER
//	                  └─────────┴─────────┴─ failures ─▶ GUARD
func (h *handlers) again(requests *axon.Outbox[*http1.Request]) http1.SiteGraph {
	r := &http1.Router{Methods: h.router.Methods, Trace: h.router.Trace}
	g := &axon.Graph{Name: "redirected", Parts: axon.Parts{{Name: "ROUTER", Component: r, Policy: again, Lazy: true}}}
	w := &way{in: &r.Inbox, out: h.out, guard: h.guard}
	w.before(h.before)
	w.lay(g)
	g.Links = append(g.Links,
		axon.Link(requests, w.in),
		axon.Link(&r.Outbox, h.out),
		axon.Link(&r.Failures, &h.guard.Inbox))
	(&handlers{h.mounts, h.before, h.later, r, h.guard, h.out}).lay(g)
	return http1.SiteGraph{Graph: g, Inbox: w.in, Well: func() bool { return g.Faults() == 0 && r.Well() }}
}
