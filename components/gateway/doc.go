// Package gateway has what the gateway protocols share: CGI (RFC 3875), FastCGI,
// SCGI and uwsgi. All of them tell a program of a request by the same variables,
// and get an answer that begins with much the same kind of head.
//
// Variables makes the variables, Bodies sees to a body's length, a Gate bounds
// how many programs are asked at once, and an Answer makes a response of what a
// program says. An Upstream is a program that is reached by a socket, and the
// component Handler asks it, by a Protocol.
package gateway
