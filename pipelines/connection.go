// Package pipelines has ready-made graphs. Each is one literal, to be used as it
// is, or to be copied and rewired.
package pipelines

import (
	"net"
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
//
// A Listener's connections make the handlers that are not at / when they ask for
// them: their graph is the ROUTER's then, and not in this one.
func (s *Server) Connection(conn net.Conn) *axon.Graph { return s.connection(conn, nil, nil) }

// connection is Connection, whose graph may wait in a rota for another one, and makes
// some handlers later.
func (s *Server) connection(conn net.Conn, rota *tcp.Rota, later laters) *axon.Graph {
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
	way := s.way(router, guard, &writer.Inbox, later)

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
		well := !guard.Spoke() && g.Faults() == 0 && router.Well() && (hosts == nil || hosts.Well())
		return parser.Free() && well && !s.renewal.stale(s)
	}
	if s.renewal != nil {
		s.renewal.watch(s, conn, reader, parser)
	}
	way.lay(g)
	(&handlers{s.Mounts, s.Before, later, router, guard, way.out}).lay(g)
	if s.Log != nil {
		g.Links = append(g.Links, axon.Link(&writer.Log, s.Log))
	}
	return g
}

// The policies of a connection. One whose Reader or Writer fails is closed.
var (
	// A failure costs one request at most. A part that does nothing but fail is
	// given up.
	again = axon.Policy{Restarts: 100, Window: time.Second, Then: axon.StopPart}
	// A failure is the last request.
	once = axon.Policy{Then: axon.StopPart}
)
