// Package tcp has the component that accepts stream connections and runs a graph for
// each, and the one that reads them; writing is left to the protocol, such as package
// http1. They serve TCP, Unix sockets, and anything else that is a net.Conn.
package tcp
