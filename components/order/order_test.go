package order_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/order"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &order.TagWithSequenceNumber[string]{} })
	t.Run("RecoverOrder", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &order.RecoverOrder[int]{} },
			axontest.Feed("inbox", order.Numbered[int]{Number: 5}, order.Numbered[int]{Number: 0}))
	})
}

// sent runs numbers through a RecoverOrder.
func sent(window int, numbers ...uint64) (got, late []uint64, err error) {
	src := &ends.DataSource[order.Numbered[int]]{Items: func(yield func(order.Numbered[int]) bool) {
		for _, n := range numbers {
			if !yield(order.Numbered[int]{Number: n}) {
				return
			}
		}
	}}
	r, out, rest := &order.RecoverOrder[int]{Window: window}, &ends.DataSink[order.Numbered[int]]{}, &ends.DataSink[order.Numbered[int]]{}
	g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "R", Component: r}, {Name: "OUT", Component: out}, {Name: "LATE", Component: rest}},
		Links: axon.Links{axon.Link(&src.Outbox, &r.Inbox), axon.Link(&r.Outbox, &out.Inbox), axon.Link(&r.Late, &rest.Inbox)}}
	err = g.Run(context.Background())
	for _, m := range out.Items() {
		got = append(got, m.Number)
	}
	for _, m := range rest.Items() {
		late = append(late, m.Number)
	}
	return got, late, err
}

func TestRecoverOrder(t *testing.T) {
	for name, c := range map[string]struct {
		window int
		in     []uint64
		want   []uint64
		late   []uint64
	}{
		"in order":          {4, []uint64{0, 1, 2}, []uint64{0, 1, 2}, nil},
		"overtaken":         {4, []uint64{1, 0, 3, 2}, []uint64{0, 1, 2, 3}, nil},
		"doubled":           {4, []uint64{0, 0, 2, 2, 1}, []uint64{0, 1, 2}, []uint64{0, 2}},
		"lost, then others": {3, []uint64{0, 2, 3, 4, 5, 1}, []uint64{0, 2, 3, 4, 5}, []uint64{1}},
		"lost at the end":   {9, []uint64{0, 2, 3}, []uint64{0, 2, 3}, nil},
		"the first is lost": {2, []uint64{1, 2, 3}, []uint64{1, 2, 3}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, late, err := sent(c.window, c.in...)
			if err != nil || !slices.Equal(got, c.want) || !slices.Equal(late, c.late) {
				t.Errorf("got %v late %v, %v; want %v late %v", got, late, err, c.want, c.late)
			}
		})
	}
}

// Whatever comes, what goes out is in order, nothing twice; and nothing is lost that
// was no further out of place than the window.
func TestRecoverOrderProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(t, "n")
		window := rapid.IntRange(1, 20).Draw(t, "window")
		numbers := make([]uint64, n)
		for i := range numbers {
			numbers[i] = uint64(i)
		}
		for i := 0; i+window <= n; i += window { // shuffled within blocks of the window
			block := rapid.Permutation(numbers[i:i+window]).Draw(t, "block")
			copy(numbers[i:], block)
		}
		got, late, err := sent(window, numbers...)
		if err != nil || len(got) != n || len(late) != 0 || !slices.IsSorted(got) {
			t.Fatalf("of %v came %v, late %v: %v", numbers, got, late, err)
		}
	})
}

func ExampleRecoverOrder() {
	type numbered = order.Numbered[string]
	src := ends.Data(numbered{1, "world"}, numbered{0, "hello"})
	if err := axon.Pipeline(src, &order.RecoverOrder[string]{}, &console.Echoer[numbered]{}).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {0 hello}
	// {1 world}
}

func ExampleTagWithSequenceNumber() {
	tag := &order.TagWithSequenceNumber[string]{}
	if err := axon.Pipeline(ends.Data("a", "b"), tag, &console.Echoer[order.Numbered[string]]{}).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {0 a}
	// {1 b}
}
