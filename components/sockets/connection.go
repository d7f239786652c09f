package sockets

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Connection is a stream connection as a component: Kamaelia's ConnectedSocketAdapter,
// and its TCPClient.
//
//	[]byte ──▶ [ SEND ]    ─▶ socket
//	[]byte ◀── [ RECEIVE ] ◀─
//
// The halves end by themselves: when the inbox has finished, the peer is told so and may
// still answer; when the peer has finished, the outbox has, and what comes still goes
// out. When both have, the connection is closed. After a finish the peer is read as long
// as it says something; a shutdown closes at once.
type Connection struct {
	axon.Graph
	axon.Base

	Inbox    axon.Inbox[[]byte]               `axon:"optional"` // what is sent; it is not changed, so slices may be shared
	Outbox   axon.Outbox[[]byte]              `axon:"optional"` // what the peer sends; each slice is the receiver's own
	StartTLS axon.Inbox[StartTLS]             `axon:"optional"` // makes the connection secure: Kamaelia's makessl
	Secured  axon.Outbox[tls.ConnectionState] `axon:"optional"` // it is: sslready. What came in plain text before must not be trusted
	Closed   axon.Outbox[error]               `axon:"optional"` // once, why the peer sends no more: io.EOF is the usual end
}

// Times bound how long a connection waits. The zero value has useful times.
type Times struct {
	// Stall is how long the peer may take nothing of what is sent; 0 means 30 seconds,
	// a negative time no limit.
	Stall time.Duration

	// Linger is how long to go on reading when nobody wants what comes, so that what was
	// sent last is not lost to a reset; 0 means 2 seconds.
	Linger time.Duration

	// Silence is how long the peer may say nothing after a finish before its answer is
	// given up; 0 means 30 seconds. A ServerCore does not wait for its clients.
	Silence time.Duration
}

var _ axon.Component = (*Connection)(nil)

// NewConnection returns a Connection of a net.Conn, which it closes in the end.
func NewConnection(conn net.Conn, t Times) *Connection {
	return newConnection(newStream(conn, nil, t), t.Silence)
}

func newConnection(st *stream, silence time.Duration) *Connection {
	if st.silence = silence; silence <= 0 {
		st.silence = 30 * time.Second
	}
	c, s, r := &Connection{}, &sender{stream: st}, &receiver{stream: st}
	c.Name = "connection"
	c.Parts = axon.Parts{{Name: "RECEIVE", Component: r}, {Name: "SEND", Component: s}}
	c.Links = axon.Links{
		axon.ExposeIn(&c.Inbox, &s.Inbox),
		axon.ExposeIn(&c.StartTLS, &s.StartTLS),
		axon.ExposeOut(&r.Outbox, &c.Outbox),
		axon.ExposeOut(&r.Secured, &c.Secured),
		axon.ExposeOut(&r.Closed, &c.Closed),
	}
	c.OnEnd(func(error) { st.close() })
	return c
}

// Main implements axon.Component.
func (c *Connection) Main(ctx context.Context) error { return c.Graph.Main(ctx) }
