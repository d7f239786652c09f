package udp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

// receiver is the half of a peer that reads.
//
//	socket ─▶ [ receiver ] ──▶ Datagram
//
// While its receiver is slow, the kernel drops datagrams. It ends when it is told to.
type receiver struct {
	socket *socket
	sends  func() bool // whether the other half has something to send, and says when to end

	Outbox axon.Outbox[Datagram] `axon:"optional"` // what comes; Data is the receiver's own
}

var (
	_ axon.Component   = (*receiver)(nil)
	_ axon.Finisher    = (*receiver)(nil)
	_ axon.Interrupter = (*receiver)(nil)
)

// Finish ends the reading, if nothing is sent. The half that sends is told to finish,
// too, and the answer to its last word is still to come.
func (r *receiver) Finish() {
	if !r.sends() {
		r.socket.stop(0)
	}
}

// Interrupt ends the reading.
func (r *receiver) Interrupt() { r.socket.stop(0) }

// Main implements axon.Component.
func (r *receiver) Main(ctx context.Context) error {
	buf := make([]byte, 64<<10)
	for {
		n, from, err := r.socket.in.ReadFromUDPAddrPort(buf)
		switch {
		case err == nil:
			if err := r.Outbox.Send(ctx, Datagram{bytes.Clone(buf[:n]), plain(from)}); err != nil {
				return err
			}
		case errors.Is(err, os.ErrDeadlineExceeded) && r.socket.stopped(), errors.Is(err, net.ErrClosed):
			return nil
		case ctx.Err() != nil:
			return nil
		case refused(err): // an earlier datagram came to nobody
		default:
			return fmt.Errorf("udp: %w", err)
		}
	}
}
