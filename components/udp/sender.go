package udp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"github.com/kamaelia-go/kamaelia/axon"
)

// sender is the half of a peer that writes.
//
//	T ──▶ [ sender ] ─▶ socket
//	target ──▶
//
// A message without an address, when there is no target yet, is dropped. It ends with
// its input, and the peer with it.
type sender[T any] struct {
	socket  *socket
	address func(T) ([]byte, netip.AddrPort)
	to      netip.AddrPort // unless a message says otherwise

	Inbox  axon.Inbox[T]              `axon:"optional"` // what is sent
	Target axon.Inbox[netip.AddrPort] `axon:"optional"` // where to from now on
}

var _ axon.Component = (*sender[int])(nil)

// Main implements axon.Component.
func (s *sender[T]) Main(ctx context.Context) error {
	if !s.Inbox.Linked() {
		return nil // the peer only listens
	}
	defer s.socket.stop(s.socket.linger)
	target := s.Target.C()
	for {
		select {
		case v, ok := <-s.Inbox.C():
			if !ok {
				return nil
			}
			for n := s.Target.Len(); n > 0 && target != nil; n-- { // it was said before
				s.to = plain(<-target)
			}
			if err := s.send(v); err != nil && ctx.Err() == nil {
				return fmt.Errorf("udp: %w", err)
			}
		case to, ok := <-target:
			if !ok {
				target = nil // it stays as it is
				continue
			}
			s.to = plain(to)
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *sender[T]) send(v T) error {
	data, to := s.address(v)
	if !to.IsValid() {
		if to = s.to; !to.IsValid() {
			return nil
		}
	}
	if _, err := s.socket.out.WriteToUDPAddrPort(data, to); err != nil && !refused(err) {
		return err
	}
	return nil
}

// refused reports whether an error tells of a datagram that came to nobody, or that the
// kernel had no room for: it is lost then, as others are on their way.
func refused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOBUFS)
}
