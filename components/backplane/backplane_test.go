package backplane_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/backplane"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// bus is a Backplane with a publisher and a subscriber, and their boxes.
type bus struct {
	axon.Graph
	axon.Base
	Inbox  axon.Inbox[int]
	Echo   axon.Outbox[int] `axon:"optional"`
	Outbox axon.Outbox[int]
}

func newBus(slow flow.Slow) *bus {
	b, p, s := &bus{}, &backplane.PublishTo[int]{Name: "B"}, &backplane.SubscribeTo[int]{Name: "B", Slow: slow}
	b.Name = "bus"
	b.Parts = axon.Parts{{Name: "P", Component: p}, {Name: "S", Component: s}, {Name: "B", Component: backplane.New[int]("B")}}
	b.Links = axon.Links{axon.ExposeIn(&b.Inbox, &p.Inbox), axon.ExposeOut(&p.Outbox, &b.Echo), axon.ExposeOut(&s.Outbox, &b.Outbox)}
	return b
}

func (b *bus) Main(ctx context.Context) error { return b.Graph.Main(ctx) }

// A Backplane ends when it is told to, not with its publishers: so the suite's
// endings without a signal do not apply to a bus.
func TestConform(t *testing.T) {
	for _, slow := range []flow.Slow{flow.Block, flow.DropOldest, flow.Disconnect} {
		t.Run(slow.String(), func(t *testing.T) {
			axontest.Conform(t, func() axon.Component { return newBus(slow) },
				axontest.Except(axontest.EndsOnFinish, "a Backplane waits for more publishers until it is told to finish"),
				axontest.Except(axontest.EndsWithoutReceiver, "as above"))
		})
	}
}

// steps sends what a test tells it to.
type steps struct {
	axon.Base
	say    chan int
	Outbox axon.Outbox[int]
}

func (s *steps) Main(ctx context.Context) error {
	for {
		select {
		case v, ok := <-s.say:
			if !ok {
				return nil
			}
			if err := s.Outbox.Send(ctx, v); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// start starts graphs one after the other in one system. The context ends all.
func start(t *testing.T, sys *axon.System, g *axon.Graph) *axon.Running {
	t.Helper()
	r, err := sys.Start(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Publishers and subscribers come in any order, and go; a finish drains.
func TestComeAndGo(t *testing.T) {
	sys := &axon.System{}
	defer sys.Close()
	early := &ends.DataSink[int]{}
	a, b := &steps{say: make(chan int)}, &steps{say: make(chan int)}
	start(t, sys, axon.Pipeline(&backplane.SubscribeTo[int]{Name: "N"}, early)) // before the backplane
	pub := start(t, sys, axon.Pipeline(a, &backplane.PublishTo[int]{Name: "N"}))
	plane := backplane.New[int]("N")
	run := start(t, sys, axon.Pipeline(plane))
	waitFor(t, func() bool { return plane.Subscribers() == 1 })
	a.say <- 1
	waitFor(t, func() bool { return len(early.Items()) == 1 })
	late := &ends.DataSink[int]{}
	until := &steps{say: make(chan int)}
	sub := start(t, sys, axon.Pipeline(until, &backplane.SubscribeTo[int]{Name: "N"}, late))
	waitFor(t, func() bool { return plane.Subscribers() == 2 })
	a.say <- 2
	pub2 := start(t, sys, axon.Pipeline(b, &backplane.PublishTo[int]{Name: "N"}))
	b.say <- 3
	waitFor(t, func() bool { return len(late.Items()) == 2 })
	close(until.say) // the end of its inbox is the end of the subscription
	<-sub.Done()
	waitFor(t, func() bool { return plane.Subscribers() == 1 })
	a.say <- 4
	run.Finish()
	a.say <- 5 // who is there already may go on
	close(a.say)
	close(b.say)
	for _, r := range []*axon.Running{pub, pub2, run} {
		if err := r.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	}
	waitFor(t, func() bool { return len(early.Items()) == 5 })
	got := early.Items()
	if slices.Sort(got); !slices.Equal(got, []int{1, 2, 3, 4, 5}) || len(late.Items()) != 2 {
		t.Errorf("early %v, late %v", got, late.Items())
	}
	if s := sys.Services(); len(s) != 0 {
		t.Errorf("services %v", s)
	}
}

// A subscriber that a Backplane has not seen at its end ends, too.
func TestSubscribeTooLate(t *testing.T) {
	for i := range 400 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		sys := &axon.System{}
		plane := start(t, sys, axon.Pipeline(backplane.New[int]("N")))
		for len(sys.Services()) < 2 {
			runtime.Gosched()
		}
		sub := start(t, sys, axon.Pipeline(&backplane.SubscribeTo[int]{Name: "N", Wait: time.Millisecond}, &ends.DataSink[int]{}))
		for range i % 40 {
			runtime.Gosched()
		}
		plane.Finish()
		if err := plane.Wait(ctx); err != nil {
			t.Fatal(err)
		}
		if err := sub.Wait(ctx); ctx.Err() != nil { // else it has found none, or has been refused
			t.Fatal(err)
		}
		sys.Close()
		cancel()
	}
}

// waitFor waits until something is so that another goroutine sees to.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatal("it does not happen")
		}
		<-time.After(time.Millisecond)
	}
}

// What a subscriber sees that takes nothing for a while.
func TestSlowSubscribers(t *testing.T) {
	for name, c := range map[string]struct {
		slow    flow.Slow
		ends    bool // the subscription
		blocked bool // the publisher
	}{
		"block": {flow.Block, false, true}, "drop oldest": {flow.DropOldest, false, false}, "disconnect": {flow.Disconnect, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBus(c.slow)
				b.Policy = axon.Policy{Then: axon.StopPart}
				h := axontest.Run(t, b, axontest.Hold(&b.Outbox))
				h.Settle()
				for i := range 200 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					err := offer(ctx, h, b, i)
					cancel()
					if err != nil {
						if !c.blocked {
							t.Fatalf("message %d: %v", i, err)
						}
						break
					}
					h.Settle()
					if i == 199 && c.blocked {
						t.Error("the publisher never had to wait")
					}
				}
				axontest.Release(h, &b.Outbox)
				if c.ends {
					if got := axontest.Rest(h, &b.Outbox); len(got) == 0 || len(got) == 200 || !slices.IsSorted(got) {
						t.Errorf("got %d messages, then the end", len(got))
					}
					return
				}
				h.Settle()
				var got []int
				for v, ok := axontest.Try(h, &b.Outbox); ok; v, ok = axontest.Try(h, &b.Outbox) {
					got = append(got, v)
					h.Settle()
				}
				if c.slow == flow.DropOldest && (got[len(got)-1] != 199 || len(got) > 60 || !slices.IsSorted(got)) {
					t.Errorf("got %v: not the newest", got)
				}
			})
		})
	}
}

// offer sends to the bus if there is room soon.
func offer(ctx context.Context, h *axontest.Harness, b *bus, v int) error {
	if b.Inbox.Len() == axon.DefaultSize {
		return context.DeadlineExceeded
	}
	return axontest.Offer(h, &b.Inbox, v)
}

func TestMistakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for want, g := range map[string]*axon.Graph{
			`backplane "X": there is no such backplane after 1m0s`: axon.Pipeline(&backplane.SubscribeTo[int]{Name: "X", Wait: time.Minute}, &ends.NullSink[int]{}),
			`backplane "Y": there is no such backplane after 5s`:   axon.Pipeline(ends.Data(1), &backplane.PublishTo[int]{Name: "Y"}),
			`backplane "T": axon: service`:                         axon.Pipeline(backplane.New[string]("T"), &backplane.SubscribeTo[int]{Name: "T"}, &ends.NullSink[int]{}),
			"a name is needed":                                     axon.Pipeline(&backplane.SubscribeTo[int]{}, &ends.NullSink[int]{}),
		} {
			if strings.Contains(want, `"T"`) {
				p := &backplane.SubscribeTo[int]{Name: "T"}
				sink := &ends.NullSink[int]{}
				g = &axon.Graph{Name: "types", Parts: axon.Parts{{Name: "B", Component: backplane.New[string]("T")}, {Name: "S", Component: p}, {Name: "N", Component: sink}},
					Links: axon.Links{axon.Link(&p.Outbox, &sink.Inbox)}}
			}
			if err := g.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want ... %s", err, want)
			}
		}
		two := &axon.Graph{Name: "two", Parts: axon.Parts{{Name: "A", Component: backplane.New[int]("Z")}, {Name: "B", Component: backplane.New[int]("Z")}}}
		if err := two.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "exists already") {
			t.Error(err)
		}
	})
}

func Example() {
	plane := backplane.New[string]("NEWS")
	var read sync.WaitGroup
	reader := func() axon.Component {
		read.Add(1)
		return axon.Consume(func(ctx context.Context, in *axon.Inbox[string]) error {
			v, err := in.Recv(ctx)
			fmt.Println(v)
			read.Done()
			return err
		})
	}
	writer := axon.Produce(func(ctx context.Context, out *axon.Outbox[string]) error {
		for plane.Subscribers() < 2 { // what is published before is not for them
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(time.Millisecond):
			}
		}
		return out.Send(ctx, "extra, extra")
	})
	g := &axon.Graph{
		Name: "news",
		Parts: axon.Parts{
			{Name: "NEWS", Component: plane},
			{Name: "WRITER", Component: axon.Pipeline(writer, &backplane.PublishTo[string]{Name: "NEWS"})},
			{Name: "READER", Component: axon.Pipeline(&backplane.SubscribeTo[string]{Name: "NEWS"}, reader())},
			{Name: "READER2", Component: axon.Pipeline(&backplane.SubscribeTo[string]{Name: "NEWS"}, reader())},
		},
	}
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(context.Background(), g)
	if err != nil {
		fmt.Println(err)
		return
	}
	read.Wait()
	running.Finish()
	fmt.Println(running.Wait(context.Background()))
	// Output:
	// extra, extra
	// extra, extra
	// <nil>
}
