package sockets

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"
)

// A Target says where a client connects to.
type Target struct {
	// Address is host:port, or unix:PATH.
	Address string

	// TLS, if set, makes the connection secure before anything is sent. Its
	// ServerName is the host unless it says otherwise.
	TLS *tls.Config

	// Delay is how long to wait before connecting; 0 means not at all.
	Delay time.Duration

	// Timeout is how long connecting may take, with the handshake; 0 means 60 seconds.
	Timeout time.Duration

	Times
}

// TCPClient returns a Connection that connects when it is run. That it can not is its
// failure; run again by a policy, it fails again, since a graph runs once: to connect
// anew use a Carousel.
func TCPClient(t Target) *Connection {
	if t.Timeout == 0 {
		t.Timeout = time.Minute
	}
	return newConnection(newStream(nil, t.dial, t.Times), t.Silence)
}

func (t Target) dial(ctx context.Context) (net.Conn, error) {
	if t.Delay > 0 {
		select {
		case <-time.After(t.Delay):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.Timeout, fmt.Errorf("%s: no connection after %v", t.Address, t.Timeout))
	defer cancel()
	network, address := "tcp", t.Address
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
	}
	if t.TLS != nil {
		return (&tls.Dialer{Config: t.TLS}).DialContext(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}
