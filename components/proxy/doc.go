// Package proxy answers requests by another server of HTTP, such as gunicorn, which
// runs on its own: a reverse proxy, or gateway (RFC 9110 section 3.7).
//
// An Upstream says where that server is; it is opened once, and shared by the
// Handlers of all connections. Its connections are those of net/http's Transport.
package proxy
