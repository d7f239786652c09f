package axon_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
)

// resting is a part that may rest: it keeps what it got, and how each run ended.
type resting struct {
	axon.Base
	Inbox axon.Inbox[int] // numbers
	byAll bool            // receive with All, rather than Recv
	got   []int
	ends  []error // what Recv returned in the end, one for each run of Main
}

func (r *resting) Main(ctx context.Context) error {
	if r.byAll {
		for v := range r.Inbox.All(ctx) {
			r.got = append(r.got, v)
		}
		r.ends = append(r.ends, nil)
		return nil
	}
	for {
		v, err := r.Inbox.Recv(ctx)
		if err != nil {
			r.ends = append(r.ends, err)
			return err
		}
		r.got = append(r.got, v)
	}
}

// A part that rests starts with its first message, returns when there is none,
// and is called again with the next one and with the end of its inbox.
func TestPartThatRestsIsCalledAgainWithTheNextMessage(t *testing.T) {
	for _, byAll := range []bool{false, true} {
		bubble(t, fmt.Sprint("All=", byAll), func(t *testing.T) {
			feed := make(chan int)
			src, r := source(feed), &resting{byAll: byAll}
			g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "R", Component: r, Rest: true}},
				Links: axon.Links{axon.Link(&src.Outbox, &r.Inbox)}}
			sys := axon.System{Linger: -1}
			defer sys.Close()
			run, err := sys.Start(t.Context(), g)
			if err != nil {
				t.Fatal(err)
			}
			for n := range 3 {
				synctest.Wait()
				if s := g.Info().Parts[1].State; s != "asleep" || len(r.ends) != n || len(r.got) != n {
					t.Errorf("after %d messages the part is %s; it got %v and ended %v", n, s, r.got, r.ends)
				}
				feed <- n
			}
			synctest.Wait()
			close(feed)
			if err := run.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			if !slices.Equal(r.got, upTo(3)) || len(r.ends) != 4 {
				t.Errorf("got %v, runs ended with %v", r.got, r.ends)
			}
			for i, err := range r.ends {
				want := axon.ErrRest
				if i == 3 {
					want = axon.ErrFinished
				}
				if !byAll && !errors.Is(err, want) {
					t.Errorf("run %d ended with %v, want %v", i+1, err, want)
				}
			}
			if s := g.Info().Parts[1].State; s != "done" {
				t.Errorf("in the end the part is %s", s)
			}
		})
	}
}

// A system keeps as many goroutines of idle parts as Linger says.
func TestLingerBoundsTheGoroutinesOfIdleParts(t *testing.T) {
	const parts = 5
	for _, tc := range []struct{ linger, stay int }{{-1, 0}, {2, 2}, {parts, parts}, {0, parts}} {
		bubble(t, fmt.Sprint("Linger=", tc.linger), func(t *testing.T) {
			g := &axon.Graph{Name: "g"}
			feeds := make([]chan int, parts)
			rs := make([]*resting, parts)
			for i := range parts {
				feeds[i] = make(chan int)
				src, r := source(feeds[i]), &resting{}
				rs[i] = r
				g.Parts = append(g.Parts, axon.Part{Name: fmt.Sprint("R", i), Component: r, Rest: true}, axon.Part{Name: fmt.Sprint("S", i), Component: src})
				g.Links = append(g.Links, axon.Link(&src.Outbox, &r.Inbox))
			}
			sys := axon.System{Linger: tc.linger}
			defer sys.Close()
			run, err := sys.Start(t.Context(), g)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range feeds {
				f <- 1
				synctest.Wait()
			}
			states := map[string]int{}
			for i, p := range g.Info().Parts {
				if i%2 == 0 {
					states[p.State]++
				}
			}
			if states["active"] != tc.stay || states["asleep"] != parts-tc.stay {
				t.Errorf("the parts are %v; %d may stay", states, tc.stay)
			}
			for _, f := range feeds { // whether it stayed or not, it goes on
				f <- 2
				close(f)
			}
			if err := run.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			for i, r := range rs {
				if !slices.Equal(r.got, []int{1, 2}) {
					t.Errorf("R%d got %v", i, r.got)
				}
			}
		})
	}
}

// A part that is shut down while it rests ends, and is not called again.
func TestPartThatRestsIsShutDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		feed := make(chan int)
		defer close(feed)
		src, r := source(feed), &resting{}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "R", Component: r, Rest: true}},
			Links: axon.Links{axon.Link(&src.Outbox, &r.Inbox)}}
		sys := axon.System{Linger: -1}
		defer sys.Close()
		run, err := sys.Start(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		feed <- 1
		synctest.Wait()
		if err := run.Tell(r, axon.Signal{Kind: axon.Shutdown}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s := g.Info().Parts[1].State; s != "done" || len(r.ends) != 1 {
			t.Errorf("the part is %s, runs ended with %v", s, r.ends)
		}
		feed <- 2 // its sender finds it gone, and ends
		<-run.Done()
	})
}

// A part that may rest, and whose optional inbox is not linked, sleeps for good
// rather than being called again and again.
func TestPartThatRestsUnlinkedSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		b := &body{main: func(ctx context.Context, b *body) error {
			if calls++; calls > 10 {
				return errFault
			}
			_, err := b.Inbox.Recv(ctx)
			return err
		}}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "P", Component: b, Rest: true}}}
		sys := axon.System{Linger: -1}
		defer sys.Close()
		run, err := sys.Start(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s := g.Info().Parts[0].State; s != "asleep" || calls > 1 {
			t.Errorf("Main was called %d times without a message, and the part is %s", calls, s)
		}
		run.Stop(nil)
		<-run.Done()
	})
}
