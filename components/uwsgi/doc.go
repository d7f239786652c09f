// Package uwsgi has the uwsgi protocol, by which uWSGI is asked for the answers of
// applications: a gateway.Handler with its Protocol answers requests so.
//
// An Upstream says where the program is; it is opened once, and shared by the
// Handlers of all connections.
package uwsgi
