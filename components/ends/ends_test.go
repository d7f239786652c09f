package ends_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/ends"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	endless := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
	for name, make := range map[string]func() axon.Component{
		"OneShot":         func() axon.Component { return &ends.OneShot[int]{Message: 1} },
		"TriggeredSource": func() axon.Component { return &ends.TriggeredSource[string, int]{Items: []int{1, 2}} },
		"DataSource":      func() axon.Component { return &ends.DataSource[int]{Items: endless} },
		"DataSink":        func() axon.Component { return &ends.DataSink[int]{} },
		"NullSink":        func() axon.Component { return &ends.NullSink[int]{} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}

func TestDataSinkIsBounded(t *testing.T) {
	sink := &ends.DataSink[int]{Most: 2}
	if err := axon.Pipeline(ends.Data(1, 2, 3), sink).Run(t.Context()); err == nil {
		t.Error("it kept three of two")
	}
	if got := sink.Items(); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("kept %v", got)
	}
}

func TestDataSourceWithoutItems(t *testing.T) {
	if err := axon.Pipeline(&ends.DataSource[int]{}, &ends.NullSink[int]{}).Build(); err == nil {
		t.Error("no mistake was found")
	}
}

func ExampleData() {
	sink := &ends.DataSink[string]{}
	if err := axon.Pipeline(ends.Data("a", "b"), sink).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(sink.Items())
	// Output: [a b]
}

func ExampleOneShot() {
	sink := &ends.DataSink[int]{}
	if err := axon.Pipeline(&ends.OneShot[int]{Message: 7}, sink).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(sink.Items())
	// Output: [7]
}

func ExampleTriggeredSource() {
	sink := &ends.DataSink[string]{}
	answer := &ends.TriggeredSource[int, string]{Items: []string{"ready", "steady", "go"}}
	if err := axon.Pipeline(ends.Data(1, 2, 3), answer, sink).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(sink.Items())
	// Output: [ready steady go]
}

func ExampleNullSink() {
	fmt.Println(axon.Pipeline(ends.Data(1, 2, 3), &ends.NullSink[int]{}).Run(context.Background()))
	// Output: <nil>
}

func ExampleDataSink() {
	sink := &ends.DataSink[int]{}
	if err := axon.Pipeline(ends.Data(1, 2, 3), sink).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(sink.Items())
	// Output: [1 2 3]
}
