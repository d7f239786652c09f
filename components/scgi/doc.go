// Package scgi answers requests by programs that speak SCGI: uWSGI, and others
// that run on their own.
//
// An Upstream says where the program is; it is opened once, and shared by the
// Handlers of all connections.
package scgi
