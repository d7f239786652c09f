package flow

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Sync waits for some messages and passes on the first of them, again and again:
// so one of several that say the same stands for all. It is Kamaelia's Sync.
//
//	T ──▶ [ Sync ] ──▶ T, one of N
//
// It ends with its input; messages that are too few for another one are dropped then.
type Sync[T any] struct {
	axon.Base

	// N is how many messages it waits for; 0 means 2.
	N int

	Inbox  axon.Inbox[T]  // what comes, N at a time, from one sender or several
	Outbox axon.Outbox[T] // the first of each N, when the last of them is there
}

var _ axon.Component = (*Sync[int])(nil)

// Main implements axon.Component.
func (s *Sync[T]) Main(ctx context.Context) error {
	n := s.N
	if n <= 0 {
		n = 2
	}
	var first T
	there := 0
	for v := range s.Inbox.All(ctx) {
		if there++; there == 1 {
			first = v
		}
		if there < n {
			continue
		}
		there = 0
		if err := s.Outbox.Send(ctx, first); err != nil {
			return err
		}
	}
	return nil
}
