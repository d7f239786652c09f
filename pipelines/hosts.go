package pipelines

import (
	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Host is a site of its own for certain hosts. A connection makes its graph when
// it first asks for one of them, so that many sites cost a connection no more than
// few. A Mount with a Host is for a handler or two; a Host has filters and an
// error component too.
type Host struct {
	// Names are the hosts: see http1.NewHostNames. Two sites with the same one are
	// a mistake.
	Names []string

	// Name is what the site's graph is called; "" means the first of Names.
	Name string

	// Mounts are the handlers. Their own Host is not set.
	Mounts []Mount

	// Before are the filters that all requests pass on their way to the mounts.
	Before []Before

	// After are the filters that all responses pass.
	After []After

	// Errors makes the error component for what goes wrong in this site; nil means
	// that of the Server. What is wrong with a request before its host is known
	// goes to that one in any case.
	Errors func() http1.ErrorPart
}

// Hosts are the sites of a server that have hosts of their own. Servers may share
// them.
type Hosts struct {
	sites []Host
	names *http1.HostNames
}

// NewHosts makes the table in which the site of a host is found. The error tells
// of all names that are none, or are there twice, each as a *http1.HostError.
func NewHosts(sites ...Host) (*Hosts, error) {
	names := make([][]string, len(sites))
	for i, h := range sites {
		names[i] = h.Names
	}
	table, err := http1.NewHostNames(names)
	if err != nil {
		return nil, err
	}
	return &Hosts{sites, table}, nil
}

// graph is the graph of the site in one connection, between its HOSTS and its
// WRITER.
//
//	HOSTS ─▶ before ─▶ ROUTER ─▶ handlers ─▶ after ─▶ WRITER
//	            │         │         │                   ▲
//	            └─────────┴─────────┴─ failures ─▶ GUARD┘
//
// GUARD, and ERRORS behind it, are those of the connection unless the site has
// its own.
func (h *Host) graph(s *Server, later laters, requests *axon.Outbox[*http1.Request], guard *http1.Guard, out *axon.Inbox[*http1.Response]) http1.SiteGraph {
	router := &http1.Router{Methods: s.Methods, Trace: s.Trace}
	g := &axon.Graph{Name: h.name(), Parts: axon.Parts{{Name: "ROUTER", Component: router, Policy: again, Lazy: true, Rest: true}}}
	own := h.Errors != nil
	for _, stage := range h.After {
		own = own || stage.Errors
	}
	if own {
		guard = &http1.Guard{Patience: s.Patience}
		guard.Inbox.Size = s.Limits.Boxes()
	}
	w := &way{in: &router.Inbox, out: out, guard: guard}
	w.after(h.After)
	w.before(h.Before)
	if own {
		h.guard(s, g, w, out)
	}
	g.Links = append(g.Links,
		axon.Link(requests, w.in),
		axon.Link(&router.Outbox, w.out),
		axon.Link(&router.Failures, &guard.Inbox))
	w.lay(g)
	(&handlers{h.Mounts, h.Before, later, router, guard, w.out}).lay(g)
	return http1.SiteGraph{Graph: g, Inbox: w.in, Well: func() bool { return g.Faults() == 0 && router.Well() && (!own || !guard.Spoke()) }}
}

// guard adds the site's own GUARD and ERRORS.
func (h *Host) guard(s *Server, g *axon.Graph, w *way, out *axon.Inbox[*http1.Response]) {
	errors := h.Errors
	if errors == nil {
		errors = s.errors
	}
	part := errors()
	g.Parts = append(g.Parts,
		axon.Part{Name: "GUARD", Component: w.guard, Policy: again, Lazy: true},
		axon.Part{Name: "ERRORS", Component: part, Policy: again, Lazy: true})
	g.Links = append(g.Links,
		axon.Link(&w.guard.Failures, &part.ErrorBoxes().Inbox),
		axon.Back(w.errors(&part.ErrorBoxes().Outbox), &w.guard.Answers),
		axon.Link(&w.guard.Signal, &part.ErrorBoxes().Control),
		axon.Link(&w.guard.Outbox, out))
}

func (h *Host) name() string {
	switch {
	case h.Name != "":
		return h.Name
	case len(h.Names) > 0:
		return h.Names[0]
	}
	return "site"
}

// hostsOf returns the HOSTS of a connection's graph that was not built yet, or nil.
func hostsOf(connection *axon.Graph) *http1.Hosts {
	for _, p := range connection.Parts {
		if h, ok := p.Component.(*http1.Hosts); ok {
			return h
		}
	}
	return nil
}

// pictures tells of the graph of each site, for a connection that was built and
// does not run.
func (h *Hosts) pictures(connection *http1.Hosts) (all []axon.GraphInfo, err error) {
	if h == nil || connection == nil {
		return nil, nil
	}
	for i := range h.sites {
		site := connection.Make(i, &connection.Site).Graph
		if err := site.Build(); err != nil {
			return nil, err
		}
		all = append(all, site.Info())
		if err := axon.Unlink(&connection.Site); err != nil {
			return nil, err
		}
	}
	return all, nil
}
