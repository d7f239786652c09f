package axon_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
)

// entered is a graph with an inbox.
type entered struct {
	axon.Graph
	Inbox axon.Inbox[int] // one of its parts' inboxes
}

// source is a body that sends what it gets from a channel.
func source(feed <-chan int) *body {
	return &body{main: func(ctx context.Context, b *body) error {
		for v := range feed {
			if err := b.Outbox.Send(ctx, v); err != nil {
				return err
			}
		}
		return nil
	}}
}

// A lazy part of a nested graph that failed sleeps again, and wakes with the next
// message.
func TestLazyPartOfARestartedGraphWakesAgain(t *testing.T) {
	for _, lazy := range []bool{false, true} {
		bubble(t, fmt.Sprint("lazy=", lazy), func(t *testing.T) {
			feed := make(chan int)
			src, k := source(feed), &list{}
			f := &pass{f: func(v int) error {
				if v < 0 {
					return errFault
				}
				return nil
			}}
			n := &entered{}
			n.Graph = axon.Graph{Name: "inner",
				Parts: axon.Parts{{Name: "F", Component: f}, {Name: "K", Component: k, Lazy: lazy}},
				Links: axon.Links{axon.ExposeIn(&n.Inbox, &f.Inbox), axon.Link(&f.Outbox, &k.Inbox)},
			}
			g := &axon.Graph{Name: "outer",
				Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "N", Component: n, Policy: axon.Policy{Restarts: 5}}},
				Links: axon.Links{axon.Link(&src.Outbox, &n.Inbox)},
			}
			_, wait := start(t, g)
			for _, v := range []int{1, -1, 2} {
				feed <- v
				synctest.Wait()
			}
			if got := k.got(); !slices.Equal(got, []int{1, 2}) {
				t.Errorf("K got %v while its senders live", got)
			}
			close(feed)
			if err := wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A graph is not lazy, nor does it rest: nothing could wake it, since its boxes
// are those of its parts.
func TestLazyIsForPartsThatAreNoGraph(t *testing.T) {
	for _, p := range []axon.Part{{Name: "N", Lazy: true}, {Name: "N", Rest: true}} {
		k, src, n := &list{}, &counter{N: 3}, &entered{}
		n.Graph = axon.Graph{Name: "inner", Parts: axon.Parts{{Name: "K", Component: k}}, Links: axon.Links{axon.ExposeIn(&n.Inbox, &k.Inbox)}}
		p.Component = n
		g := &axon.Graph{Name: "outer", Parts: axon.Parts{p, {Name: "SRC", Component: src}}, Links: axon.Links{axon.Link(&src.Outbox, &n.Inbox)}}
		if err := g.Build(); err == nil || !strings.Contains(err.Error(), "and is a graph") {
			t.Error(err)
		}
	}
}

// A lazy part whose optional inbox is shared sleeps, though nothing is linked to
// it yet.
func TestLazyPartThatIsSharedSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		feed := make(chan int)
		k, a := &list{}, &body{}
		a.main = func(ctx context.Context, _ *body) error {
			conn := source(feed)
			r, err := axon.Spawn(ctx, single(conn))
			if err != nil {
				return err
			}
			if err := axon.Link(&conn.Outbox, &k.Inbox).Make(); err != nil {
				return err
			}
			<-r.Done()
			return nil
		}
		optional := &body{main: drain}
		g := &axon.Graph{Name: "g",
			Parts: axon.Parts{{Name: "K", Component: k, Lazy: true}, {Name: "O", Component: optional, Lazy: true}, {Name: "A", Component: a}},
			Links: axon.Links{axon.Shared(&k.Inbox, a), axon.Shared(&optional.Inbox, a)}}
		_, wait := start(t, g)
		synctest.Wait()
		for _, p := range g.Info().Parts[:2] {
			if p.State != "asleep" {
				t.Errorf("%s is %s", p.Name, p.State)
			}
		}
		feed <- 7
		synctest.Wait()
		if got := k.got(); !slices.Equal(got, []int{7}) {
			t.Errorf("got %v", got)
		}
		close(feed)
		if err := wait(); err != nil {
			t.Error(err)
		}
	})
}
