// Package http1 serves HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112) with components,
// which a graph wires for each connection:
//
//	socket ─▶ READER ─▶ Parser ─▶ Router ─▶ handlers ─▶ Writer ─▶ socket
//	                      │         │          │          ▲
//	                      └─────────┴─ failures┴─▶ Guard ─┘
//	                                              ▲  │
//	                                              └ error component
//
// A Parser makes Requests of what the socket says, a Router sends each to a handler,
// a handler answers it with one Response or one Failure, and the Writer sends the
// answers in the order of the requests. Every Failure goes to the error component;
// the Guard before it answers if that fails.
//
// To write a handler, embed Handler, or set the Func of a HandlerFunc. To write an
// error component, embed ErrorHandler; for a stage before or behind a handler, embed
// RequestFilter or ResponseFilter, or use RequestFilterFunc or ResponseFilterFunc.
// Package pipelines puts them into a server; README.md describes the process model,
// one request and one failure step by step, and what is done of each section of RFC
// 9112.
package http1
