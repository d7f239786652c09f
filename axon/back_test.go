package axon_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
)

// ring is a source, and two parts of which the second is linked back to the first.
type ring struct {
	*axon.Graph
	quit    chan struct{} // ends the source
	got     []int         // what came to Q
	late    error         // of Q's send after all
	s, p, q *body
}

func newRing() *ring {
	r := &ring{quit: make(chan struct{})}
	r.s = &body{main: func(ctx context.Context, b *body) error {
		if err := b.Outbox.Send(ctx, 3); err != nil {
			return err
		}
		<-r.quit
		return nil
	}}
	r.p = &body{main: func(ctx context.Context, b *body) error {
		for v := range b.Inbox.All(ctx) {
			if v == 0 {
				continue // it has been around often enough
			}
			if err := b.Outbox.Send(ctx, v-1); err != nil {
				return err
			}
		}
		return nil
	}}
	r.q = &body{main: func(ctx context.Context, b *body) error {
		for v := range b.Inbox.All(ctx) {
			r.got = append(r.got, v)
			if err := b.Outbox.Send(ctx, v); err != nil {
				return err
			}
		}
		r.late = b.Outbox.Send(ctx, 1)
		return r.late
	}}
	r.p.Inbox.Size = 4
	r.Graph = &axon.Graph{Name: "ring",
		Parts: axon.Parts{{Name: "S", Component: r.s}, {Name: "P", Component: r.p}, {Name: "Q", Component: r.q}},
		Links: axon.Links{axon.Link(&r.s.Outbox, &r.p.Inbox), axon.Link(&r.p.Outbox, &r.q.Inbox), axon.Back(&r.q.Outbox, &r.p.Inbox)}}
	return r
}

// A link back carries messages, and does not keep its inbox open: the finish of
// the source goes around the ring, and the sender behind the link back gets
// ErrGone. Another link by the same outbox is refused, and changes nothing.
func TestBackLetsAFinishThroughARing(t *testing.T) {
	for name, meanwhile := range map[string]func(r *ring) error{
		"undisturbed":     func(*ring) error { return nil },
		"a link refused":  func(r *ring) error { return axon.Link(&r.q.Outbox, &r.p.Inbox).Make() },
		"by name":         func(r *ring) error { return r.LinkByName("Q.outbox", "P.inbox") },
		"another refused": func(r *ring) error { return axon.Back(&r.q.Outbox, &r.p.Inbox).Make() },
	} {
		bubble(t, name, func(t *testing.T) {
			r := newRing()
			_, wait := start(t, r.Graph)
			synctest.Wait()
			if !slices.Equal(r.got, []int{2, 1, 0}) {
				t.Errorf("Q got %v", r.got)
			}
			if err := meanwhile(r); (err == nil) != (name == "undisturbed") {
				t.Error(err)
			}
			close(r.quit)
			if err := wait(); err != nil {
				t.Error(err)
			}
			if !errors.Is(r.late, axon.ErrGone) {
				t.Errorf("after the end of the ring Send returned %v", r.late)
			}
		})
	}
}

// Links that are refused do not race with the end of the ring.
func TestBackIsRefusedWhileTheRingEnds(t *testing.T) {
	r := newRing()
	if err := r.Build(); err != nil {
		t.Fatal(err)
	}
	_, wait := start(t, r.Graph)
	close(r.quit)
	for range 1000 {
		if axon.Back(&r.q.Outbox, &r.p.Inbox).Make() == nil {
			t.Fatal("a second link was made")
		}
	}
	if err := wait(); err != nil {
		t.Error(err)
	}
}
