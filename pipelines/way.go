package pipelines

import (
	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A way is what lies before the Router and behind the handlers of a site: filters
// for all that it serves.
//
//	in ─▶ HOSTS ─▶ before ─▶ ... ─▶ ROUTER ─▶ handlers ─▶ out: after ─▶ ... ─▶ WRITER
type way struct {
	in    *axon.Inbox[*http1.Request]  // where requests enter
	out   *axon.Inbox[*http1.Response] // where responses leave
	hosts *http1.Hosts                 // nil if there is one site alone
	parts axon.Parts
	links axon.Links

	guard  *http1.Guard
	onFail []After // the filters for the error component's answers
}

// way makes the way of the server's own site, and to those of its Hosts.
func (s *Server) way(router *http1.Router, guard *http1.Guard, out *axon.Inbox[*http1.Response], later laters) *way {
	w := &way{in: &router.Inbox, out: out, guard: guard}
	w.after(s.After)
	w.before(s.Before)
	if s.Hosts != nil {
		w.sites(s, out, later)
	}
	return w
}

// after puts filters in front of where responses leave, the last one first.
func (w *way) after(stages []After) {
	for i := len(stages) - 1; i >= 0; i-- {
		part := stages[i].Filter()
		f := part.ResponseFilterBoxes()
		w.parts = append(w.parts, axon.Part{Name: stages[i].Name, Component: part, Policy: again, Lazy: true})
		w.links = append(w.links,
			axon.Link(&f.Outbox, w.out),
			axon.Link(&f.Failures, &w.guard.Inbox))
		w.out = &f.Inbox
		if stages[i].Errors {
			w.onFail = append([]After{stages[i]}, w.onFail...)
		}
	}
}

// before puts filters in front of where requests enter, the last one first.
func (w *way) before(stages []Before) {
	for i := len(stages) - 1; i >= 0; i-- {
		part := stages[i].Filter()
		f := part.RequestFilterBoxes()
		w.parts = append(w.parts, axon.Part{Name: stages[i].Name, Component: part, Policy: again, Lazy: true})
		w.links = append(w.links,
			axon.Link(&f.Outbox, w.in),
			axon.Link(&f.Answers, w.out),
			axon.Link(&f.Failures, &w.guard.Inbox))
		w.in = &f.Inbox
	}
}

// errors returns the outbox at the end of the filters that the error component's
// answers pass. If one of them fails it is not run again, and the Guard answers
// plainly from then on.
func (w *way) errors(out *axon.Outbox[*http1.Response]) *axon.Outbox[*http1.Response] {
	for _, stage := range w.onFail {
		part := stage.Filter()
		f := part.ResponseFilterBoxes()
		w.parts = append(w.parts, axon.Part{Name: stage.Name + "-ERRORS", Component: part, Policy: once, Lazy: true})
		w.links = append(w.links, axon.Link(out, &f.Inbox), axon.Discard(&f.Failures))
		out = &f.Outbox
	}
	return out
}

// sites puts HOSTS in front of all.
func (w *way) sites(s *Server, out *axon.Inbox[*http1.Response], later laters) {
	w.hosts = &http1.Hosts{Names: s.Hosts.names, Make: func(i int, requests *axon.Outbox[*http1.Request]) http1.SiteGraph {
		return s.Hosts.sites[i].graph(s, later, requests, w.guard, out)
	}}
	w.parts = append(w.parts, axon.Part{Name: "HOSTS", Component: w.hosts, Policy: again, Lazy: true})
	w.links = append(w.links,
		axon.Link(&w.hosts.Outbox, w.in),
		axon.Link(&w.hosts.Failures, &w.guard.Inbox),
		axon.Shared(&w.guard.Inbox, w.hosts),
		axon.Shared(out, w.hosts))
	w.in = &w.hosts.Inbox
}

// lay adds the way to a graph.
func (w *way) lay(g *axon.Graph) {
	g.Parts, g.Links = append(g.Parts, w.parts...), append(g.Links, w.links...)
}
