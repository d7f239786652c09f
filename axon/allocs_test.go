//go:build !race

package axon_test

import (
	"context"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A message costs no memory: not where the receiver waits, nor where it has to be
// waited for, nor by TrySend, nor from a box that is tapped.
func TestMessagesAllocateNothing(t *testing.T) {
	for name, send := range map[string]func(ctx context.Context, b *body) error{
		"Send":    func(ctx context.Context, b *body) error { return b.Outbox.Send(ctx, 1) },
		"TrySend": func(_ context.Context, b *body) error { return b.Outbox.TrySend(1) },
	} {
		for _, tapped := range []bool{false, true} {
			got := -1.0
			ping := &body{main: func(ctx context.Context, b *body) error {
				got = testing.AllocsPerRun(1000, func() {
					if err := send(ctx, b); err != nil {
						t.Error(err)
					}
					if _, err := b.Inbox.Recv(ctx); err != nil {
						t.Error(err)
					}
				})
				return nil
			}}
			pong := &body{main: func(ctx context.Context, b *body) error {
				for v := range b.Inbox.All(ctx) {
					if err := b.Outbox.Send(ctx, v); err != nil {
						return err
					}
				}
				return nil
			}}
			ping.Inbox.Size, pong.Inbox.Size = 1, 1
			g := &axon.Graph{
				Name:  "ring",
				Parts: axon.Parts{{Name: "PING", Component: ping}, {Name: "PONG", Component: pong}},
				Links: axon.Links{axon.Link(&ping.Outbox, &pong.Inbox), axon.Back(&pong.Outbox, &ping.Inbox)},
			}
			n := 0
			if tapped {
				ping.Outbox.Tap(func(int) { n++ })
			}
			if err := g.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got != 0 || tapped && n == 0 {
				t.Errorf("%s, tapped %v: %v allocations for a message there and back, %d heard by the tap", name, tapped, got, n)
			}
		}
	}
}
