package flow

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Balancer shares messages out among the outboxes that the graph names: each
// message goes to one of them. It is Kamaelia's TwoWayBalancer, for any number
// of ways.
//
//	T ──▶ [ Balancer ] ── outboxes[a] ──▶ T
//	            └──────── outboxes[b] ──▶ T
//
// Receivers take turns. One that has no room is passed over while another has some; if none
// has, the next in turn is waited for. One that has gone gets nothing more. It ends with its
// input, or when all receivers have gone.
type Balancer[T any] struct {
	axon.Base

	Inbox    axon.Inbox[T]    // what is shared out
	Outboxes axon.Outboxes[T] // the ways: Outboxes.Named("first")
}

var _ axon.Component = (*Balancer[int])(nil)

// Main implements axon.Component.
func (b *Balancer[T]) Main(ctx context.Context) error {
	var ways []*axon.Outbox[T]
	for i := range b.Outboxes.Len() {
		_, out := b.Outboxes.At(i)
		ways = append(ways, out)
	}
	turn := 0
	for v := range b.Inbox.All(ctx) {
		for {
			if len(ways) == 0 {
				return axon.ErrGone
			}
			i, err := b.send(ctx, ways, turn%len(ways), v)
			if err == nil {
				turn = i + 1
				break
			}
			if !errors.Is(err, axon.ErrGone) {
				return err
			}
			ways = append(ways[:i:i], ways[i+1:]...)
		}
	}
	return nil
}

// send sends a message by the first way with room, from one on, or waits for that one. It
// says which way it took, or found gone.
func (b *Balancer[T]) send(ctx context.Context, ways []*axon.Outbox[T], first int, v T) (int, error) {
	for k := range ways {
		i := (first + k) % len(ways)
		if err := ways[i].TrySend(v); err == nil || errors.Is(err, axon.ErrGone) {
			return i, err
		}
	}
	return first, ways[first].Send(ctx, v)
}
