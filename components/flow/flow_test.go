package flow_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func odd(n int) bool { return n%2 == 1 }

func TestConform(t *testing.T) {
	fanout := func() axon.Component {
		f := &flow.Fanout[int]{}
		f.Outboxes.Named("a")
		f.Outboxes.Named("b")
		return f
	}
	router := func() axon.Component {
		r := &flow.Router[int]{Rule: func(n int) string { return []string{"even", "odd"}[n%2] }}
		r.Routes.Named("odd")
		return r
	}
	for name, make := range map[string]func() axon.Component{
		"Chooser":         func() axon.Component { return &flow.Chooser[int]{Items: []int{1, 2}} },
		"ForwardChooser":  func() axon.Component { return &flow.ForwardChooser[int]{Items: slices.Values([]int{1, 2}), Loop: true} },
		"PureTransformer": func() axon.Component { return flow.Transform(func(n int) string { return "x" }) },
		"Filter":          func() axon.Component { return &flow.Filter[int]{Keep: flow.Unseen[int]()} },
		"Fanout":          fanout,
		"Router":          router,
		"LossyConnector":  func() axon.Component { return &flow.LossyConnector[int]{} },
		"Collate":         func() axon.Component { return &flow.Collate[int]{} },
		"Comparator":      func() axon.Component { return &flow.Comparator[int]{} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
	t.Run("Splitter", func(t *testing.T) {
		nowhere := flow.RemoveSink(new(axon.Inbox[int]))
		axontest.Conform(t, func() axon.Component { return &flow.Splitter[int]{} }, axontest.Feed("configuration", nowhere))
	})
	t.Run("Plug", func(t *testing.T) { axontest.Conform(t, func() axon.Component { return &flow.Plug[int]{} }) })
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]axon.Component{
		"ForwardChooser": &flow.ForwardChooser[int]{}, "PureTransformer": &flow.PureTransformer[int, int]{},
		"Filter": &flow.Filter[int]{}, "Fanout": &flow.Fanout[int]{}, "Router": &flow.Router[int]{},
	} {
		if err := c.(axon.Validator).Validate(); err == nil || !strings.HasPrefix(err.Error(), "flow: a "+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestChooser(t *testing.T) {
	const N, P, F, L, S = flow.Next, flow.Previous, flow.First, flow.Last, flow.Same
	abc := []string{"a", "b", "c"}
	for name, c := range map[string]struct {
		items []string
		edge  flow.Edge
		moves []flow.Move
		want  string
	}{
		"forward":                            {abc, flow.Stay, []flow.Move{N, N, N}, "abc"},
		"next past the end stays on last":    {abc, flow.Stay, []flow.Move{L, N, N}, "ccc"},
		"prev past the start stays on first": {abc, flow.Stay, []flow.Move{F, P, P, N}, "aaab"},
		"first, last, same":                  {abc, flow.Stay, []flow.Move{L, S, F, S}, "ccaa"},
		"begins backwards":                   {abc, flow.Stay, []flow.Move{P, P}, "cb"},
		"begins with same":                   {abc, flow.Stay, []flow.Move{S}, "a"},
		"round":                              {abc, flow.Round, []flow.Move{L, N, P, P}, "cacb"},
		"stop":                               {abc, flow.Stop, []flow.Move{N, N, N, N, F}, "abc"},
		"one":                                {[]string{"x"}, flow.Round, []flow.Move{N, N, P}, "xxx"},
		"none":                               {nil, flow.Stay, []flow.Move{N, P, F, L, S}, ""},
		"none, round":                        {nil, flow.Round, []flow.Move{N, P, F, L, S}, ""},
		"none, stop":                         {nil, flow.Stop, []flow.Move{N}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			sink := &ends.DataSink[string]{}
			if err := axon.Pipeline(ends.Data(c.moves...), &flow.Chooser[string]{Items: c.items, Edge: c.edge}, sink).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(sink.Items(), ""); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	if flow.Next.String() != "NEXT" || flow.Move(9).String() != "Move(9)" {
		t.Error(flow.Next, flow.Move(9))
	}
}

func TestForwardChooser(t *testing.T) {
	const N, S, P = flow.Next, flow.Same, flow.Previous
	for name, c := range map[string]struct {
		items []int
		loop  bool
		moves []flow.Move
		want  []int
	}{
		"to the end":      {[]int{1, 2}, false, []flow.Move{N, N, N, N}, []int{1, 2}},
		"same":            {[]int{1, 2}, false, []flow.Move{S, S, N, S}, []int{1, 1, 2, 2}},
		"others ignored":  {[]int{1, 2}, false, []flow.Move{P, N, P, N}, []int{1, 2}},
		"round":           {[]int{1, 2}, true, []flow.Move{N, N, N}, []int{1, 2, 1}},
		"none":            {nil, false, []flow.Move{N, N}, nil},
		"none goes round": {nil, true, []flow.Move{N, N}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			sink := &ends.DataSink[int]{}
			chooser := &flow.ForwardChooser[int]{Items: slices.Values(c.items), Loop: c.loop}
			if err := axon.Pipeline(ends.Data(c.moves...), chooser, sink).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := sink.Items(); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestFilterAndRouter(t *testing.T) {
	f, kept, not := &flow.Filter[int]{Keep: odd}, &ends.DataSink[int]{}, &ends.DataSink[int]{}
	src := ends.Data(1, 2, 3, 4)
	g := &axon.Graph{Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "F", Component: f}, {Name: "K", Component: kept}, {Name: "N", Component: not}},
		Links: axon.Links{axon.Link(&src.Outbox, &f.Inbox), axon.Link(&f.Outbox, &kept.Inbox), axon.Link(&f.Dropped, &not.Inbox)}}
	if err := g.Run(t.Context()); err != nil || !slices.Equal(kept.Items(), []int{1, 3}) || !slices.Equal(not.Items(), []int{2, 4}) {
		t.Error(err, kept.Items(), not.Items())
	}
	r := &flow.Router[string]{Rule: func(s string) string { return s[:1] }}
	a, b, rest := &ends.DataSink[string]{}, &ends.DataSink[string]{}, &ends.DataSink[string]{}
	words := ends.Data("ape", "bee", "cat", "ant")
	g = &axon.Graph{Parts: axon.Parts{{Name: "SRC", Component: words}, {Name: "R", Component: r}, {Name: "A", Component: a}, {Name: "B", Component: b}, {Name: "REST", Component: rest}},
		Links: axon.Links{axon.Link(&words.Outbox, &r.Inbox), axon.Link(r.Routes.Named("a"), &a.Inbox),
			axon.Link(r.Routes.Named("b"), &b.Inbox), axon.Link(&r.Otherwise, &rest.Inbox)}}
	if err := g.Run(t.Context()); err != nil || !slices.Equal(a.Items(), []string{"ape", "ant"}) ||
		!slices.Equal(b.Items(), []string{"bee"}) || !slices.Equal(rest.Items(), []string{"cat"}) {
		t.Error(err, a.Items(), b.Items(), rest.Items())
	}
}

// The receivers of a Fanout get all; one that leaves does not end it.
func TestFanout(t *testing.T) {
	f, all := &flow.Fanout[int]{}, &ends.DataSink[int]{}
	once := axon.Consume(func(ctx context.Context, in *axon.Inbox[int]) error { _, err := in.Recv(ctx); return err })
	src := ends.Data(1, 2, 3, 4, 5)
	g := &axon.Graph{Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "F", Component: f}, {Name: "ALL", Component: all}, {Name: "ONCE", Component: once}},
		Links: axon.Links{axon.Link(&src.Outbox, &f.Inbox), axon.Link(f.Outboxes.Named("once"), &once.Inbox), axon.Link(f.Outboxes.Named("all"), &all.Inbox)}}
	if err := g.Run(t.Context()); err != nil || !slices.Equal(all.Items(), []int{1, 2, 3, 4, 5}) {
		t.Error(err, all.Items())
	}
}

// What there is room for passes, the rest is lost: 1 in the link, as the harness
// has it, until something is taken.
func TestLossyConnector(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &flow.LossyConnector[int]{}
		h := axontest.Run(t, l, axontest.Hold(&l.Outbox))
		for v := range 3 {
			axontest.Send(h, &l.Inbox, v+1)
			h.Settle()
		}
		if got := axontest.Recv(h, &l.Outbox); got != 1 {
			t.Errorf("got %d", got)
		}
		for v := range 2 {
			axontest.Send(h, &l.Inbox, v+4)
			h.Settle()
		}
		axontest.Release(h, &l.Outbox)
		h.Finish()
		if got := axontest.Rest(h, &l.Outbox); !slices.Equal(got, []int{4}) {
			t.Errorf("passed %v, want 4", got)
		}
		if got := axontest.Rest(h, &l.Lost); !slices.Equal(got, []int{2, 3, 5}) {
			t.Errorf("lost %v, want 2 3 5", got)
		}
	})
}

func TestCollate(t *testing.T) {
	sink := &ends.DataSink[[]int]{}
	if err := axon.Pipeline(ends.Data(1, 2, 3), &flow.Collate[int]{}, sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := sink.Items(); len(got) != 1 || !slices.Equal(got[0], []int{1, 2, 3}) {
		t.Errorf("got %v", got)
	}
	if err := axon.Pipeline(ends.Data(1, 2, 3), &flow.Collate[int]{Most: 2}, sink).Run(t.Context()); err == nil {
		t.Error("three of two were gathered")
	}
}

func TestComparator(t *testing.T) {
	for name, c := range map[string]struct {
		a, b []int
		want []bool
	}{
		"equal":         {[]int{1, 2}, []int{1, 2}, []bool{true, true}},
		"one differs":   {[]int{1, 2, 3}, []int{1, 5, 3}, []bool{true, false, true}},
		"b is shorter":  {[]int{1, 2}, []int{1}, []bool{true}},
		"a is shorter":  {[]int{1}, []int{1, 2}, []bool{true}},
		"one is silent": {nil, []int{1, 2}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			x, h := &flow.Comparator[int]{}, (*axontest.Harness)(nil)
			h = axontest.Run(t, x)
			axontest.Send(h, &x.A, c.a...)
			axontest.Send(h, &x.B, c.b...)
			h.Finish()
			if got := axontest.Rest(h, &x.Outbox); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if got := axontest.Recv(h, &x.Signal); got.Kind != axon.Finish {
				t.Errorf("signal %v", got)
			}
		})
	}
}

func TestSlowString(t *testing.T) {
	if flow.DropOldest.String() != "drop oldest" || flow.Slow(7).String() != "Slow(7)" {
		t.Error(flow.DropOldest, flow.Slow(7))
	}
}
