package sockets

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// A Server says how a ServerCore serves.
type Server struct {
	// Address is where it listens: host:port for IPv4 and IPv6, unix:PATH, or another
	// form of tcp.Address. ":0" is a free port.
	Address string

	// Protocol makes the component for a connection. It has an inbox of []byte for what
	// the client sends, and an outbox of []byte for what is sent to it; either may be
	// missing. With an outbox ServerSignal of axon.Signal it may end the whole server.
	// An error closes the connection.
	Protocol func(*Peer) (axon.Component, error)

	// TLS, if set, makes each connection secure from its start. See secure.Certificates.
	TLS *tls.Config

	// Handshake is how long that may take; 0 means 10 seconds.
	Handshake time.Duration

	// Most is how many connections may be open at once, Each how many of one address.
	// One too many waits in the kernel's queue. 0 means 10,000 in all, and no limit for
	// one address; a negative number, no limit.
	Most, Each int

	Times
}

// A Peer tells a protocol who is at the other end.
type Peer struct {
	Remote, Local net.Addr
	TLS           *tls.ConnectionState // nil if the connection is not secure
}

// ServerCore runs a protocol component for each connection.
//
//	socket ─▶ [ LISTENER ] ══▶ RECEIVE ─▶ PROTOCOL ─▶ SEND   for each connection
//
// When the client has finished sending, the protocol's inbox finishes; it may still
// answer. When the protocol has ended, what it has sent goes out and the connection is
// closed. A protocol that fails costs its own connection alone, and Failures tells of
// it. A finish accepts no more, lets all inboxes of protocols finish, and ends when they
// have; a shutdown closes all.
type ServerCore struct {
	axon.Graph
	axon.Base

	Failures axon.Outbox[error] `axon:"optional"` // what went wrong with accepting, or with one connection

	server Server
	socket net.Listener
	quota  *tcp.Quota

	mu   sync.Mutex
	run  *axon.Running
	told axon.SignalKind // by a protocol
}

var _ axon.Component = (*ServerCore)(nil)

// NewServer opens the socket and returns a ServerCore for it, which closes the socket in
// the end. If it is not run, Close does.
func NewServer(s Server) (*ServerCore, error) {
	if s.Protocol == nil {
		return nil, errors.New("sockets: a Server needs a Protocol")
	}
	socket, err := tcp.Listen(s.Address)
	if err != nil {
		return nil, fmt.Errorf("sockets: %w", err)
	}
	if s.Most == 0 {
		s.Most = 10_000
	}
	c := &ServerCore{server: s, socket: socket, quota: &tcp.Quota{Most: max(s.Most, 0), Each: max(s.Each, 0)}}
	l := &tcp.Listener{Socket: socket, Quota: c.quota, Connection: c.accepted}
	c.Name = "server " + s.Address
	c.Parts = axon.Parts{{Name: "LISTENER", Component: l}}
	c.Links = axon.Links{axon.ExposeOut(&l.Failures, &c.Failures)}
	return c, nil
}

// Addr returns the address that the server listens on.
func (c *ServerCore) Addr() net.Addr { return c.socket.Addr() }

// Usage tells how many connections there are, and were.
func (c *ServerCore) Usage() tcp.Usage { return c.quota.Usage() }

// Close closes the socket of a ServerCore that is not run.
func (c *ServerCore) Close() error { return c.socket.Close() }

// Main implements axon.Component.
func (c *ServerCore) Main(ctx context.Context) error {
	run, err := axon.Spawn(ctx, &c.Graph)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.run = run
	told := c.told
	c.mu.Unlock()
	c.end(run, told)
	<-run.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.told == axon.Shutdown {
		return nil // as it was told
	}
	return run.Wait(context.Background())
}

// tell is called when a protocol wants the server to end.
func (c *ServerCore) tell(s axon.Signal) {
	c.mu.Lock()
	c.told = max(c.told, s.Kind)
	run := c.run
	c.mu.Unlock()
	if run != nil {
		c.end(run, s.Kind)
	}
}

func (c *ServerCore) end(run *axon.Running, k axon.SignalKind) {
	switch k {
	case axon.Finish:
		run.Finish()
	case axon.Shutdown:
		run.Stop(axon.ErrShutdown)
	}
}

// accepted makes the graph for a connection, or first that of its handshake.
func (c *ServerCore) accepted(conn net.Conn) (*axon.Graph, error) {
	peer := &Peer{Remote: conn.RemoteAddr(), Local: conn.LocalAddr()}
	if c.server.TLS == nil {
		return c.connection(conn, peer)
	}
	shake := &secure.Handshake{
		Conn: conn, Config: c.server.TLS, Time: c.server.Handshake, Stall: c.server.Stall,
		Connection: func(conn *secure.Conn, _ string) (*axon.Graph, error) {
			state := conn.ConnectionState()
			peer.TLS = &state
			return c.connection(conn, peer)
		},
	}
	return &axon.Graph{Name: "connection", Parts: axon.Parts{{Name: "HANDSHAKE", Component: shake}}}, nil
}

// connection makes the graph of a connection with its protocol.
func (c *ServerCore) connection(conn net.Conn, peer *Peer) (*axon.Graph, error) {
	protocol, err := c.server.Protocol(peer)
	if err != nil {
		return nil, err
	}
	if protocol == nil {
		return nil, errors.New("sockets: there is no protocol for it")
	}
	st := newStream(conn, nil, c.server.Times)
	r, s, p := &receiver{stream: st}, &sender{stream: st}, axon.Pipeline(protocol)
	p.OnEnd(func(error) { st.leave(st.linger) }) // nobody wants what comes
	g := &axon.Graph{
		Name:  "connection",
		Parts: axon.Parts{{Name: "RECEIVE", Component: r}, {Name: "PROTOCOL", Component: p}, {Name: "SEND", Component: s}},
	}
	if axon.CheckInterface(protocol, []string{"inbox"}, nil) == nil {
		g.Links = append(g.Links, axon.Link(&r.Outbox, axon.InboxOf[[]byte](protocol, "inbox")))
	}
	if axon.CheckInterface(protocol, nil, []string{"outbox"}) == nil {
		g.Links = append(g.Links, axon.Link(axon.OutboxOf[[]byte](protocol, "outbox"), &s.Inbox))
	} else {
		g.Links = append(g.Links, axon.NoInput(&s.Inbox))
	}
	if axon.CheckInterface(protocol, []string{"secured"}, []string{"startTLS"}) == nil {
		g.Links = append(g.Links, axon.Link(axon.OutboxOf[StartTLS](protocol, "startTLS"), &s.StartTLS),
			axon.Link(&r.Secured, axon.InboxOf[tls.ConnectionState](protocol, "secured")))
	}
	if axon.CheckInterface(protocol, nil, []string{"serverSignal"}) == nil {
		relay := &serverSignal{tell: c.tell}
		g.Parts = append(g.Parts, axon.Part{Name: "SERVERSIGNAL", Component: relay, Lazy: true})
		g.Links = append(g.Links, axon.Link(axon.OutboxOf[axon.Signal](protocol, "serverSignal"), &relay.Inbox))
	}
	return g, nil
}
