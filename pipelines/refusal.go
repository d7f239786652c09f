package pipelines

import (
	"net"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// What a client is told, and how long it may take, when there is no room for its
// connection.
const (
	retryAfter  = 10 * time.Second
	refusalTime = 2 * time.Second
)

// Refusal is the graph of a connection for which there is no room: a 503 from the
// error component, with Retry-After. A client that says nothing for 2 seconds
// gets none.
//
//	socket ─▶ READER ─▶ REFUSAL ─ failures ─▶ GUARD ─▶ WRITER ─▶ socket
//	                                           ▲  │
//	                                           └ ERRORS
func (s *Server) Refusal(conn net.Conn) (*axon.Graph, error) {
	return s.refuse(conn, &http1.Refusal{RetryAfter: retryAfter}), nil
}

// refuse is the graph of a connection that a Refusal answers, with the error component of
// the Server of now.
func (s *Server) refuse(conn net.Conn, refusal *http1.Refusal) *axon.Graph {
	return s.made(func(now *Server) *axon.Graph { return now.refused(conn, refusal) })
}

func (s *Server) refused(conn net.Conn, refusal *http1.Refusal) *axon.Graph {
	flight := new(http1.Flight)
	about := http1.NewConn(conn)
	refusal.Conn, refusal.Flight, refusal.Clock = about, flight, s.Log != nil
	limits := s.Limits
	limits.Stall = refusalTime

	reader := &tcp.Reader{Conn: conn, First: refusalTime, Gone: about.End}
	guard, errors := &http1.Guard{Patience: s.Patience}, s.errors()
	writer := &http1.Writer{Conn: conn, Flight: flight, Limits: limits, Server: s.Name}

	g := &axon.Graph{
		Name: "refusal",
		Parts: axon.Parts{
			{Name: "READER", Component: reader},
			{Name: "REFUSAL", Component: refusal},
			{Name: "GUARD", Component: guard, Policy: again, Lazy: true},
			{Name: "ERRORS", Component: errors, Policy: again, Lazy: true},
			{Name: "WRITER", Component: writer},
		},
		Links: axon.Links{
			axon.Link(&reader.Outbox, &refusal.Inbox),
			// failures
			axon.Link(&refusal.Failures, &guard.Inbox),
			axon.Back(&writer.Failures, &guard.Inbox),
			axon.Link(&guard.Failures, &errors.ErrorBoxes().Inbox),
			axon.Back(&errors.ErrorBoxes().Outbox, &guard.Answers),
			axon.Link(&guard.Signal, &errors.ErrorBoxes().Control),
			axon.Link(&guard.Outbox, &writer.Inbox),
		},
	}
	if s.Log != nil {
		g.Links = append(g.Links, axon.Link(&writer.Log, s.Log))
	}
	return g
}
