package main

import (
	"net"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// connection is pipelines.Server.Connection, copied and rewired: one handler, no
// router, and our own error component in the place of ERRORS.
//
//	socket ─▶ READER ─▶ PARSER ─▶ DRINKS ─▶ WRITER ─▶ socket
//	                       │         │         ▲
//	                       └─ failures ─▶ GUARD ⇄ ERRORS
func connection(conn net.Conn) *axon.Graph {
	flight := new(http1.Flight) // the order of the requests

	reader := &tcp.Reader{Conn: conn, First: 10 * time.Second} // for the first byte
	parser := &http1.Parser{Conn: &http1.Conn{Remote: conn.RemoteAddr()}, Socket: reader, Flight: flight}
	drinks := &http1.HandlerFunc{Func: drinks}
	guard, errors := &http1.Guard{}, &JSONErrors{}
	writer := &http1.Writer{Conn: conn, Flight: flight}

	again := axon.Policy{Restarts: 100, Window: time.Second, Then: axon.StopPart} // a panic costs one request
	return &axon.Graph{
		Name: "connection",
		Parts: axon.Parts{
			{Name: "READER", Component: reader},
			{Name: "PARSER", Component: parser, Policy: axon.Policy{Then: axon.StopPart}},
			{Name: "DRINKS", Component: drinks, Policy: again, Lazy: true},
			{Name: "GUARD", Component: guard, Policy: again, Lazy: true},
			{Name: "ERRORS", Component: errors, Policy: again, Lazy: true},
			{Name: "WRITER", Component: writer},
		},
		Links: axon.Links{
			// the way of a request, and of its answer
			axon.Link(&reader.Outbox, &parser.Inbox),
			axon.Link(&parser.Outbox, &drinks.Inbox),
			axon.Link(&drinks.Outbox, &writer.Inbox),
			axon.Link(&parser.Continue, &writer.Inbox),
			// failures
			axon.Link(&parser.Failures, &guard.Inbox),
			axon.Link(&drinks.Failures, &guard.Inbox),
			axon.Back(&writer.Failures, &guard.Inbox),
			axon.Link(&guard.Failures, &errors.Inbox),
			axon.Back(&errors.Outbox, &guard.Answers),
			axon.Link(&guard.Signal, &errors.Control), // so that ERRORS ends, even if it hangs
			axon.Link(&guard.Outbox, &writer.Inbox),
		},
	}
}
