package flow_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func TestConformSmall(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"PassThrough":       func() axon.Component { return &flow.PassThrough[int]{} },
		"PromptedTurnstile": func() axon.Component { return &flow.PromptedTurnstile[int, string]{} },
		"Balancer":          func() axon.Component { return balancer("a", "b") },
		"Sync":              func() axon.Component { return &flow.Sync[int]{} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
	t.Run("DictChooser", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &flow.DictChooser[int, int]{Items: map[int]int{0: 1}} },
			axontest.Feed("option", map[int]int{5: 1}))
	})
}

func balancer(ways ...string) *flow.Balancer[int] {
	b := &flow.Balancer[int]{}
	for _, w := range ways {
		b.Outboxes.Named(w)
	}
	return b
}

func TestPromptedTurnstile(t *testing.T) {
	p := &flow.PromptedTurnstile[int, string]{}
	h := axontest.Run(t, p)
	axontest.Send(h, &p.Inbox, 1, 2, 3)
	h.Settle()
	if v, ok := axontest.Try(h, &p.Outbox); ok {
		t.Errorf("%d passed without a ticket", v)
	}
	axontest.Send(h, &p.Next, "a", "b")
	if a, b := axontest.Recv(h, &p.Outbox), axontest.Recv(h, &p.Outbox); a != 1 || b != 2 {
		t.Errorf("got %d and %d", a, b)
	}
	h.Finish(&p.Inbox)
	axontest.Send(h, &p.Next, "c", "d")
	if got := axontest.Rest(h, &p.Outbox); !slices.Equal(got, []int{3}) {
		t.Errorf("behind the end: %v", got)
	}
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}

func TestBalancer(t *testing.T) {
	b := balancer("a", "b")
	a, second := b.Outboxes.Named("a"), b.Outboxes.Named("b")
	h := axontest.Run(t, b, axontest.Hold(a), axontest.Hold(second))
	axontest.Send(h, &b.Inbox, 1, 2, 3)
	h.Settle() // one in each, and one in hand
	if got := h.Info().Doing; got != "blocked sending outboxes[a]" {
		t.Errorf("the component is %q", got)
	}
	if x, y := axontest.Recv(h, a), axontest.Recv(h, second); x != 1 || y != 2 {
		t.Errorf("got %d and %d, want them in turn", x, y)
	}
	axontest.Gone(h, a) // with 3 on the way to it, or there
	axontest.Release(h, second)
	axontest.Send(h, &b.Inbox, 4, 5, 6)
	h.Finish()
	if got := axontest.Rest(h, second); len(got) < 3 || !slices.Equal(got[len(got)-3:], []int{4, 5, 6}) {
		t.Errorf("the one that is left got %v", got)
	}
}

// A slow receiver is passed over.
func TestBalancerPassesOver(t *testing.T) {
	b := balancer("slow", "fast")
	slow, fast := b.Outboxes.Named("slow"), b.Outboxes.Named("fast")
	h := axontest.Run(t, b, axontest.Hold(slow))
	for i := range 10 {
		axontest.Send(h, &b.Inbox, i)
		h.Settle()
	}
	h.Finish()
	if got := axontest.Rest(h, fast); len(got) != 9 {
		t.Errorf("the fast one got %v, want all but one", got)
	}
	if got := axontest.Rest(h, slow); !slices.Equal(got, []int{0}) {
		t.Errorf("the slow one got %v", got)
	}
}

func TestSync(t *testing.T) {
	for n, want := range map[int][]int{0: {1, 3, 5}, 1: {1, 2, 3, 4, 5, 6, 7}, 3: {1, 4}, 8: nil} {
		sink := &ends.DataSink[int]{}
		err := axon.Pipeline(ends.Data(1, 2, 3, 4, 5, 6, 7), &flow.Sync[int]{N: n}, sink).Run(t.Context())
		if err != nil || !slices.Equal(sink.Items(), want) {
			t.Errorf("of %d: %v, %v; want %v", n, sink.Items(), err, want)
		}
	}
}

func TestDictChooser(t *testing.T) {
	items := map[string]int{"a": 1, "b": 2}
	d := &flow.DictChooser[string, int]{Items: items, Most: 3}
	h := axontest.Run(t, d)
	axontest.Send(h, &d.Inbox, "a", "x")
	if v, k := axontest.Recv(h, &d.Outbox), axontest.Recv(h, &d.Unknown); v != 1 || k != "x" {
		t.Errorf("got %d and %q", v, k)
	}
	axontest.Send(h, &d.Option, map[string]int{"a": 3, "x": 4})
	h.Settle()
	axontest.Send(h, &d.Inbox, "a", "x", "b")
	h.Settle()
	if got := []int{axontest.Recv(h, &d.Outbox), axontest.Recv(h, &d.Outbox), axontest.Recv(h, &d.Outbox)}; !slices.Equal(got, []int{3, 4, 2}) {
		t.Errorf("got %v", got)
	}
	if len(items) != 2 || items["a"] != 1 {
		t.Errorf("the items of the one who made it are %v", items)
	}
	h.Finish(&d.Option)
	axontest.Send(h, &d.Inbox, "b")
	h.Finish()
	if got := axontest.Rest(h, &d.Outbox); !slices.Equal(got, []int{2}) {
		t.Errorf("behind the options: %v", got)
	}
	tooMany := &flow.DictChooser[int, int]{Items: map[int]int{1: 1, 2: 2}, Most: 1}
	if err := axon.Pipeline(ends.Data(1), tooMany, &ends.NullSink[int]{}).Run(t.Context()); err == nil {
		t.Error("no bound")
	}
}

func ExampleSync() {
	run(ends.Data("left is ready", "right is ready", "left is ready again"), &flow.Sync[string]{N: 2}, &console.Echoer[string]{})
	// Output: left is ready
}

func ExampleDictChooser() {
	prices := map[string]float64{"tea": 1.8, "coffee": 2.2}
	run(ends.Data("coffee", "wine", "tea"), &flow.DictChooser[string, float64]{Items: prices}, &console.Echoer[float64]{})
	// Output:
	// 2.2
	// 1.8
}

func ExamplePassThrough() {
	run(ends.Data("a", "b"), &flow.PassThrough[string]{}, &console.Echoer[string]{})
	// Output:
	// a
	// b
}

func ExamplePromptedTurnstile() {
	src, tickets, show := ends.Data("a", "b", "c"), ends.Data(1, 2), &console.Echoer[string]{}
	p := &flow.PromptedTurnstile[string, int]{}
	g := &axon.Graph{
		Name: "turnstile",
		Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "TICKETS", Component: tickets},
			{Name: "TURNSTILE", Component: p}, {Name: "SHOW", Component: show}},
		Links: axon.Links{
			axon.Link(&src.Outbox, &p.Inbox),
			axon.Link(&tickets.Outbox, &p.Next),
			axon.Link(&p.Outbox, &show.Inbox),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a
	// b
}

func ExampleBalancer() {
	src, share := ends.Data(1, 2, 3, 4), &flow.Balancer[int]{}
	a, b := &ends.DataSink[int]{}, &ends.DataSink[int]{}
	g := &axon.Graph{
		Name:  "balancer",
		Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "SHARE", Component: share}, {Name: "A", Component: a}, {Name: "B", Component: b}},
		Links: axon.Links{
			axon.Link(&src.Outbox, &share.Inbox),
			axon.Link(share.Outboxes.Named("a"), &a.Inbox),
			axon.Link(share.Outboxes.Named("b"), &b.Inbox),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(len(a.Items()) + len(b.Items())) // each went one way
	// Output: 4
}

func ExampleSplitter() {
	src, split, show := ends.Data("news", "more news"), &flow.Splitter[string]{}, &console.Echoer[string]{}
	plug, late := &flow.Plug[string]{}, &ends.DataSink[string]{}
	g := &axon.Graph{
		Name: "splitter",
		Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "SPLIT", Component: split},
			{Name: "SHOW", Component: show}, {Name: "PLUG", Component: plug}, {Name: "LATE", Component: late}},
		Links: axon.Links{
			axon.Link(&src.Outbox, &split.Inbox),
			axon.Link(&split.Outbox, &show.Inbox), // is there from the start
			axon.Link(&plug.Configuration, &split.Configuration),
			axon.Link(&plug.Outbox, &late.Inbox), // hears what comes when it has been plugged in
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// news
	// more news
}

func ExamplePlug() {
	first, news := make(chan string), make(chan string)
	src, split := axon.Produce(func(ctx context.Context, o *axon.Outbox[string]) error {
		for heard := false; !heard; { // what is said before somebody is plugged in, is lost
			if err := o.Send(ctx, "news"); err != nil {
				return err
			}
			select {
			case <-first:
				heard = true
			default:
			}
		}
		return nil
	}), &flow.Splitter[string]{}
	plug := &flow.Plug[string]{}
	listen := axon.Consume(func(ctx context.Context, i *axon.Inbox[string]) error {
		v, err := i.Recv(ctx)
		close(first)
		news <- v
		for range i.All(ctx) {
		}
		return err
	})
	g := &axon.Graph{
		Name:  "plug",
		Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "SPLIT", Component: split}, {Name: "PLUG", Component: plug}, {Name: "LISTEN", Component: listen}},
		Links: axon.Links{
			axon.Link(axon.OutboxOf[string](src, "outbox"), &split.Inbox),
			axon.Link(&plug.Configuration, &split.Configuration),
			axon.Link(&plug.Outbox, axon.InboxOf[string](listen, "inbox")),
		},
	}
	ended := make(chan error)
	go func() { ended <- g.Run(context.Background()) }()
	fmt.Println(<-news, <-ended)
	// Output: news <nil>
}
