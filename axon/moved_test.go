package axon_test

import (
	"context"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
)

// relay sends what it is told to, and moves its link after the first message.
type relay struct {
	Outbox axon.Outbox[int]
	Move   func() error
}

func (r *relay) Main(ctx context.Context) error {
	for i := range 4 {
		if err := r.Outbox.Send(ctx, i); err != nil {
			return err
		}
		if err := r.Move(); err != nil {
			return err
		}
	}
	return nil
}

type count struct {
	Inbox axon.Inbox[int]
	got   int
}

func (c *count) Main(ctx context.Context) error {
	for range c.Inbox.All(ctx) {
		c.got++
	}
	return nil
}

// An inbox whose only link was moved away finishes with the sender that left it:
// nobody else could, and its part would wait for ever.
func TestA7_AnInboxThatWasLeftFinishesWithItsSender(t *testing.T) {
	for _, tc := range []struct {
		name string
		move func(r *relay, a, b *count) error
		a, b int
	}{
		{"away for good", func(r *relay, _, b *count) error { return axon.Move(&r.Outbox, &b.Inbox) }, 1, 3},
		{"away and back", func(r *relay, a, b *count) error {
			if err := axon.Move(&r.Outbox, &b.Inbox); err != nil {
				return err
			}
			return axon.Move(&r.Outbox, &a.Inbox)
		}, 4, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, a, b := &relay{}, &count{}, &count{}
			r.Move = func() error { return tc.move(r, a, b) }
			g := &axon.Graph{
				Name:  "moves",
				Parts: axon.Parts{{Name: "R", Component: r}, {Name: "A", Component: a}, {Name: "B", Component: b}},
				Links: axon.Links{axon.Link(&r.Outbox, &a.Inbox), axon.Shared(&b.Inbox, r)},
			}
			if err := g.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if a.got != tc.a || b.got != tc.b {
				t.Errorf("A got %d and B %d messages, want %d and %d", a.got, b.got, tc.a, tc.b)
			}
		})
	}
}
