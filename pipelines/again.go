package pipelines

import (
	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// siteAgain makes what a handler is given that leads requests to other resources
// of its site: the graph of the mounts once more, for one request, whose answer
// goes where the others go. A link back to the connection's own ROUTER would not
// do: that ends with the last request that the client sends.
//
//	the handler ─▶ ROUTER ─▶ handlers ─▶ after ─▶ WRITER
//	                  └─────────┴─ failures ─▶ GUARD
func siteAgain(mounts []Mount, router *http1.Router, guard *http1.Guard, out *axon.Inbox[*http1.Response]) func(*axon.Outbox[*http1.Request]) http1.SiteGraph {
	return func(requests *axon.Outbox[*http1.Request]) http1.SiteGraph {
		r := &http1.Router{Methods: router.Methods, Trace: router.Trace}
		g := &axon.Graph{Name: "redirected", Parts: axon.Parts{{Name: "ROUTER", Component: r, Policy: again, Lazy: true}}}
		g.Links = append(g.Links,
			axon.Link(requests, &r.Inbox),
			axon.Link(&r.Outbox, out),
			axon.Link(&r.Failures, &guard.Inbox))
		mount(g, mounts, r, guard, out)
		return http1.SiteGraph{Graph: g, Inbox: &r.Inbox, Well: func() bool { return g.Faults() == 0 }}
	}
}
