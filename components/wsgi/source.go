package wsgi

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// source is the part that gives a worker its program.
//
//	[ source ] ──▶ []byte
//
// It ends when it has.
type source struct {
	axon.Base

	program []byte

	// Outbox carries the program, in one piece.
	Outbox axon.Outbox[[]byte]
}

var _ axon.Component = (*source)(nil)

// Main implements axon.Component.
func (s *source) Main(ctx context.Context) error { return s.Outbox.Send(ctx, s.program) }
