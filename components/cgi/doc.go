// Package cgi answers requests by programs: the Common Gateway Interface 1.1
// (RFC 3875), with each script as a graph that is supervised.
//
// A Dir says where the scripts are and how they run; it is opened once, and shared
// by the Handlers of all connections.
package cgi
