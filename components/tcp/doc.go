// Package tcp has the components at the two ends of a stream connection, and the
// one that accepts connections. They serve Unix sockets, and anything else that
// is a net.Conn, as well.
package tcp
