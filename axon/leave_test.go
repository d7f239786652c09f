package axon_test

import (
	"context"
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
			if err := h.Wait(); err != nil {
				t.Error(err)
			}
			if h.Left() != lost {
				t.Errorf("%d messages lost, want %d", h.Left(), lost)
			}
		})
	}
}
