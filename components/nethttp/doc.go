// Package nethttp joins the graphs of this module and Go's own net/http, in both
// directions.
//
//   - A Handler is a part that answers its requests by a plain http.Handler.
//   - A Graph is a http.Handler that answers its requests by a graph of parts.
package nethttp
