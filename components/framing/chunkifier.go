package framing

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Chunkifier turns bytes into chunks of one size, however they are cut: for
// files and devices with blocks.
//
//	[]byte ──▶ [ Chunkifier ] ──▶ []byte, all of one size
//
// It ends with its input; the last chunk may be shorter. A MaxSizePacketiser cuts without
// waiting for a chunk to be full.
type Chunkifier struct {
	axon.Base

	// Size is how many bytes a chunk has; 0 means 4096.
	Size int

	Inbox  axon.Inbox[[]byte]  // bytes of a stream
	Outbox axon.Outbox[[]byte] // the chunks; each is the receiver's own
}

var _ axon.Component = (*Chunkifier)(nil)

// Main implements axon.Component.
func (c *Chunkifier) Main(ctx context.Context) error {
	size := c.Size
	if size <= 0 {
		size = 4096
	}
	var chunk []byte
	for {
		b, err := c.Inbox.Recv(ctx)
		if errors.Is(err, axon.ErrFinished) && len(chunk) > 0 {
			return c.Outbox.Send(ctx, chunk)
		}
		if err != nil {
			return err
		}
		for len(b) > 0 {
			if chunk == nil {
				chunk = make([]byte, 0, size)
			}
			n := min(size-len(chunk), len(b))
			chunk, b = append(chunk, b[:n]...), b[n:]
			if len(chunk) < size {
				continue
			}
			if err := c.Outbox.Send(ctx, chunk); err != nil {
				return err
			}
			chunk = nil
		}
	}
}
