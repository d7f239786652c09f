package pipelines

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// handlers are what lies behind a ROUTER, each handler with its filters:
//
//	ROUTER ─▶ before ─▶ ... ─▶ handler ─▶ after ─▶ ... ─▶ WRITER
//	                              └─▶ next ──▲
type handlers struct {
	mounts []Mount
	before []Before // the filters that lie before the router
	later  laters

	router *http1.Router
	guard  *http1.Guard
	out    *axon.Inbox[*http1.Response]
}

// laters are the mounts whose handler a connection makes when it asks for it, each
// with the methods that it answers (http1.Allower).
type laters map[*Mount][]string

// add adds those of a site that are not its root, which most requests are for.
func (l laters) add(mounts []Mount) {
	for i := range mounts {
		m := &mounts[i]
		if m.Path == "/" && m.Methods == nil && m.Host == "" {
			continue
		}
		l[m] = nil
		if a, ok := m.Handler().(http1.Allower); ok {
			l[m] = a.Allow()
		}
	}
}

// laters returns those of the server and its Hosts.
func (s *Server) laters() laters {
	l := laters{}
	l.add(s.Mounts)
	if s.Hosts != nil {
		for i := range s.Hosts.sites {
			l.add(s.Hosts.sites[i].Mounts)
		}
	}
	return l
}

// lay adds the handlers to a graph. The graphs of those that are made later write to
// inboxes that the ROUTER is linked to as well, which so stay open for them.
func (h *handlers) lay(g *axon.Graph) {
	parts := 0
	for i := range h.mounts {
		if _, later := h.later[&h.mounts[i]]; !later {
			parts += h.mounts[i].parts()
		}
	}
	g.Parts = slices.Grow(g.Parts, parts) // paid for once per connection
	g.Links = slices.Grow(g.Links, 3*parts+3)
	for i := range h.mounts {
		m := &h.mounts[i]
		allow, later := h.later[m]
		if !later {
			part, _ := h.mount(g, m, h.router.Route(m.route()))
			if a, ok := part.(http1.Allower); ok {
				h.router.Allow(m.route(), a.Allow())
			}
			continue
		}
		h.router.Later(m.route(), allow, func(requests *axon.Outbox[*http1.Request]) http1.SiteGraph { return h.site(m, requests) })
	}
}

// site is the graph of a handler that is made later.
func (h *handlers) site(m *Mount, requests *axon.Outbox[*http1.Request]) http1.SiteGraph {
	g := &axon.Graph{Name: m.Name, Parts: make(axon.Parts, 0, m.parts())}
	_, in := h.mount(g, m, requests)
	return http1.SiteGraph{Graph: g, Inbox: in, Well: func() bool { return g.Faults() == 0 }}
}

// mount adds a handler and its filters. It returns also where its requests enter.
func (h *handlers) mount(g *axon.Graph, m *Mount, requests *axon.Outbox[*http1.Request]) (http1.HandlerPart, *axon.Inbox[*http1.Request]) {
	var in *axon.Inbox[*http1.Request]
	for _, stage := range m.Before {
		part := stage.Filter()
		f := part.RequestFilterBoxes()
		g.Parts = append(g.Parts, axon.Part{Name: stage.Name, Component: part, Policy: again, Lazy: true})
		g.Links = append(g.Links,
			axon.Link(requests, &f.Inbox),
			axon.Link(&f.Answers, h.out),
			axon.Link(&f.Failures, &h.guard.Inbox))
		in, requests = cmp.Or(in, &f.Inbox), &f.Outbox
	}
	part := m.Handler()
	if r, ok := part.(http1.Redirector); ok {
		r.LeadBack(h.again)
	}
	boxes := part.HandlerBoxes()
	g.Parts = append(g.Parts, axon.Part{Name: m.Name, Component: part, Policy: again, Lazy: true, Rest: m.Rest})
	g.Links = append(g.Links, axon.Link(requests, &boxes.Inbox))
	responses, failures := [2]*axon.Outbox[*http1.Response]{&boxes.Outbox}, [2]*axon.Outbox[*http1.Failure]{&boxes.Failures}
	if m.Next != nil {
		next := m.Next.Handler()
		n := next.HandlerBoxes()
		g.Parts = append(g.Parts, axon.Part{Name: m.Next.Name, Component: next, Policy: again, Lazy: true})
		if passer, ok := part.(http1.Passer); ok {
			g.Links = append(g.Links, axon.Link(passer.PassBox(), &n.Inbox))
		}
		responses[1], failures[1] = &n.Outbox, &n.Failures
	}
	h.after(g, m.After, responses[:], failures[:])
	return part, cmp.Or(in, &boxes.Inbox)
}

// after adds the filters that the responses from some outboxes pass on their way
// to the Writer. Failures go to the Guard, those from before a filter that takes
// them by way of it.
func (h *handlers) after(g *axon.Graph, stages []After, responses []*axon.Outbox[*http1.Response], failures []*axon.Outbox[*http1.Failure]) {
	for _, stage := range stages {
		part := stage.Filter()
		f := part.ResponseFilterBoxes()
		g.Parts = append(g.Parts, axon.Part{Name: stage.Name, Component: part, Policy: again, Lazy: true})
		g.Links = gather(g.Links, responses, &f.Inbox)
		responses = []*axon.Outbox[*http1.Response]{&f.Outbox}
		if taker, ok := part.(http1.FailureFilterPart); ok {
			g.Links = gather(g.Links, failures, taker.FailureBox())
			failures = nil
		}
		failures = append(failures, &f.Failures)
	}
	g.Links = gather(gather(g.Links, responses, h.out), failures, &h.guard.Inbox)
}

// gather links outboxes to one inbox. A nil one is none.
func gather[T any](links axon.Links, from []*axon.Outbox[T], to *axon.Inbox[T]) axon.Links {
	for _, o := range from {
		if o != nil {
			links = append(links, axon.Link(o, to))
		}
	}
	return links
}

// parts is how many parts of a graph the mount is.
func (m *Mount) parts() int {
	n := 1 + len(m.Before) + len(m.After)
	if m.Next != nil {
		n++
	}
	return n
}

// route is the pattern of the mount's route.
func (m *Mount) route() string {
	pattern := m.Host + m.Path
	if m.Methods != nil {
		pattern = strings.Join(m.Methods, ",") + " " + pattern
	}
	return pattern
}
