package framing

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// MaxSizePacketiser cuts messages into pieces of a largest size, for datagrams.
//
//	[]byte ──▶ [ MaxSizePacketiser ] ──▶ []byte of at most Largest bytes
//
// Pieces are not joined: a short message is a short piece. It ends with its input.
type MaxSizePacketiser struct {
	axon.Base

	// Largest is how many bytes a piece may have; 0 means 1,000.
	Largest int

	Inbox  axon.Inbox[[]byte]  // messages; they belong to the receivers of the pieces
	Outbox axon.Outbox[[]byte] // their pieces, in order
}

var _ axon.Component = (*MaxSizePacketiser)(nil)

// Main implements axon.Component.
func (p *MaxSizePacketiser) Main(ctx context.Context) error {
	largest := p.Largest
	if largest <= 0 {
		largest = 1000
	}
	for b := range p.Inbox.All(ctx) {
		for len(b) > largest {
			if err := p.Outbox.Send(ctx, b[:largest:largest]); err != nil {
				return err
			}
			b = b[largest:]
		}
		if err := p.Outbox.Send(ctx, b); err != nil {
			return err
		}
	}
	return nil
}
