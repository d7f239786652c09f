package axon_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// lastWords fails when it is told to, and sends numbers when it leaves.
type lastWords struct {
	Outbox axon.Outbox[int] // 0 to n-1
	n      int
	fail   chan struct{}
}

func (l *lastWords) Main(context.Context) error { <-l.fail; return errFault }

func (l *lastWords) Leave(ctx context.Context) {
	for i := range l.n {
		_ = l.Outbox.Send(ctx, i)
	}
}

// A Leave that waits for its receiver holds up no restart: not that of the
// receiver, which it may wait for, nor one in another graph.
func TestLeaveHoldsUpNoRestart(t *testing.T) {
	const n = 40
	bubble(t, "of its receiver", func(t *testing.T) {
		l := &lastWords{n: n, fail: make(chan struct{})}
		seen := 0
		w := &body{main: func(ctx context.Context, b *body) error {
			for range b.Inbox.All(ctx) {
				if seen++; seen == 5 {
					return errFault
				}
			}
			return nil
		}}
		g := &axon.Graph{Name: "leave",
			Parts: axon.Parts{{Name: "L", Component: l, Policy: axon.Policy{Then: axon.StopPart}}, {Name: "W", Component: w, Policy: axon.Policy{Restarts: 9}}},
			Links: axon.Links{axon.Link(&l.Outbox, &w.Inbox)}}
		var sys axon.System
		defer sys.Close()
		r, err := sys.Start(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		close(l.fail)
		synctest.Wait()
		if seen != n {
			t.Errorf("%d messages of Leave came, want %d", seen, n)
		}
		r.Stop(nil)
		<-r.Done()
	})
	bubble(t, "in another graph", func(t *testing.T) {
		l, slow, release := &lastWords{n: n, fail: make(chan struct{})}, &body{}, make(chan struct{})
		slow.main = func(ctx context.Context, b *body) error { <-release; return drain(ctx, b) }
		begin, runs := make(chan struct{}), 0
		host := single(&body{main: func(ctx context.Context, _ *body) error {
			_, err := axon.Spawn(ctx, &axon.Graph{Name: "one", Policy: axon.Policy{Then: axon.StopPart},
				Parts: axon.Parts{{Name: "L", Component: l}, {Name: "SLOW", Component: slow}},
				Links: axon.Links{axon.Link(&l.Outbox, &slow.Inbox)}})
			if err != nil {
				return err
			}
			<-begin
			two := single(&body{main: func(context.Context, *body) error {
				if runs++; runs == 1 {
					return errFault
				}
				return nil
			}})
			two.Policy = axon.Policy{Restarts: 3}
			_, err = axon.Spawn(ctx, two)
			return err
		}})
		_, wait := start(t, host)
		close(l.fail)
		synctest.Wait()
		close(begin)
		synctest.Wait()
		if runs != 2 {
			t.Errorf("the other graph's part has run %d times, while a Leave waits", runs)
		}
		close(release)
		if err := wait(); err != nil {
			t.Error(err)
		}
	})
}

// A part that was given up gets no Leave: its Main is still running.
func TestLeaveIsNotCalledBesideMain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quit := make(chan struct{})
		c := &departing{main: func(context.Context) error { <-quit; return nil }}
		sys := axon.System{Grace: time.Second}
		defer sys.Close()
		r, err := sys.Start(t.Context(), single(c))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		r.Stop(nil)
		if err := r.Wait(t.Context()); err == nil || !strings.Contains(err.Error(), "did not return") {
			t.Error(err)
		}
		if c.left != 0 {
			t.Error("Leave was called while Main was running")
		}
		close(quit)
	})
}

// departing has a Main and a Leave that are given.
type departing struct {
	Inbox axon.Inbox[int] `axon:"optional"` // whatever they make of it
	main  func(ctx context.Context) error
	leave func(ctx context.Context)
	left  int // how often Leave was called
}

func (d *departing) Main(ctx context.Context) error { return d.main(ctx) }

func (d *departing) Leave(ctx context.Context) {
	d.left++
	if d.leave != nil {
		d.leave(ctx)
	}
}

// A Leave that panics, or ends its goroutine, is told as an event, and the part
// ends all the same: as a part of a graph, of one within it, and of one that is
// kept for a restart that does not come.
func TestLeaveThatFailsIsToldAndTheGraphEnds(t *testing.T) {
	for name, leave := range map[string]func(context.Context){
		"panic: leaving":                     func(context.Context) { panic("leaving") },
		"runtime.Goexit was called by Leave": func(context.Context) { runtime.Goexit() },
	} {
		for _, nested := range []int{0, 1, 2} {
			bubble(t, fmt.Sprint(name, nested), func(t *testing.T) {
				done := func(context.Context) error { return nil }
				g := &axon.Graph{Name: "g", Policy: axon.Policy{Then: axon.StopPart}, Parts: axon.Parts{
					{Name: "A", Component: &departing{main: done, leave: leave}}, {Name: "B", Component: &departing{main: done, leave: leave}}}}
				if nested == 2 { // both leave when it is clear that the graph is not run again
					wait := func(ctx context.Context) error { <-ctx.Done(); return nil }
					g = &axon.Graph{Name: "g", Parts: axon.Parts{
						{Name: "A", Component: &departing{main: wait, leave: leave}}, {Name: "B", Component: &departing{main: wait, leave: leave}},
						{Name: "F", Component: &body{main: func(context.Context, *body) error { return errFault }}}}}
				}
				if nested > 0 {
					g = &axon.Graph{Name: "outer", Policy: axon.Policy{Then: axon.StopPart}, Parts: axon.Parts{{Name: "N", Component: g}}}
				}
				var sys axon.System
				defer sys.Close()
				var ev events
				defer sys.Watch(ev.add)()
				if err := sys.Run(t.Context(), g); err != nil {
					t.Error(err)
				}
				told := 0
				for _, e := range ev.of(axon.PartFailed) {
					if strings.HasSuffix(e.Err.Error(), name) && e.Verdict == axon.StopPart {
						told++
					}
				}
				if told != 2 || g.Faults() < 2 {
					t.Errorf("%d failures of Leave were told, %d counted", told, g.Faults())
				}
			})
		}
	}
}

// After a shutdown Leave takes what is left with TryRecv; Recv tells of the
// shutdown.
func TestLeaveAfterAShutdownTakesWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		var got []int
		var recv, last error
		d := &departing{main: func(ctx context.Context) error { <-ctx.Done(); return nil }}
		d.leave = func(ctx context.Context) {
			_, recv = d.Inbox.Recv(ctx)
			var v int
			var ok bool
			for v, ok, last = d.Inbox.TryRecv(); ok; v, ok, last = d.Inbox.TryRecv() {
				got = append(got, v)
			}
		}
		c := &counter{N: 3}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "C", Component: c}, {Name: "D", Component: d}}, Links: axon.Links{axon.Link(&c.Outbox, &d.Inbox)}}
		stop, wait := start(t, g)
		synctest.Wait()
		stop(why)
		_ = wait()
		if !errors.Is(recv, why) || !slices.Equal(got, upTo(3)) || !errors.Is(last, why) {
			t.Errorf("Recv: %v; TryRecv gave %v, and then %v", recv, got, last)
		}
	})
}
