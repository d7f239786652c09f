package axon_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// quitter returns after its first message, and passes on what is left.
type quitter struct {
	axon.Base
	Inbox  axon.Inbox[string]
	Outbox axon.Outbox[string]
	begin  chan struct{}
	panics bool
}

func (q *quitter) Main(ctx context.Context) error {
	<-q.begin
	_, err := q.Inbox.Recv(ctx)
	return err
}

func (q *quitter) Leave(ctx context.Context) {
	if q.panics {
		panic("leaving")
	}
	if s, ok := q.Inbox.InHand(); ok {
		_ = q.Outbox.Send(ctx, "in hand "+s)
	}
	for s := range q.Inbox.All(ctx) {
		_ = q.Outbox.Send(ctx, "left "+s)
	}
}

// A part that ends can see to what is left in its boxes.
func TestA4_LeaverTakesWhatIsLeft(t *testing.T) {
	for _, panics := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			q := &quitter{begin: make(chan struct{}), panics: panics}
			h := axontest.Run(t, q)
			axontest.Send(h, &q.Inbox, "a", "b", "c")
			close(q.begin)
			var want []string
			lost := 2
			if !panics {
				want, lost = []string{"in hand a", "left b", "left c"}, 0
			}
			if got := axontest.Rest(h, &q.Outbox); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			var f *axon.Fault
			if err := h.Wait(); panics != errors.As(err, &f) || panics && f.Panic != "leaving" {
				t.Errorf("made known was %v", err)
			}
			if h.Left() != lost {
				t.Errorf("%d messages lost, want %d", h.Left(), lost)
			}
		})
	}
}

// eager sends until nobody takes it any more.
type eager struct{ Outbox axon.Outbox[int] }

func (e *eager) Main(ctx context.Context) error {
	for i := 0; ; i++ {
		if err := e.Outbox.Send(ctx, i); err != nil {
			return err
		}
	}
}

// few takes some messages and returns.
type few struct {
	n     int
	Inbox axon.Inbox[int] `axon:"size=64"`
}

func (f *few) Main(ctx context.Context) error {
	for range f.n {
		if _, err := f.Inbox.Recv(ctx); err != nil {
			return err
		}
	}
	return nil
}

// brief sends one message and returns.
type brief struct{ Outbox axon.Outbox[int] }

func (b *brief) Main(ctx context.Context) error { return b.Outbox.Send(ctx, -1) }

// A receiver that returns while one sender finishes and another one sends: the
// box is closed behind the last of them.
func TestA4_LeavingMeetsFinishing(t *testing.T) {
	for i := range 200 {
		a, b, c, to := &eager{}, &brief{}, &eager{}, &few{n: i % 7}
		g := &axon.Graph{
			Name:  "leaving",
			Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}, {Name: "C", Component: c}, {Name: "TO", Component: to}},
			Links: axon.Links{axon.Link(&a.Outbox, &to.Inbox), axon.Link(&b.Outbox, &to.Inbox), axon.Link(&c.Outbox, &to.Inbox)},
		}
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
