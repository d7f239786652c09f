package axon_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// inEachWay runs a test with parts that have an actor each, and with parts that
// share one: of a graph that was spawned.
func inEachWay(t *testing.T, f func(t *testing.T, run func(sys *axon.System, g *axon.Graph) error)) {
	t.Helper()
	t.Run("started", func(t *testing.T) {
		f(t, func(sys *axon.System, g *axon.Graph) error { return sys.Run(t.Context(), g) })
	})
	t.Run("spawned", func(t *testing.T) {
		f(t, func(sys *axon.System, g *axon.Graph) error {
			var err error
			host := single(&body{main: func(ctx context.Context, _ *body) error {
				r, e := axon.Spawn(ctx, g)
				if err = e; e == nil {
					err = r.Wait(context.Background())
				}
				return nil
			}})
			if e := sys.Run(t.Context(), host); e != nil {
				t.Error(e)
			}
			return err
		})
	})
}

var errFault = errors.New("as told")

// failEach fails on each nth number, by a panic or by an error.
func failEach(n int, panics bool) func(int) error {
	return func(v int) error {
		if v%n != n-1 {
			return nil
		}
		if panics {
			panic(errFault)
		}
		return errFault
	}
}

func TestA8_OnlyTheMessageInHandIsLost(t *testing.T) {
	const n, each = 100_000, 1000
	for _, panics := range []bool{true, false} {
		t.Run(fmt.Sprintf("panics=%v", panics), func(t *testing.T) {
			inEachWay(t, func(t *testing.T, run func(*axon.System, *axon.Graph) error) {
				p := &loser{pass: pass{f: failEach(each, panics)}}
				sink := &list{}
				g := axon.Pipeline(&counter{N: n}, p, sink)
				g.Policy = axon.Policy{Restarts: -1}
				var sys axon.System
				defer sys.Close()
				var ev events
				defer sys.Watch(ev.add)()
				if err := run(&sys, g); err != nil {
					t.Fatal(err)
				}
				var want, lost []int
				for i := range n {
					if i%each == each-1 {
						lost = append(lost, i)
					} else {
						want = append(want, i)
					}
				}
				if got := sink.got(); !slices.Equal(got, want) {
					t.Errorf("%d messages came, want %d, in order", len(got), len(want))
				}
				if !slices.Equal(p.lost, lost) {
					t.Errorf("%d were reported as lost, want %d", len(p.lost), len(lost))
				}
				if f, r := len(ev.of(axon.PartFailed)), len(ev.of(axon.PartRestarted)); f != n/each || r != n/each {
					t.Errorf("%d failures and %d restarts, want %d", f, r, n/each)
				}
				if got := g.Info().Parts[1].Restarts; got != n/each {
					t.Errorf("the snapshot tells of %d restarts", got)
				}
			})
		})
	}
}

// loser remembers what was lost.
type loser struct {
	pass
	lost []int
}

func (l *loser) Lost(_ context.Context, _ *axon.Fault) {
	if v, ok := l.Inbox.InHand(); ok {
		l.lost = append(l.lost, v)
	}
}

func TestA8_FaultTellsWhereAndWhy(t *testing.T) {
	inEachWay(t, func(t *testing.T, run func(*axon.System, *axon.Graph) error) {
		for _, panics := range []bool{true, false} {
			inner := axon.Pipeline(&counter{N: 5}, &pass{f: failEach(3, panics)}, &list{})
			inner.Name = "inner"
			g := &axon.Graph{Name: "outer", Parts: axon.Parts{{Name: "NESTED", Component: inner}}}
			var sys axon.System
			err := run(&sys, g)
			sys.Close()
			var outer, f *axon.Fault
			if !errors.As(err, &outer) || !errors.As(outer.Err, &f) {
				t.Fatalf("got %v", err)
			}
			if outer.Graph != "outer" || outer.Part != "NESTED" || f.Graph != "inner" || f.Part != "NESTED/PASS" {
				t.Errorf("outer %s %s, inner %s %s", outer.Graph, outer.Part, f.Graph, f.Part)
			}
			if !errors.Is(err, errFault) || f.Time.IsZero() {
				t.Errorf("%v at %v", err, f.Time)
			}
			if (f.Panic != nil) != panics || panics != bytes.Contains(f.Stack, []byte("failEach")) {
				t.Errorf("panic %v, stack %s", f.Panic, f.Stack)
			}
			if s := f.Error(); !strings.Contains(s, `graph "inner": NESTED/PASS`) || strings.Contains(s, "panic") != panics {
				t.Errorf("it reads %s", s)
			}
		}
	})
}

func TestA8_Budget(t *testing.T) {
	for _, c := range []struct {
		then     axon.Verdict
		restarts int
		err      bool
		got      []int
	}{
		{axon.StopPart, 0, false, upTo(2)},
		{axon.StopPart, 2, false, []int{0, 1, 3, 4, 6, 7}},
		{axon.Escalate, 0, true, nil},
		{axon.Escalate, 2, true, nil},
		{0, 2, true, nil},
		{axon.StopPart, 4, false, []int{0, 1, 3, 4, 6, 7, 9}},
	} {
		t.Run(fmt.Sprintf("%v after %d", c.then, c.restarts), func(t *testing.T) {
			inEachWay(t, func(t *testing.T, run func(*axon.System, *axon.Graph) error) {
				sink := &list{}
				g := axon.Pipeline(&counter{N: 10}, &pass{f: failEach(3, true)}, sink)
				g.Parts[1].Policy = axon.Policy{Restarts: c.restarts, Then: c.then}
				var sys axon.System
				defer sys.Close()
				var ev events
				defer sys.Watch(ev.add)()
				if err := run(&sys, g); (err != nil) != c.err {
					t.Errorf("error %v", err)
				}
				if got := sink.got(); c.got != nil && !slices.Equal(got, c.got) {
					t.Errorf("got %v, want %v", got, c.got)
				}
				failed := ev.of(axon.PartFailed)
				if want := min(c.restarts+1, 3); len(failed) != want {
					t.Errorf("%d failures, want %d", len(failed), want)
				}
				if last := failed[len(failed)-1].Verdict; c.restarts < 3 && last != max(c.then, axon.Escalate) {
					t.Errorf("the last verdict is %v", last)
				}
			})
		})
	}
}

// A failure is forgotten after the window.
func TestA8_Window(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		g := single(&body{main: func(ctx context.Context, _ *body) error {
			if runs++; runs == 10 {
				return nil
			}
			<-time.After(40 * time.Second)
			return errFault
		}})
		g.Policy = axon.Policy{Restarts: 1, Window: 39 * time.Second}
		if err := g.Run(t.Context()); err != nil || runs != 10 {
			t.Errorf("%d runs, %v", runs, err)
		}
	})
}

// The pauses before restarts double up to a limit; half of each is chance.
func TestA8_BackOff(t *testing.T) {
	inBubble := func(t *testing.T, run func(*axon.System, *axon.Graph) error) {
		var at []time.Time
		g := single(&body{main: func(ctx context.Context, _ *body) error {
			at = append(at, time.Now())
			return errFault
		}})
		g.Policy = axon.Policy{Restarts: 7, Window: time.Hour, Pause: time.Second, MaxPause: 10 * time.Second}
		var sys axon.System
		defer sys.Close()
		if err := run(&sys, g); !errors.Is(err, errFault) {
			t.Error(err)
		}
		for i, most := range []time.Duration{1, 2, 4, 8, 10, 10, 10} {
			most *= time.Second
			if d := at[i+1].Sub(at[i]); d < most/2 || d > most {
				t.Errorf("pause %d is %v, want %v to %v", i+1, d, most/2, most)
			}
		}
		if len(at) != 8 {
			t.Errorf("%d runs, want 8", len(at))
		}
	}
	bubble(t, "started", func(t *testing.T) {
		inBubble(t, func(sys *axon.System, g *axon.Graph) error { return sys.Run(t.Context(), g) })
	})
	bubble(t, "alone", func(t *testing.T) {
		inBubble(t, func(_ *axon.System, g *axon.Graph) error { return g.Run(t.Context()) })
	})
}

// A shutdown, or a finish, does not wait for the pause before a restart.
func TestA8_EndWhileRestarting(t *testing.T) {
	why := errors.New("why")
	for _, way := range []string{"shutdown", "shutdown signal"} {
		for _, actors := range []bool{true, false} {
			bubble(t, fmt.Sprintf("%s actors=%v", way, actors), func(t *testing.T) {
				c := &body{main: func(context.Context, *body) error { return errFault }}
				ctl := &signaller{say: make(chan axon.Signal, 1)}
				g := &axon.Graph{Name: "g",
					Parts: axon.Parts{
						{Name: "PART", Component: c, Policy: axon.Policy{Restarts: -1, Pause: time.Hour}},
						{Name: "CTL", Component: ctl},
					},
					Links: axon.Links{axon.Link(&ctl.Outbox, &c.Control)},
				}
				ctx, stop := context.WithCancelCause(t.Context())
				done := make(chan error, 1)
				var sys axon.System
				defer sys.Close()
				began := time.Now()
				go func() {
					if actors {
						done <- sys.Run(ctx, g)
					} else {
						done <- g.Run(ctx)
					}
				}()
				synctest.Wait()
				if s := g.Info().Parts[0].State; s != "restarting" {
					t.Errorf("the part is %s", s)
				}
				if way == "shutdown" {
					stop(why)
				} else {
					ctl.say <- axon.Signal{Kind: axon.Shutdown, Reason: why}
					synctest.Wait()
					if s := g.Info().Parts[0].State; s != "done" {
						t.Errorf("after the signal the part is %s", s)
					}
					stop(nil)
				}
				<-done
				if d := time.Since(began); d > 0 {
					t.Errorf("the end took %v", d)
				}
			})
		}
	}
}

// signaller sends signals.
type signaller struct {
	Outbox axon.Outbox[axon.Signal] // what it is told to say
	say    chan axon.Signal
}

func (s *signaller) Main(ctx context.Context) error {
	for {
		select {
		case x := <-s.say:
			if err := s.Outbox.Send(ctx, x); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// Restarts and shutdowns at once, many times: the graph ends, no part is run
// after it has ended.
func TestA8_RestartsAndShutdownsAtOnce(t *testing.T) {
	inEachWay(t, func(t *testing.T, run func(*axon.System, *axon.Graph) error) {
		var sys axon.System
		defer sys.Close()
		for i := range 200 {
			var running, ended atomic.Bool
			g := single(&body{main: func(ctx context.Context, _ *body) error {
				running.Store(true)
				if ended.Load() {
					t.Error("Main is called after the graph has ended")
				}
				return errFault
			}})
			g.Policy = axon.Policy{Restarts: -1, Pause: time.Duration(i%3) * 50 * time.Microsecond}
			g.OnEnd(func(error) { ended.Store(true) })
			stopper := &body{main: func(ctx context.Context, _ *body) error {
				for !running.Load() && ctx.Err() == nil {
					select {
					case <-time.After(time.Duration(i) * time.Microsecond):
					case <-ctx.Done():
					}
				}
				return errors.New("stop everything")
			}}
			g.Parts = append(g.Parts, axon.Part{Name: "STOPPER", Component: stopper, Policy: axon.Policy{Then: axon.Escalate}})
			if err := run(&sys, g); err == nil || !strings.Contains(err.Error(), "stop everything") {
				t.Fatalf("run %d: %v", i, err)
			}
		}
	})
}

// A nested graph that fails is run again by the policy of its part, and finds
// what was in its boxes.
func TestA8_NestedGraphIsRestarted(t *testing.T) {
	const n, each = 3000, 100
	inEachWay(t, func(t *testing.T, run func(*axon.System, *axon.Graph) error) {
		first, second := &pass{}, &pass{f: failEach(each, true)}
		inner := &axon.Graph{Name: "inner",
			Parts:  axon.Parts{{Name: "FIRST", Component: first}, {Name: "SECOND", Component: second}},
			Links:  axon.Links{axon.Link(&first.Outbox, &second.Inbox)},
			Policy: axon.Policy{Then: axon.Escalate},
		}
		source, sink := &counter{N: n}, &list{}
		g := &axon.Graph{Name: "outer",
			Parts: axon.Parts{{Name: "SOURCE", Component: source},
				{Name: "NESTED", Component: inner, Policy: axon.Policy{Restarts: -1}}, {Name: "SINK", Component: sink}},
			Links: axon.Links{axon.Link(&source.Outbox, &first.Inbox), axon.Link(&second.Outbox, &sink.Inbox)},
		}
		var sys axon.System
		defer sys.Close()
		if err := run(&sys, g); err != nil {
			t.Fatal(err)
		}
		// Each failure takes the message in SECOND's hand, and the one in FIRST's
		// if it was just then that FIRST was stopped in the middle of a Send.
		got := sink.got()
		for i := 1; i < len(got); i++ {
			if got[i] <= got[i-1] {
				t.Errorf("%d comes behind %d", got[i], got[i-1])
			}
		}
		lost := n - len(got)
		if lost < n/each-1 || lost > 2*n/each {
			t.Errorf("%d messages lost in %d failures", lost, n/each)
		}
		for _, v := range got {
			if v%each == each-1 {
				t.Errorf("%d came through", v)
			}
		}
		if r := g.Info().Parts[1].Restarts; r < n/each-1 {
			t.Errorf("%d restarts of the nested graph", r)
		}
	})
}

// A nested graph that was told to finish while it waited for its restart knows
// it afterwards, and so does a part by itself.
func TestA8_FinishIsRemembered(t *testing.T) {
	for _, nested := range []bool{true, false} {
		bubble(t, fmt.Sprintf("nested=%v", nested), func(t *testing.T) {
			runs := 0
			c := &finisher{}
			c.main = func(ctx context.Context) error {
				if runs++; runs == 1 {
					return errFault
				}
				select {
				case <-c.told():
				case <-ctx.Done():
				}
				return nil
			}
			g := single(c)
			pol := axon.Policy{Restarts: 1, Pause: time.Minute}
			g.Policy = pol
			if nested {
				g.Policy = axon.Policy{}
				g = single(g)
				g.Policy = pol
			}
			var sys axon.System
			defer sys.Close()
			r, err := sys.Start(t.Context(), g)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			r.Finish()
			<-r.Done()
			if err := r.Wait(t.Context()); err != nil || runs != 2 {
				t.Errorf("%d runs, %v", runs, err)
			}
		})
	}
}

// finisher is a source that is told of a finish, and forgets it with each run.
type finisher struct {
	main func(ctx context.Context) error
	mu   sync.Mutex
	done chan struct{}
}

func (f *finisher) told() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done == nil {
		f.done = make(chan struct{})
	}
	return f.done
}

func (f *finisher) Finish() {
	f.told()
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.done:
	default:
		close(f.done)
	}
}

func (f *finisher) Main(ctx context.Context) error { return f.main(ctx) }

// One of a thousand graphs fails; the others notice nothing.
func TestA8_OneOfAThousand(t *testing.T) {
	const n = 1000
	var sys axon.System
	defer sys.Close()
	sinks := make([]*list, n)
	var errs [n]error
	host := single(&body{main: func(ctx context.Context, _ *body) error {
		runs := make([]*axon.Running, n)
		for i := range runs {
			sinks[i] = &list{}
			p := &pass{}
			if i%10 == 7 {
				p.f = failEach(5, true)
			}
			g := axon.Pipeline(&counter{N: 20}, p, sinks[i])
			r, err := axon.Spawn(ctx, g)
			if err != nil {
				return err
			}
			runs[i] = r
		}
		for i, r := range runs {
			errs[i] = r.Wait(ctx)
		}
		return nil
	}})
	if err := sys.Run(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	for i, s := range sinks {
		if failed := errs[i] != nil; failed != (i%10 == 7) {
			t.Errorf("graph %d: %v", i, errs[i])
		} else if !failed && !slices.Equal(s.got(), upTo(20)) {
			t.Errorf("graph %d: got %v", i, s.got())
		}
	}
}

// A part that does not heed its context is given up after the grace, also if it
// is in a graph that a part has started; the others end.
func TestA8_GivenUp(t *testing.T) {
	for _, where := range []string{"part", "nested", "spawned", "spawned by one that waits"} {
		bubble(t, where, func(t *testing.T) {
			release := make(chan struct{})
			stuck := &body{main: func(context.Context, *body) error { <-release; return nil }}
			g := single(stuck)
			switch where {
			case "nested":
				g = single(g)
			case "spawned", "spawned by one that waits":
				inner := g
				g = single(&body{main: func(ctx context.Context, _ *body) error {
					r, err := axon.Spawn(ctx, inner)
					if err != nil {
						return err
					}
					if where != "spawned" {
						<-r.Done()
					}
					return nil
				}})
			}
			good := &body{main: idle}
			g.Parts = append(g.Parts, axon.Part{Name: "GOOD", Component: good})
			sys := axon.System{Grace: 3 * time.Second}
			var ev events
			defer sys.Watch(ev.add)()
			ctx, cancel := context.WithCancel(t.Context())
			r, err := sys.Start(ctx, g)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			began := time.Now()
			cancel()
			<-r.Done()
			if d := time.Since(began); d != 3*time.Second {
				t.Errorf("given up after %v", d)
			}
			if err := r.Wait(t.Context()); err == nil || !strings.Contains(err.Error(), "did not return 3s after a shutdown: ") {
				t.Error(err)
			}
			if gone := ev.of(axon.PartAbandoned); len(gone) != 1 || !strings.HasSuffix(gone[0].Part, "PART") {
				t.Errorf("given up: %v", gone)
			}
			sys.Close()
			close(release)
		})
	}
}

func TestA8_FailureOnTheWayOut(t *testing.T) {
	for _, panics := range []bool{false, true} {
		var sys axon.System
		var ev events
		sys.Watch(ev.add)
		g := single(&body{main: func(ctx context.Context, _ *body) error {
			<-ctx.Done()
			if panics {
				panic("late")
			}
			return errors.New("late")
		}})
		g.Policy = axon.Policy{Restarts: -1}
		why := errors.New("why")
		r, err := sys.Start(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		r.Stop(why)
		if err := r.Wait(t.Context()); !errors.Is(err, why) {
			t.Errorf("panics=%v: %v", panics, err)
		}
		if n := len(ev.of(axon.PartFailed)); (n == 1) != panics {
			t.Errorf("panics=%v: %d failures", panics, n)
		}
		sys.Close()
	}
}

// Lost may fail, too.
func TestA8_LostFails(t *testing.T) {
	c := &badLoser{}
	var f *axon.Fault
	if err := single(c).Run(t.Context()); !errors.As(err, &f) || !errors.Is(err, errFault) || !strings.Contains(f.Err.Error(), "and Lost panicked: no") {
		t.Error(err)
	}
}

type badLoser struct{}

func (*badLoser) Main(context.Context) error        { return errFault }
func (*badLoser) Lost(context.Context, *axon.Fault) { panic("no") }
