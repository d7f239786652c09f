package pipelines

import (
	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
)

// Application is the graph of a server without its connections, for a
// nethttp.Graph: SOURCE and SINK stand for the parser and the writer.
//
//	SOURCE ─▶ ROUTER ─▶ handlers ─▶ SINK
//	   │         │          │         ▲
//	   └─────────┴─ failures┴─▶ GUARD ┘
//	                            ▲  │
//	                            └ ERRORS
//
// Of the server's options, those of connections have no meaning here: Limits,
// Most, Name, Log and Blueprint.
func (s *Server) Application(source *nethttp.Source, sink *nethttp.Sink) *axon.Graph {
	return s.application(source, sink, nil)
}

func (s *Server) application(source *nethttp.Source, sink *nethttp.Sink, later laters) *axon.Graph {
	router := &http1.Router{Methods: s.Methods, Trace: s.Trace}
	guard, errors := &http1.Guard{Patience: s.Patience}, s.errors()
	way := s.way(router, guard, &sink.Inbox, later)

	g := &axon.Graph{
		Name: "application",
		Parts: axon.Parts{
			{Name: "SOURCE", Component: source},
			{Name: "ROUTER", Component: router, Policy: again, Lazy: true},
			{Name: "GUARD", Component: guard, Policy: again, Lazy: true},
			{Name: "ERRORS", Component: errors, Policy: again, Lazy: true},
			{Name: "SINK", Component: sink},
		},
		Links: axon.Links{
			// the way through
			axon.Link(&source.Outbox, way.in),
			axon.Link(&router.Outbox, way.out),
			// failures
			axon.Link(&source.Failures, &guard.Inbox),
			axon.Link(&router.Failures, &guard.Inbox),
			axon.Back(&sink.Failures, &guard.Inbox),
			axon.Link(&guard.Failures, &errors.ErrorBoxes().Inbox),
			axon.Back(way.errors(&errors.ErrorBoxes().Outbox), &guard.Answers),
			axon.Link(&guard.Outbox, &sink.Inbox),
		},
	}
	hosts := way.hosts
	source.Well = func() bool { return !guard.Spoke() && router.Well() && (hosts == nil || hosts.Well()) }
	way.lay(g)
	(&handlers{s.Mounts, s.Before, later, router, guard, way.out}).lay(g)
	return g
}
