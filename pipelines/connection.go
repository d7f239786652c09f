// Package pipelines has ready-made graphs. Each is one literal, to be used as it
// is, or to be copied and rewired.
package pipelines

import (
	"net"
	"slices"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// A Mount is a handler and the host, path and methods it answers. See
// http1.Router for how they are chosen between; two that overlap are a mistake.
type Mount struct {
	// Host is the host it is for: "example.org", "*.example.org" for all hosts
	// below that, or "" for every host that no other mount names, and for
	// requests of HTTP/1.0 that name none.
	Host string

	// Path is the route: "/", or a path without a slash at its end.
	Path string

	// Methods scope the mount to some methods: it takes those from whatever else
	// has the path, and leaves it the others. Nil means that the path is its own,
	// but for methods that another mount of the same host and path takes. What a
	// handler then answers it says itself: see http1.Allower.
	Methods []string

	// Name is the part's name in the graph, such as FILES.
	Name string

	// Handler makes the handler of one connection.
	Handler func() http1.HandlerPart

	// Next, if set, answers the requests that the handler passes on, such as
	// those for directories without an index file: see http1.Passer. Its responses
	// pass After too.
	Next *Next

	// Before are the filters that its requests pass, in this order.
	Before []Before

	// After are the filters that its responses pass, in this order.
	After []After

	// Rest says that the handler's Main may be ended between two requests, and
	// called again: see axon.Part. It remembers nothing outside its struct.
	Rest bool
}

// A Next is a handler behind a handler.
type Next struct {
	// Name is the part's name in the graph, such as LISTING.
	Name string

	// Handler makes the handler of one connection.
	Handler func() http1.HandlerPart
}

// A Before is a filter of requests on their way to a handler.
type Before struct {
	// Name is the part's name in the graph.
	Name string

	// Filter makes the filter of one connection.
	Filter func() http1.RequestFilterPart
}

// An After is a filter of responses on their way from a handler.
type After struct {
	// Name is the part's name in the graph.
	Name string

	// Filter makes the filter of one connection.
	Filter func() http1.ResponseFilterPart

	// Errors says that the answers of the error component pass such a filter, too.
	// It is another one, between the error component and the Guard, called Name
	// with -ERRORS behind it. It counts in the After of a Server and of a Host.
	Errors bool
}

// Connection is the graph of one HTTP connection.
//
//	socket ─▶ READER ─▶ PARSER ─▶ ROUTER ─▶ handlers ─▶ WRITER ─▶ socket
//	                       │         │          │          ▲
//	                       └─────────┴─ failures┴─▶ GUARD ─┘
//	                                               ▲  │
//	                                               └ ERRORS
//
// READER and PARSER belong to the way in, WRITER to the way out; a failure of
// any stage comes to ERRORS by way of GUARD. Parts that a connection does not
// need do not run.
func (s *Server) Connection(conn net.Conn) *axon.Graph { return s.connection(conn, nil) }

// connection is Connection, whose graph may wait in a rota for another one.
func (s *Server) connection(conn net.Conn, rota *tcp.Rota) *axon.Graph {
	flight, about := new(http1.Flight), http1.NewConn(conn)
	reader := &tcp.Reader{Conn: conn, First: s.Limits.FirstTime(), Rota: rota}
	parser := &http1.Parser{
		Conn: about, Socket: reader, Flight: flight, Limits: s.Limits, Again: rota != nil,
		Clock: s.Log != nil, Timed: s.Timed, TrustID: s.TrustID,
	}
	router := &http1.Router{Methods: s.Methods, Trace: s.Trace}
	guard, errors := &http1.Guard{Patience: s.Patience}, s.errors()
	writer := &http1.Writer{
		Conn: conn, Flight: flight, Limits: s.Limits,
		Server: s.Name, Fields: s.fields(about), RequestID: s.RequestID,
	}
	// WRITER and GUARD are a ring. Each box in it holds all that can be under way, so
	// neither ever waits for the other.
	guard.Inbox.Size, writer.Inbox.Size = s.Limits.Boxes(), s.Limits.Boxes()
	reader.Gone = parser.Gone
	way := s.way(router, guard, &writer.Inbox)

	g := &axon.Graph{
		Name: "connection",
		Parts: axon.Parts{
			{Name: "READER", Component: reader},
			{Name: "PARSER", Component: parser, Policy: once, Rest: true},
			{Name: "ROUTER", Component: router, Policy: again, Lazy: true, Rest: true},
			{Name: "GUARD", Component: guard, Policy: again, Lazy: true},
			{Name: "ERRORS", Component: errors, Policy: again, Lazy: true},
			{Name: "WRITER", Component: writer, Rest: true},
		},
		Links: axon.Links{
			// the way in
			axon.Link(&reader.Outbox, &parser.Inbox),
			axon.Link(&parser.Outbox, way.in),
			axon.Link(&parser.Continue, &writer.Inbox),
			axon.Link(&router.Outbox, way.out),
			// failures
			axon.Link(&parser.Failures, &guard.Inbox),
			axon.Link(&router.Failures, &guard.Inbox),
			axon.Back(&writer.Failures, &guard.Inbox),
			axon.Link(&guard.Failures, &errors.ErrorBoxes().Inbox),
			axon.Back(way.errors(&errors.ErrorBoxes().Outbox), &guard.Answers),
			axon.Link(&guard.Signal, &errors.ErrorBoxes().Control),
			axon.Link(&guard.Outbox, &writer.Inbox),
		},
	}
	hosts := way.hosts // the rest of the way is not needed any more
	reader.Free = func() bool {
		well := !guard.Spoke() && g.Faults() == 0 && (hosts == nil || hosts.Well())
		return parser.Free() && well && !s.renewal.stale(s)
	}
	if s.renewal != nil {
		s.renewal.watch(s, conn, reader, parser)
	}
	way.lay(g)
	mount(g, s.Mounts, s.Before, router, guard, way.out)
	if s.Log != nil {
		g.Links = append(g.Links, axon.Link(&writer.Log, s.Log))
	}
	return g
}

// mount adds the handlers to a graph, each with its filters:
//
//	ROUTER ─▶ before ─▶ ... ─▶ handler ─▶ after ─▶ ... ─▶ WRITER
//	                              └─▶ next ──▲
//
// before are the filters that lie before the router.
func mount(g *axon.Graph, mounts []Mount, before []Before, router *http1.Router, guard *http1.Guard, out *axon.Inbox[*http1.Response]) {
	filters := 0
	for _, m := range mounts {
		filters += len(m.Before) + len(m.After)
		if m.Next != nil {
			filters++
		}
	}
	g.Parts = slices.Grow(g.Parts, len(mounts)+filters) // paid for once per connection
	g.Links = slices.Grow(g.Links, 3*len(mounts)+3*filters+1)
	for _, m := range mounts {
		route := m.route()
		requests := router.Route(route)
		for _, stage := range m.Before {
			part := stage.Filter()
			f := part.RequestFilterBoxes()
			g.Parts = append(g.Parts, axon.Part{Name: stage.Name, Component: part, Policy: again, Lazy: true})
			g.Links = append(g.Links,
				axon.Link(requests, &f.Inbox),
				axon.Link(&f.Answers, out),
				axon.Link(&f.Failures, &guard.Inbox))
			requests = &f.Outbox
		}
		part := m.Handler()
		if a, ok := part.(http1.Allower); ok {
			router.Allow(route, a.Allow())
		}
		if r, ok := part.(http1.Redirector); ok {
			r.LeadBack(siteAgain(mounts, before, router, guard, out))
		}
		h := part.HandlerBoxes()
		g.Parts = append(g.Parts, axon.Part{Name: m.Name, Component: part, Policy: again, Lazy: true, Rest: m.Rest})
		g.Links = append(g.Links, axon.Link(requests, &h.Inbox))
		responses, failures := [2]*axon.Outbox[*http1.Response]{&h.Outbox}, [2]*axon.Outbox[*http1.Failure]{&h.Failures}
		if m.Next != nil {
			next := m.Next.Handler()
			n := next.HandlerBoxes()
			g.Parts = append(g.Parts, axon.Part{Name: m.Next.Name, Component: next, Policy: again, Lazy: true})
			if passer, ok := part.(http1.Passer); ok {
				g.Links = append(g.Links, axon.Link(passer.PassBox(), &n.Inbox))
			}
			responses[1], failures[1] = &n.Outbox, &n.Failures
		}
		m.after(g, responses[:], failures[:], guard, out)
	}
}

// after adds the filters that the responses from some outboxes pass on their way
// to the Writer. Failures go to the Guard, those from before a filter that takes
// them by way of it.
func (m *Mount) after(g *axon.Graph, responses []*axon.Outbox[*http1.Response], failures []*axon.Outbox[*http1.Failure], guard *http1.Guard, out *axon.Inbox[*http1.Response]) {
	for _, stage := range m.After {
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
	g.Links = gather(gather(g.Links, responses, out), failures, &guard.Inbox)
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

// route is the pattern of the mount's route.
func (m *Mount) route() string {
	pattern := m.Host + m.Path
	if m.Methods != nil {
		pattern = strings.Join(m.Methods, ",") + " " + pattern
	}
	return pattern
}

// The policies of a connection. One whose Reader or Writer fails is closed.
var (
	// A failure costs one request at most. A part that does nothing but fail is
	// given up.
	again = axon.Policy{Restarts: 100, Window: time.Second, Then: axon.StopPart}
	// A failure is the last request.
	once = axon.Policy{Then: axon.StopPart}
)
