package proxy

import (
	"context"
	"net"
)

// A wire is a connection to the Upstream that tells when it was closed on this side,
// as the Transport does when the other one has.
type wire struct {
	net.Conn
	closed context.Context
	close  context.CancelFunc
}

func newWire(conn net.Conn) *wire {
	closed, end := context.WithCancel(context.Background())
	return &wire{conn, closed, end}
}

// Close implements net.Conn.
func (w *wire) Close() error {
	w.close()
	return w.Conn.Close()
}
