package flow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

// run runs a pipeline and prints what went wrong.
func run(parts ...axon.Component) {
	if err := axon.Pipeline(parts...).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleTransform() {
	run(ends.Data("a", "b"), flow.Transform(strings.ToUpper), &console.Echoer[string]{})
	// Output:
	// A
	// B
}

func ExamplePureTransformer() {
	half := func(n int) (int, bool) { return n / 2, n%2 == 0 }
	run(ends.Data(1, 2, 3, 4), &flow.PureTransformer[int, int]{Do: half}, &console.Echoer[int]{})
	// Output:
	// 1
	// 2
}

func ExampleFilter() {
	run(ends.Data(1, 1, 2, 2, 1), &flow.Filter[int]{Keep: flow.Unseen[int]()}, &console.Echoer[int]{})
	// Output:
	// 1
	// 2
	// 1
}

func ExampleChooser() {
	moves := ends.Data(flow.Next, flow.Next, flow.Previous, flow.Last)
	run(moves, &flow.Chooser[string]{Items: []string{"one", "two", "three"}}, &console.Echoer[string]{})
	// Output:
	// one
	// two
	// one
	// three
}

func ExampleForwardChooser() {
	items := slices.Values([]string{"one", "two"})
	run(ends.Data(flow.Next, flow.Next, flow.Next), &flow.ForwardChooser[string]{Items: items}, &console.Echoer[string]{})
	// Output:
	// one
	// two
}

func ExampleCollate() {
	run(ends.Data(1, 2, 3), &flow.Collate[int]{}, &console.Echoer[[]int]{})
	// Output: [1 2 3]
}

func ExampleLossyConnector() {
	run(ends.Data(1, 2, 3), &flow.LossyConnector[int]{}, &console.Echoer[int]{}) // there is room for three
	// Output:
	// 1
	// 2
	// 3
}

func ExampleFanout() {
	src, fan := ends.Data(1, 2), &flow.Fanout[int]{}
	sum, list := &flow.Collate[int]{}, &flow.Collate[int]{}
	a, b := &ends.DataSink[[]int]{}, &ends.DataSink[[]int]{}
	g := &axon.Graph{
		Name: "fanout",
		Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "FAN", Component: fan}, {Name: "SUM", Component: sum},
			{Name: "LIST", Component: list}, {Name: "A", Component: a}, {Name: "B", Component: b}},
		Links: axon.Links{
			axon.Link(&src.Outbox, &fan.Inbox),
			axon.Link(fan.Outboxes.Named("sum"), &sum.Inbox),
			axon.Link(fan.Outboxes.Named("list"), &list.Inbox),
			axon.Link(&sum.Outbox, &a.Inbox),
			axon.Link(&list.Outbox, &b.Inbox),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(a.Items(), b.Items())
	// Output: [[1 2]] [[1 2]]
}

func ExampleRouter() {
	src := ends.Data("get a", "put b", "get c")
	r := &flow.Router[string]{Rule: func(s string) string { verb, _, _ := strings.Cut(s, " "); return verb }}
	gets, others := &ends.DataSink[string]{}, &ends.DataSink[string]{}
	g := &axon.Graph{
		Name: "router",
		Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "ROUTER", Component: r},
			{Name: "GETS", Component: gets}, {Name: "OTHERS", Component: others}},
		Links: axon.Links{
			axon.Link(&src.Outbox, &r.Inbox),
			axon.Link(r.Routes.Named("get"), &gets.Inbox),
			axon.Link(&r.Otherwise, &others.Inbox),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(gets.Items(), others.Items())
	// Output: [get a get c] [put b]
}

func ExampleComparator() {
	a, b, same := ends.Data(1, 2, 3), ends.Data(1, 5, 3), &flow.Comparator[int]{}
	show := &console.Echoer[bool]{}
	g := &axon.Graph{
		Name: "comparator",
		Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b},
			{Name: "SAME", Component: same}, {Name: "SHOW", Component: show}},
		Links: axon.Links{
			axon.Link(&a.Outbox, &same.A), axon.Link(&b.Outbox, &same.B),
			axon.Link(&same.Outbox, &show.Inbox),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// true
	// false
	// true
}
