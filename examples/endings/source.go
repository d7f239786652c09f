package main

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Source sends 1, 2, 3 ..., and then waits until it is told to end.
type Source struct {
	axon.Base

	// Most is the last number.
	Most int

	Outbox axon.Outbox[int] // the numbers

	end string
}

// Main implements axon.Component.
func (s *Source) Main(ctx context.Context) error {
	for n := 1; n <= s.Most; n++ {
		if err := s.Outbox.Send(ctx, n); err != nil {
			return err
		}
	}
	<-ctx.Done() // without an inbox, a finish ends the context, as a shutdown does
	s.end = "told"
	return nil
}
