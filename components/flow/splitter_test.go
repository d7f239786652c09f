package flow_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

// steps sends what a test tells it to.
type steps[T any] struct {
	axon.Base
	say    chan T
	Outbox axon.Outbox[T]
}

func newSteps[T any]() *steps[T] { return &steps[T]{say: make(chan T)} }

func (s *steps[T]) Main(ctx context.Context) error {
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

// holder takes no message until its channel is closed.
type holder struct {
	axon.Base
	Inbox axon.Inbox[int] `axon:"size=2"`
	take  chan bool
	got   []int
}

func (h *holder) Main(ctx context.Context) error {
	<-h.take
	h.got = slices.AppendSeq(h.got, h.Inbox.All(ctx))
	return nil
}

// A Splitter feeds its fixed outbox and the sinks that are there.
func TestSplitterSinksComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		data, conf := newSteps[int](), newSteps[flow.Configuration[int]]()
		s, fixed, guest := &flow.Splitter[int]{}, &ends.DataSink[int]{}, &ends.DataSink[int]{}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "DATA", Component: data}, {Name: "CONF", Component: conf}, {Name: "SPLIT", Component: s},
			{Name: "FIXED", Component: fixed}, {Name: "GUEST", Component: guest}},
			Links: axon.Links{axon.Link(&data.Outbox, &s.Inbox), axon.Link(&conf.Outbox, &s.Configuration),
				axon.Link(&s.Outbox, &fixed.Inbox), axon.Shared(&guest.Inbox, conf)}}
		done := make(chan error, 1)
		go func() { done <- g.Run(t.Context()) }()
		say := func(n int) { data.say <- n; synctest.Wait() }
		tell := func(c flow.Configuration[int]) { conf.say <- c; synctest.Wait() }
		say(1)
		tell(flow.AddSink(&guest.Inbox))
		tell(flow.AddSink(&guest.Inbox)) // once is enough
		say(2)
		say(3)
		tell(flow.RemoveSink(&guest.Inbox))
		say(4)
		tell(flow.AddSink(&guest.Inbox))
		say(5)
		close(conf.say)
		close(data.say)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(fixed.Items(), []int{1, 2, 3, 4, 5}) || !slices.Equal(guest.Items(), []int{2, 3, 5}) {
			t.Errorf("fixed %v, guest %v", fixed.Items(), guest.Items())
		}
	})
}

// What becomes of a sink that takes nothing for a while.
func TestSlowSinks(t *testing.T) {
	const n = 40
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	for name, c := range map[string]struct {
		slow    flow.Slow
		buffer  int
		blocked bool
		want    []int
	}{
		"block":       {flow.Block, 0, true, all},
		"disconnect":  {flow.Disconnect, 0, false, all[:2]},
		"drop oldest": {flow.DropOldest, 3, false, []int{0, 1, 2, 37, 38, 39}}, // two in the inbox, one in hand, three in the buffer
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				data, conf := newSteps[int](), newSteps[flow.Configuration[int]]()
				s, h := &flow.Splitter[int]{}, &holder{take: make(chan bool)}
				g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "DATA", Component: data}, {Name: "CONF", Component: conf},
					{Name: "SPLIT", Component: s}, {Name: "SLOW", Component: h}},
					Links: axon.Links{axon.Link(&data.Outbox, &s.Inbox), axon.Link(&conf.Outbox, &s.Configuration), axon.Shared(&h.Inbox, conf)}}
				done := make(chan error, 1)
				go func() { done <- g.Run(t.Context()) }()
				add := flow.AddSink(&h.Inbox)
				add.Sink.Slow, add.Sink.Buffer = c.slow, c.buffer
				conf.say <- add
				synctest.Wait()
				fed := make(chan bool)
				go func() {
					for i := range n {
						data.say <- i
						time.Sleep(time.Second)
					}
					close(fed)
				}()
				time.Sleep(time.Hour)
				select {
				case <-fed:
					if c.blocked {
						t.Error("the sender did not wait")
					}
				default:
					if !c.blocked {
						t.Error("the sender waits")
					}
				}
				close(h.take)
				<-fed
				close(conf.say)
				close(data.say)
				if err := <-done; err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(h.got, c.want) {
					t.Errorf("got %v, want %v", h.got, c.want)
				}
			})
		})
	}
}

// A Plug hears a Splitter as long as the component behind it lives.
func TestPlug(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		data, s, p := newSteps[int](), &flow.Splitter[int]{}, &flow.Plug[int]{}
		var got []int
		two := axon.Consume(func(ctx context.Context, in *axon.Inbox[int]) error {
			for v := range in.All(ctx) {
				if got = append(got, v); len(got) == 2 {
					break
				}
			}
			return nil
		})
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "DATA", Component: data}, {Name: "SPLIT", Component: s}, {Name: "PLUG", Component: p}, {Name: "TWO", Component: two}},
			Links: axon.Links{axon.Link(&data.Outbox, &s.Inbox), axon.Link(&p.Configuration, &s.Configuration), axon.Link(&p.Outbox, &two.Inbox)}}
		done := make(chan error, 1)
		go func() { done <- g.Run(t.Context()) }()
		synctest.Wait()
		for i := range 6 {
			data.say <- i
			synctest.Wait()
		}
		close(data.say)
		if err := <-done; err != nil || !slices.Equal(got, []int{0, 1}) {
			t.Error(err, got)
		}
	})
}

// A Plug whose Splitter ends before it has seen it ends, too.
func TestPlug_TooLate(t *testing.T) {
	for range 300 {
		src, split, plug, sink := ends.Data[int](), &flow.Splitter[int]{}, &flow.Plug[int]{}, &ends.DataSink[int]{}
		g := &axon.Graph{
			Name:  "late",
			Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "SPLIT", Component: split}, {Name: "PLUG", Component: plug}, {Name: "SINK", Component: sink}},
			Links: axon.Links{
				axon.Link(&src.Outbox, &split.Inbox),
				axon.Link(&plug.Configuration, &split.Configuration),
				axon.Link(&plug.Outbox, &sink.Inbox),
			},
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		err := g.Run(ctx)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
	}
}
