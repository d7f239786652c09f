package udp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Peer sends and receives datagrams. T is what it is given to send: []byte for a peer
// that has a Target, Datagram for one that is told with each.
//
//	T ──▶ [ SEND    ] ─▶ socket
//	target ──▶
//	Datagram ◀── [ RECEIVE ] ◀─
//
// When its input has finished it goes on listening for Linger, then it ends; a peer
// whose inbox is not linked listens until it is told to finish.
type Peer[T any] struct {
	axon.Graph
	axon.Base

	Inbox  axon.Inbox[T]              `axon:"optional"` // what is sent
	Target axon.Inbox[netip.AddrPort] `axon:"optional"` // where to from now on
	Outbox axon.Outbox[Datagram]      `axon:"optional"` // what comes

	socket *socket
}

var _ axon.Component = (*Peer[[]byte])(nil)

// Options say where a peer is.
type Options struct {
	// Local is the address it has; "" means a free port of all addresses.
	Local string

	// Remote is where it sends to, as long as nothing else is said.
	Remote string

	// Linger is how long it goes on listening when it has nothing more to send.
	Linger time.Duration
}

// SimplePeer opens a peer that sends to one address: Kamaelia's SimplePeer. With its
// box target it is the TargettedPeer, whose address can change.
func SimplePeer(o Options) (*Peer[[]byte], error) {
	conn, err := open(o.local())
	if err != nil {
		return nil, err
	}
	return bytesPeer(&socket{in: conn, out: conn, linger: o.Linger}, o.Remote)
}

// PostboxPeer opens a peer that is told with each message where it is to go: Kamaelia's
// PostboxPeer.
func PostboxPeer(o Options) (*Peer[Datagram], error) {
	conn, err := open(o.local())
	if err != nil {
		return nil, err
	}
	to, err := resolve(o.Remote)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	address := func(d Datagram) ([]byte, netip.AddrPort) { return d.Data, d.Peer }
	return newPeer(&socket{in: conn, out: conn, linger: o.Linger}, to, address), nil
}

// Multicast opens a peer that sends to a group of addresses, such as 224.1.2.3:9000, and
// receives what is sent to it, also by itself: Kamaelia's Multicast_transceiver. The
// interface may be nil. Remote is the group, and Local the address that it sends from.
func Multicast(o Options, i *net.Interface) (*Peer[[]byte], error) {
	group, err := net.ResolveUDPAddr("udp", o.Remote)
	if err != nil {
		return nil, fmt.Errorf("udp: %w", err)
	}
	in, err := net.ListenMulticastUDP("udp", i, group)
	if err != nil {
		return nil, fmt.Errorf("udp: %w", err)
	}
	out, err := open(o.local())
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	return bytesPeer(&socket{in: in, out: out, linger: o.Linger}, o.Remote)
}

func (o Options) local() string {
	if o.Local == "" {
		return ":0"
	}
	return o.Local
}

func bytesPeer(s *socket, remote string) (*Peer[[]byte], error) {
	to, err := resolve(remote)
	if err != nil {
		s.close()
		return nil, err
	}
	return newPeer(s, to, func(b []byte) ([]byte, netip.AddrPort) { return b, netip.AddrPort{} }), nil
}

func newPeer[T any](s *socket, to netip.AddrPort, address func(T) ([]byte, netip.AddrPort)) *Peer[T] {
	p, out := &Peer[T]{socket: s}, &sender[T]{socket: s, address: address, to: to}
	in := &receiver{socket: s, sends: out.Inbox.Linked}
	p.Name = "udp"
	p.Parts = axon.Parts{{Name: "RECEIVE", Component: in}, {Name: "SEND", Component: out}}
	p.Links = axon.Links{
		axon.ExposeIn(&p.Inbox, &out.Inbox),
		axon.ExposeIn(&p.Target, &out.Target),
		axon.ExposeOut(&in.Outbox, &p.Outbox),
	}
	p.OnEnd(func(error) { s.close() })
	return p
}

// Addr returns the address that the peer has.
func (p *Peer[T]) Addr() netip.AddrPort {
	return plain(p.socket.out.LocalAddr().(*net.UDPAddr).AddrPort())
}

// Close closes the socket of a peer that is not run.
func (p *Peer[T]) Close() { p.socket.close() }

// Main implements axon.Component.
func (p *Peer[T]) Main(ctx context.Context) error { return p.Graph.Main(ctx) }
