package axon_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A lazy part that is shut down before it is started ends.
func TestLazyPartOfAGraphThatNeverBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		a, b := &counter{}, &list{}
		g := &axon.Graph{Name: "g",
			Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b, Lazy: true}},
			Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox)},
		}
		began := time.Now()
		_ = g.Run(ctx)
		if d := time.Since(began); d > 0 {
			t.Errorf("the graph took %v to end", d)
		}
	})
}

// A lazy part whose inbox finishes without a message ends without running, also
// when its Control is linked.
func TestLazyPartEndsUnstarted(t *testing.T) {
	ran := false
	sink := &body{main: func(context.Context, *body) error { ran = true; return nil }}
	source := &body{main: func(context.Context, *body) error { return nil }}
	g := axon.Pipeline(source, sink)
	g.Parts[1].Lazy = true
	if err := g.Run(t.Context()); err != nil || ran {
		t.Errorf("err %v, ran %v", err, ran)
	}
}

// A lazy part starts with its first message, and not before.
func TestLazyPartStartsWithItsFirstMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		go1 := make(chan struct{})
		a, b := &body{main: func(ctx context.Context, b *body) error {
			<-go1
			return b.Outbox.Send(ctx, 7)
		}}, &list{}
		g := &axon.Graph{Name: "g",
			Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b, Lazy: true}},
			Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox)},
		}
		_, wait := start(t, g)
		synctest.Wait()
		if s := g.Info().Parts[1].State; s != "asleep" {
			t.Errorf("before its first message the part is %s", s)
		}
		close(go1)
		if err := wait(); err != nil {
			t.Error(err)
		}
		if got := b.got(); !slices.Equal(got, []int{7}) {
			t.Errorf("got %v", got)
		}
	})
}

// A lazy part without an inbox would never start.
func TestLazyPartNeedsAnInbox(t *testing.T) {
	c := &counter{N: 1}
	g := &axon.Graph{Name: "g",
		Parts: axon.Parts{{Name: "A", Component: c, Lazy: true}},
		Links: axon.Links{axon.Discard(&c.Outbox)}}
	if err := g.Build(); err == nil || !strings.Contains(err.Error(), `part "A" is lazy`) {
		t.Error(err)
	}
}

// What a stopped receiver has not taken stays in its box: no message is lost in
// the wake-up, and none is made up by it.
func TestShutdownMakesNoMessage(t *testing.T) {
	for i := range 300 {
		var rest []int
		ready := make(chan struct{})
		sink := &body{main: func(ctx context.Context, b *body) error {
			close(ready)
			for {
				v, err := b.Inbox.Recv(ctx)
				if err != nil {
					break
				}
				rest = append(rest, v)
			}
			for {
				v, ok, _ := b.Inbox.TryRecv()
				if !ok {
					return nil
				}
				rest = append(rest, v)
			}
		}}
		sent := 0
		source := &body{main: func(ctx context.Context, b *body) error {
			<-ready
			for b.Outbox.Send(ctx, sent+1) == nil && sent < 2+i%5 {
				sent++
				runtime.Gosched()
			}
			b.Outbox.Linked()
			return nil
		}}
		control := &body{main: func(ctx context.Context, b *body) error { return nil }}
		g := &axon.Graph{Name: "g",
			Parts: axon.Parts{{Name: "SOURCE", Component: source}, {Name: "SINK", Component: sink}, {Name: "END", Component: control}},
			Links: axon.Links{axon.Link(&source.Outbox, &sink.Inbox)},
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- g.Run(ctx) }()
		<-ready
		for range i % 7 {
			runtime.Gosched()
		}
		cancel()
		<-done
		for j, v := range rest {
			if v != j+1 {
				t.Fatalf("run %d: sent 1 to %d, got %v", i, sent, rest)
			}
		}
		left := 0 // what came when the sink had looked for the last time
		for _, b := range g.Info().Parts[1].Boxes {
			left += b.Left
		}
		if n := len(rest) + left; n < sent {
			t.Fatalf("run %d: sent 1 to %d, got %v, %d left", i, sent, rest, left)
		}
	}
}

// Main may end by runtime.Goexit, as t.FailNow does: that is a failure.
func TestGoexitIsAFailure(t *testing.T) {
	g := single(&body{main: func(context.Context, *body) error { runtime.Goexit(); return nil }})
	var f *axon.Fault
	if err := g.Run(t.Context()); !errors.As(err, &f) || !strings.Contains(err.Error(), "Goexit") {
		t.Error(err)
	}
}

// A graph that a component runs ends with the context it was given, and sees its
// values.
func TestRunWithinMainHeedsItsContext(t *testing.T) {
	type key struct{}
	for _, way := range []string{"Run", "Spawn"} {
		bubble(t, way, func(t *testing.T) {
			var value any
			var cause error
			outer := single(&body{main: func(ctx context.Context, _ *body) error {
				ctx, cancel := context.WithTimeout(context.WithValue(ctx, key{}, "yes"), time.Second)
				defer cancel()
				inner := single(&body{main: func(ctx context.Context, b *body) error {
					value = ctx.Value(key{})
					<-ctx.Done()
					cause = context.Cause(ctx)
					return ctx.Err()
				}})
				if way == "Run" {
					if err := inner.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("Run returned %v", err)
					}
					return nil
				}
				r, err := axon.Spawn(ctx, inner)
				if err != nil {
					return err
				}
				<-r.Done()
				return nil
			}})
			began := time.Now()
			if err := outer.Run(t.Context()); err != nil {
				t.Error(err)
			}
			if d := time.Since(began); d != time.Second || value != "yes" {
				t.Errorf("ended after %v by %v; value %v", d, cause, value)
			}
		})
	}
}

// Building a graph again says the same.
func TestBuildTwice(t *testing.T) {
	g := single(&pass{})
	first := g.Build()
	second := g.Build()
	if first == nil || second == nil || first.Error() != second.Error() {
		t.Errorf("first: %v\nsecond: %v", first, second)
	}
}

// Boxes that do not exist can be asked for, but not used.
func TestBoxesThatDoNotExist(t *testing.T) {
	a, b := &counter{N: 1}, &list{}
	g := axon.Pipeline(a, b)
	if err := g.Build(); err != nil {
		t.Fatal(err)
	}
	var sys axon.System
	defer sys.Close()
	for name, err := range map[string]error{
		"move to":    axon.Move(&a.Outbox, axon.InboxOf[int](b, "inbux")),
		"move from":  axon.Move(axon.OutboxOf[int](a, "inbux"), &b.Inbox),
		"unlink":     axon.Unlink(axon.OutboxOf[int](a, "inbux")),
		"link":       axon.Link(axon.OutboxOf[int](a, "inbux"), &b.Inbox).Make(),
		"register":   axon.Register(&sys, "s", axon.InboxOf[int](b, "inbux")),
		"wrong type": axon.Move(axon.OutboxOf[int](a, "outbox"), axon.InboxOf[int](a, "outbox")),
	} {
		if err == nil || !strings.Contains(err.Error(), "no box") && !strings.Contains(err.Error(), "is an outbox of int") {
			t.Errorf("%s: %v", name, err)
		}
	}
	stray := &list{}
	if err := axon.Move(&a.Outbox, &stray.Inbox); err == nil {
		t.Error("moved to a box of no part")
	}
	if err := g.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if got := b.got(); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

// An outbox that may stay unlinked drops and counts what it gets after Unlink;
// one that may not, waits.
func TestUnlink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		step := make(chan struct{})
		a, b := &body{main: func(ctx context.Context, b *body) error {
			<-step
			if err := b.Outbox.Send(ctx, 1); err != nil {
				return err
			}
			close(step)
			return nil
		}}, &list{}
		c, d := &counter{N: 3}, &list{}
		d.Inbox.Size = 1
		g := &axon.Graph{Name: "g",
			Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}, {Name: "C", Component: c}, {Name: "D", Component: d}},
			Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox), axon.Link(&c.Outbox, &d.Inbox)},
		}
		if err := g.Build(); err != nil {
			t.Fatal(err)
		}
		if err := axon.Unlink(&a.Outbox); err != nil {
			t.Fatal(err)
		}
		if err := axon.Unlink(&c.Outbox); err != nil {
			t.Fatal(err)
		}
		var sys axon.System
		defer sys.Close()
		r, err := sys.Start(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		step <- struct{}{}
		<-step // the optional outbox did not wait
		synctest.Wait()
		if n := g.Info().Parts[0].Boxes[3].Dropped; n != 1 {
			t.Errorf("%d dropped: %+v", n, g.Info().Parts[0].Boxes)
		}
		if doing := g.Info().Parts[2].Doing; doing != "blocked sending outbox" {
			t.Errorf("the required outbox is %q", doing)
		}
		if err := axon.Link(&c.Outbox, &d.Inbox).Make(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		r.Finish() // B has lost its only sender, and is told
		<-r.Done()
		if got := d.got(); !slices.Equal(got, upTo(3)) {
			t.Errorf("got %v", got)
		}
	})
}

// A failing part of a nested graph, whose messages were left, counts them once.
func TestMessagesLeftAreCountedOnce(t *testing.T) {
	inner := &body{main: func(ctx context.Context, b *body) error { <-b.Inbox.C(); return nil }}
	source := &counter{N: 5}
	nested := single(inner)
	g := &axon.Graph{Name: "g",
		Parts: axon.Parts{{Name: "SOURCE", Component: source}, {Name: "NESTED", Component: nested}},
		Links: axon.Links{axon.Link(&source.Outbox, &inner.Inbox)},
	}
	var sys axon.System
	defer sys.Close()
	var ev events
	defer sys.Watch(ev.add)()
	if err := sys.Run(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range ev.of(axon.MessagesLost) {
		n += e.Count
	}
	if sent := int(g.Info().Links[0].Sent); n != sent-1 {
		t.Errorf("%d sent, 1 taken, %d left: %v", sent, n, ev.of(axon.MessagesLost))
	}
}

// A ring that nothing feeds hears of a finish, too.
func TestFinishReachesARing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &body{main: func(ctx context.Context, b *body) error {
			for v := range b.Inbox.All(ctx) {
				if err := b.Outbox.Send(ctx, v+1); err != nil {
					return err
				}
			}
			return nil
		}}
		b := &pass{}
		a.Inbox.Size = 2
		g := &axon.Graph{Name: "ring",
			Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}},
			Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox), axon.Link(&b.Outbox, &a.Inbox)},
		}
		var sys axon.System
		defer sys.Close()
		r, err := sys.Start(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		r.Finish()
		<-r.Done()
		if err := r.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// OnEnd is called once, with what ended the graph, before Run returns.
func TestOnEnd(t *testing.T) {
	failure := errors.New("no")
	for name, want := range map[string]error{"well": nil, "badly": failure} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			var got error
			g := single(&body{main: func(context.Context, *body) error { return want }})
			g.OnEnd(func(err error) { calls.Add(1); got = err })
			_ = g.Run(t.Context())
			if calls.Load() != 1 || !errors.Is(got, want) {
				t.Errorf("%d calls, %v", calls.Load(), got)
			}
		})
	}
}

// Interrupt is called when the part is shut down, with its context ended.
func TestInterrupt(t *testing.T) {
	c := &interrupted{wake: make(chan struct{})}
	stop, wait := start(t, single(c))
	why := errors.New("enough")
	stop(why)
	if err := wait(); !errors.Is(err, why) {
		t.Error(err)
	}
	if !errors.Is(c.err, context.Canceled) || !errors.Is(c.err, why) {
		t.Errorf("the context says %v", c.err)
	}
}

type interrupted struct {
	wake chan struct{}
	err  error
}

func (i *interrupted) Interrupt() { close(i.wake) }

func (i *interrupted) Main(ctx context.Context) error {
	<-i.wake
	i.err = ctx.Err()
	return i.err
}

// A graph runs once, and a part belongs to one graph.
func TestAGraphRunsOnce(t *testing.T) {
	g := axon.Pipeline(&counter{N: 1}, &list{})
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "runs once") {
		t.Error(err)
	}
	var sys axon.System
	sys.Close()
	if err := sys.Run(t.Context(), single(&body{main: idle})); err == nil {
		t.Error("a closed system ran a graph")
	}
	if _, err := axon.Spawn(t.Context(), single(&body{main: idle})); err == nil {
		t.Error("spawned by nobody")
	}
}

// The context of a part is a context like others.
func TestPartContext(t *testing.T) {
	type key struct{}
	parent, cancel := context.WithDeadline(context.WithValue(t.Context(), key{}, 1), time.Now().Add(time.Hour))
	defer cancel()
	why := errors.New("why")
	var problems []string
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	begun := make(chan struct{})
	g := single(&body{main: func(ctx context.Context, _ *body) error {
		_, ok := ctx.Deadline()
		check(ok && ctx.Value(key{}) == 1, "deadline %v, value %v", ok, ctx.Value(key{}))
		check(ctx.Err() == nil, "err %v", ctx.Err())
		check(axon.Address(ctx) == "PART" && axon.SystemOf(ctx) != nil, "address %q", axon.Address(ctx))
		child, stop := context.WithCancel(ctx)
		defer stop()
		never := context.AfterFunc(ctx, func() { check(false, "AfterFunc ran though it was stopped") })
		check(never(), "AfterFunc could not be stopped")
		after := make(chan struct{})
		context.AfterFunc(ctx, func() { close(after) })
		close(begun)
		<-child.Done()
		<-after
		<-ctx.Done()
		check(errors.Is(ctx.Err(), context.Canceled) && errors.Is(ctx.Err(), why), "err %v", ctx.Err())
		check(context.Cause(child) != nil, "no cause of the child")
		late := make(chan struct{})
		context.AfterFunc(ctx, func() { close(late) })
		<-late
		return nil
	}})
	ctx, stop := context.WithCancelCause(parent)
	go func() { <-begun; stop(why) }()
	if err := g.Run(ctx); !errors.Is(err, why) {
		t.Error(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
	if axon.Address(t.Context()) != "" || axon.SystemOf(t.Context()) != nil {
		t.Error("the test is no part")
	}
}

// When all is shut down, no part takes the end of its sender for a finish: what
// it has got is not all there is.
func TestShutdownLooksLikeNoFinish(t *testing.T) {
	for _, how := range []string{"flat", "nested", "spawned"} {
		t.Run(how, func(t *testing.T) {
			why := errors.New("why")
			for i := range 300 {
				saw := make(chan error, 1)
				source := &body{main: idle}
				sink := &body{main: func(ctx context.Context, b *body) error {
					_, err := b.Inbox.Recv(ctx)
					saw <- err
					return err
				}}
				g := two(source, sink)
				switch how {
				case "nested":
					inner := single(sink)
					g.Parts[1].Component = inner
				case "spawned":
					inner := g
					g = single(&body{main: func(ctx context.Context, _ *body) error { return inner.Run(ctx) }})
				}
				ctx, stop := context.WithCancelCause(t.Context())
				done := make(chan error)
				go func() { done <- g.Run(ctx) }()
				for range i % 20 {
					runtime.Gosched()
				}
				stop(why)
				if err := <-done; !errors.Is(err, why) {
					t.Fatal(err)
				}
				select {
				case err := <-saw:
					if !errors.Is(err, why) {
						t.Fatalf("run %d: the receiver saw %v", i, err)
					}
				default: // it was stopped before it began
				}
			}
		})
	}
}
