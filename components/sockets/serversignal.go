package sockets

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// serverSignal takes what a protocol wants of its server.
//
//	axon.Signal ──▶ [ serverSignal ] ─▶ ServerCore
//
// It ends with the protocol.
type serverSignal struct {
	tell func(axon.Signal)

	Inbox axon.Inbox[axon.Signal] // how the server shall end
}

var _ axon.Component = (*serverSignal)(nil)

// Main implements axon.Component.
func (s *serverSignal) Main(ctx context.Context) error {
	for sig := range s.Inbox.All(ctx) {
		s.tell(sig)
	}
	return nil
}
