package axon_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
)

// asked waits to be told to end, and notes that it was.
type asked struct {
	axon.Base
	panics     bool // when it is told
	over       chan struct{}
	finishes   int
	interrupts int
}

func (a *asked) Main(ctx context.Context) error {
	select {
	case <-a.over:
	case <-ctx.Done():
	}
	return nil
}

func (a *asked) Finish() {
	if a.finishes++; a.panics {
		panic("in Finish")
	}
}

func (a *asked) Interrupt() {
	if a.interrupts++; a.panics {
		panic("in Interrupt")
	}
}

// A panic in Finish or Interrupt is the part's failure, whoever called it: the
// part that sent the signal, or the program.
func TestPanicOutsideOfMainIsThePartsFailure(t *testing.T) {
	for _, tc := range []struct {
		name string
		ask  func(r *axon.Running, say chan axon.Signal, stop func())
		want string
	}{
		{"finish by a part", func(_ *axon.Running, say chan axon.Signal, _ func()) { say <- axon.Signal{Kind: axon.Finish} }, "in Finish"},
		{"shutdown by a part", func(_ *axon.Running, say chan axon.Signal, _ func()) { say <- axon.Signal{Kind: axon.Shutdown} }, "in Interrupt"},
		{"the context ends", func(_ *axon.Running, _ chan axon.Signal, stop func()) { stop() }, "in Interrupt"},
		{"stop", func(r *axon.Running, _ chan axon.Signal, _ func()) { r.Stop(nil) }, "in Interrupt"},
	} {
		bubble(t, tc.name, func(t *testing.T) {
			a, ctl := &asked{panics: true}, &signaller{say: make(chan axon.Signal, 1)}
			g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "CTL", Component: ctl}},
				Links: axon.Links{axon.Link(&ctl.Outbox, &a.Control)}}
			var sys axon.System
			defer sys.Close()
			var ev events
			defer sys.Watch(ev.add)()
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			r, err := sys.Start(ctx, g)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			tc.ask(r, ctl.say, stop)
			<-r.Done() // the failure ends the graph, if nothing else did
			failed := ev.of(axon.PartFailed)
			var f *axon.Fault
			if len(failed) == 0 || !errors.As(failed[0].Err, &f) || f.Panic != tc.want || f.Part != "A" || len(f.Stack) == 0 {
				t.Errorf("told was %v", failed)
			}
			if tc.want == "in Finish" && !errors.As(r.Wait(t.Context()), &f) {
				t.Errorf("Wait returned %v", r.Wait(t.Context()))
			}
		})
	}
}

// One finish of a graph calls the Finish of a part in a nested graph once.
func TestFinishOfANestedPartIsCalledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &asked{over: make(chan struct{})}
		var sys axon.System
		defer sys.Close()
		r, err := sys.Start(t.Context(), &axon.Graph{Name: "outer", Parts: axon.Parts{{Name: "N", Component: single(a)}}})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		r.Finish()
		if a.finishes != 1 {
			t.Errorf("Finish was called %d times", a.finishes)
		}
		close(a.over)
		<-r.Done()
	})
}

// A Stop that comes after the end changes nothing: not what Wait returns, nor
// does it interrupt a part that has ended by itself.
func TestStopAfterTheEndChangesNothing(t *testing.T) {
	a := &asked{over: make(chan struct{})}
	close(a.over)
	var sys axon.System
	defer sys.Close()
	r, err := sys.Start(t.Context(), single(a))
	if err != nil {
		t.Fatal(err)
	}
	<-r.Done()
	r.Stop(errors.New("too late"))
	if err := r.Wait(t.Context()); err != nil || a.interrupts != 0 {
		t.Errorf("Wait: %v; Interrupt was called %d times", err, a.interrupts)
	}
}

// Of a graph that has ended, Wait tells how, also to who is in a hurry.
func TestWaitLooksAtTheEndFirst(t *testing.T) {
	var sys axon.System
	defer sys.Close()
	r, err := sys.Start(t.Context(), single(&body{main: func(context.Context, *body) error { return nil }}))
	if err != nil {
		t.Fatal(err)
	}
	<-r.Done()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if err := r.Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// What a part does with another context than its own ends with its shutdown, too.
func TestShutdownReachesBoxesUnderAnotherContext(t *testing.T) {
	why := errors.New("why")
	for name, main := range map[string]func(ctx context.Context, b *body) error{
		"Recv": func(_ context.Context, b *body) error { _, err := b.Inbox.Recv(context.Background()); return err },
		"Send of an outbox that was never linked": func(ctx context.Context, b *body) error {
			<-ctx.Done()
			return b.Outbox.Send(context.Background(), 1)
		},
		"TrySend of an outbox that was never linked": func(ctx context.Context, b *body) error {
			<-ctx.Done()
			return b.Outbox.TrySend(1)
		},
	} {
		bubble(t, name, func(t *testing.T) {
			var got error
			stop, wait := start(t, single(&body{main: func(ctx context.Context, b *body) error { got = main(ctx, b); return got }}))
			synctest.Wait()
			stop(why)
			if err := wait(); !errors.Is(err, why) || !errors.Is(got, why) {
				t.Errorf("Run returned %v, the box %v", err, got)
			}
		})
	}
}

// A receiver whose own context has ended gets that, though messages wait: each
// time, not by chance.
func TestRecvAsksItsContextFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := make(chan struct{})
		b := &body{main: func(ctx context.Context, b *body) error {
			<-begin
			own, cancel := context.WithCancel(ctx)
			cancel()
			for range 100 {
				for v := range b.Inbox.All(own) {
					t.Errorf("it got %d", v)
				}
			}
			return drain(ctx, b)
		}}
		_, wait := start(t, axon.Pipeline(&counter{N: 5}, b))
		synctest.Wait()
		close(begin)
		if err := wait(); err != nil {
			t.Error(err)
		}
	})
}

// A graph that has been spawned is not spawned again: not while it runs, nor
// after its end.
func TestSpawnRunsAGraphOnce(t *testing.T) {
	for _, ended := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var second error
			host := single(&body{main: func(ctx context.Context, _ *body) error {
				over := make(chan struct{})
				inner := single(&body{main: func(context.Context, *body) error { <-over; return nil }})
				r, err := axon.Spawn(ctx, inner)
				if err != nil {
					return err
				}
				if ended {
					close(over)
					<-r.Done()
				}
				_, second = axon.Spawn(ctx, inner)
				if !ended {
					close(over)
				}
				return r.Wait(ctx)
			}})
			_, wait := start(t, host)
			if err := wait(); err != nil || second == nil {
				t.Errorf("ended=%v: the first ended with %v, the second Spawn returned %v", ended, err, second)
			}
		})
	}
}
