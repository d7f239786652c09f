// Package fastcgi answers requests by programs that speak FastCGI 1.0, in the role
// of a Responder: php-fpm, and others that run on their own.
//
// An Upstream says where the program is; it is opened once, and shared by the
// Handlers of all connections, and so are the connections to the program.
package fastcgi
