package tags_test

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
	"github.com/kamaelia-go/kamaelia/components/tags"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"UIDTagger":        func() axon.Component { return &tags.UIDTagger[int]{UID: "a"} },
		"FilterTag":        func() axon.Component { return &tags.FilterTag[int]{UID: "a"} },
		"FilterButKeepTag": func() axon.Component { return &tags.FilterButKeepTag[int]{UID: "a"} },
		"Wrapper":          func() axon.Component { return tags.TagAndFilterWrapper[int](&flow.PassThrough[int]{}) },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []axon.Validator{&tags.UIDTagger[int]{}, &tags.FilterTag[int]{}, &tags.FilterButKeepTag[int]{}} {
		if c.Validate() == nil {
			t.Errorf("%T without a UID", c)
		}
	}
	if a, b := tags.NewUID(), tags.NewUID(); a == b || a == "" {
		t.Errorf("%q and %q", a, b)
	}
}

func TestFilters(t *testing.T) {
	in := []tags.Tagged[int]{{"a", 1}, {"b", 2}, {"", 3}, {"a", 4}}
	bare, whole := &ends.DataSink[int]{}, &ends.DataSink[tags.Tagged[int]]{}
	if err := axon.Pipeline(ends.Data(in...), &tags.FilterTag[int]{UID: "a"}, bare).Run(t.Context()); err != nil || !slices.Equal(bare.Items(), []int{2, 3}) {
		t.Errorf("got %v, %v", bare.Items(), err)
	}
	if err := axon.Pipeline(ends.Data(in...), &tags.FilterButKeepTag[int]{UID: "a"}, whole).Run(t.Context()); err != nil || !slices.Equal(whole.Items(), in[1:3]) {
		t.Errorf("got %v, %v", whole.Items(), err)
	}
}

// A Wrapper's target hears what others say, and not what it has said.
func TestWrapper(t *testing.T) {
	w := tags.TagAndFilterWrapper[string](flow.Transform(func(s string) string { return "re: " + s }))
	h := axontest.Run(t, w)
	axontest.Send(h, &w.Inbox, tags.Tagged[string]{UID: "other", Value: "hello"})
	own := axontest.Recv(h, &w.Outbox)
	if own.Value != "re: hello" || own.UID == "" || own.UID == "other" {
		t.Errorf("got %+v", own)
	}
	axontest.Send(h, &w.Inbox, own, tags.Tagged[string]{UID: "other", Value: "bye"})
	h.Finish()
	if rest := axontest.Rest(h, &w.Outbox); len(rest) != 1 || rest[0].Value != "re: bye" {
		t.Errorf("got %+v", rest)
	}
}

func run(parts ...axon.Component) {
	if err := axon.Pipeline(parts...).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleUIDTagger() {
	run(ends.Data("a line", "a circle"), &tags.UIDTagger[string]{UID: "board1"}, &console.Echoer[tags.Tagged[string]]{})
	// Output:
	// {board1 a line}
	// {board1 a circle}
}

type drawn = tags.Tagged[string]

func ExampleFilterTag() {
	run(ends.Data(drawn{"board1", "a line"}, drawn{"board2", "a circle"}), &tags.FilterTag[string]{UID: "board1"}, &console.Echoer[string]{})
	// Output: a circle
}

func ExampleFilterButKeepTag() {
	run(ends.Data(drawn{"board1", "a line"}, drawn{"board2", "a circle"}), &tags.FilterButKeepTag[string]{UID: "board1"}, &console.Echoer[drawn]{})
	// Output: {board2 a circle}
}

func ExampleTagAndFilterWrapper() {
	answer := flow.Transform(func(s string) string { return "seen: " + s })
	bare := flow.Transform(func(d drawn) string { return d.Value })
	run(ends.Data(drawn{"board2", "a circle"}), tags.TagAndFilterWrapper[string](answer), bare, &console.Echoer[string]{})
	// Output: seen: a circle
}
