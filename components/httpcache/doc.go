// Package httpcache keeps responses of a handler, and answers later requests with
// them: a shared cache as RFC 9111 has it, in front of the handler.
//
//	ROUTER ─▶ [ Lookup ] ─▶ handler ─▶ [ Keeper ] ─▶ Writer
//	               ├─ answers ─▶ Writer    ▲
//	               └──────── Store ────────┘
//
// A [Store] is what all connections have in common: the responses that are kept,
// within a bound. A [Lookup] is a filter of requests that answers those that the
// Store has a response for. A [Keeper] is a filter of responses that keeps what may
// be kept. They come in pairs.
package httpcache
