package main

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

var errBad = errors.New("endings: a bad number")

// Stage passes numbers on, and remembers them.
//
//	int ──▶ [ Stage ] ──▶ int
//
// It ends with its input, or fails.
type Stage struct {
	axon.Base

	// Bad is a number to fail on; 0 means none.
	Bad int

	// Came, if set, is told of each number.
	Came chan int

	Inbox  axon.Inbox[int]  // numbers
	Outbox axon.Outbox[int] // the same

	got []int
	end string
}

// Main implements axon.Component.
func (s *Stage) Main(ctx context.Context) error {
	for n := range s.Inbox.All(ctx) {
		if s.Came != nil {
			select {
			case s.Came <- n:
			default:
			}
		}
		if s.Bad != 0 && n == s.Bad {
			s.end = "failed"
			return errBad
		}
		s.got = append(s.got, n)
		if err := s.Outbox.Send(ctx, n); err != nil {
			return err
		}
	}
	s.end = "finished"
	if ctx.Err() != nil {
		s.end = "shut down"
	}
	return nil
}
