package udp

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// A Datagram is what was sent, and the other side: where it came from or is to go.
type Datagram struct {
	Data []byte
	Peer netip.AddrPort
}

// Largest is how many bytes a datagram can carry.
const Largest = 65_507

// socket is what a peer's two halves share.
type socket struct {
	in, out *net.UDPConn // the same, but for multicast
	linger  time.Duration

	mu   sync.Mutex
	done time.Time // when nothing more is to be read; zero is not known
}

// open opens a socket of an address, such as ":0" or "127.0.0.1:9000".
func open(local string) (*net.UDPConn, error) {
	a, err := net.ResolveUDPAddr("udp", local)
	if err != nil {
		return nil, fmt.Errorf("udp: %w", err)
	}
	c, err := net.ListenUDP("udp", a)
	if err != nil {
		return nil, fmt.Errorf("udp: %w", err)
	}
	return c, nil
}

// resolve finds the address of a peer, "" for none.
func resolve(remote string) (netip.AddrPort, error) {
	if remote == "" {
		return netip.AddrPort{}, nil
	}
	a, err := net.ResolveUDPAddr("udp", remote)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("udp: %w", err)
	}
	return plain(a.AddrPort()), nil
}

// plain is an address without IPv6's way to write IPv4.
func plain(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

// stop ends the reading, after a while, unless that is to end before.
func (s *socket) stop(after time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if end := time.Now().Add(after); s.done.IsZero() || end.Before(s.done) {
		s.done = end
		_ = s.in.SetReadDeadline(end)
	}
}

func (s *socket) stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.done.IsZero()
}

func (s *socket) close() {
	_ = s.in.Close()
	_ = s.out.Close()
}
