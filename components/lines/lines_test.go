package lines_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/lines"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	t.Run("LineSplit", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &lines.LineSplit{} }, axontest.Feed("inbox", []byte("a\nb"), []byte("c\n")))
	})
	for name, make := range map[string]func() axon.Component{
		"RequestResponse": func() axon.Component { return &lines.RequestResponse{Talk: echo} },
		"LineJoin":        func() axon.Component { return &lines.LineJoin{} },
		"ToWords":         func() axon.Component { return &lines.ToWords{} },
		"FromWords":       func() axon.Component { return &lines.FromWords{} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}

// split runs a text through LineSplit, in pieces.
func split(t testing.TB, text string, size, longest int) ([]string, error) {
	t.Helper()
	sink := &ends.DataSink[string]{}
	pieces := slices.Collect(slices.Chunk([]byte(text), max(size, 1)))
	err := axon.Pipeline(ends.Data(pieces...), &lines.LineSplit{Longest: longest}, sink).Run(t.Context())
	return sink.Items(), err
}

func TestLineSplit(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
		long bool
	}{
		"lines":          {"a\nbb\n", []string{"a", "bb"}, false},
		"no last end":    {"a\nbb", []string{"a", "bb"}, false},
		"CR LF":          {"a\r\n\r\nb\r", []string{"a", "", "b"}, false},
		"nothing":        {"", nil, false},
		"just as long":   {"1234567890\n", []string{"1234567890"}, false},
		"just with CR":   {"1234567890\r\n", []string{"1234567890"}, false},
		"too long":       {"12345678901\n", nil, true},
		"long, no end":   {strings.Repeat("x", 100), nil, true},
		"two at a time ": {"quick\nbrown\n", []string{"quick", "brown"}, false},
	} {
		for _, size := range []int{1, 2, 1000} {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				got, err := split(t, c.in, size, 10)
				if !slices.Equal(got, c.want) || errors.Is(err, lines.ErrTooLong) != c.long || !c.long && err != nil {
					t.Errorf("got %q, %v", got, err)
				}
			})
		}
	}
}

// FuzzLineSplit holds that lines do not depend on how the stream is cut.
func FuzzLineSplit(f *testing.F) {
	f.Add("a\r\nb\n\nc", 2)
	f.Fuzz(func(t *testing.T, text string, size int) {
		if len(text) > 1000 {
			return
		}
		var want []string
		for line := range strings.Lines(text) {
			want = append(want, strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
		}
		if got, err := split(t, text, size, 0); err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	})
}

func TestWords(t *testing.T) {
	for line, want := range map[string][]string{
		`ADD NODE "1 2" "a \"b\"" auto`: {"ADD", "NODE", "1 2", `a "b"`, "auto"},
		"":                              nil,
		"  a\tb  ":                      {"a", "b"},
		`"" x`:                          {"", "x"},
	} {
		if got, err := lines.Words(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
	if _, err := lines.Words(`a "b`); err == nil {
		t.Error("a quote without an end")
	}
}

// FuzzWords holds that words come back, and that what is read can be written.
func FuzzWords(f *testing.F) {
	f.Add(`a "b c" d\`, "x y", "")
	f.Fuzz(func(t *testing.T, line, a, b string) {
		words := []string{a, b}
		if got, err := lines.Words(lines.Line(words)); err != nil || !slices.Equal(got, words) && strings.ToValidUTF8(a+b, "") == a+b {
			t.Fatalf("%q became %q, %v", words, got, err)
		}
		if words, err := lines.Words(line); err == nil {
			if again, err := lines.Words(lines.Line(words)); err != nil || !slices.Equal(again, words) {
				t.Fatalf("%q became %q, %v", words, again, err)
			}
		}
	})
}

func run(parts ...axon.Component) {
	if err := axon.Pipeline(parts...).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleLineSplit() {
	run(ends.Data([]byte("hel"), []byte("lo\nwor"), []byte("ld\n")), &lines.LineSplit{}, &console.Echoer[string]{})
	// Output:
	// hello
	// world
}

func ExampleLineJoin() {
	run(ends.Data("hello"), &lines.LineJoin{End: "\r\n"}, &console.Echoer[[]byte]{Format: "%q\n"})
	// Output: "hello\r\n"
}

func ExampleToWords() {
	run(ends.Data(`say "good morning" twice`), &lines.ToWords{}, &console.Echoer[[]string]{Format: "%q\n"})
	// Output: ["say" "good morning" "twice"]
}

func ExampleFromWords() {
	run(ends.Data([]string{"say", "good morning"}), &lines.FromWords{}, &console.Echoer[string]{})
	// Output: say "good morning"
}

// echo says what it hears.
func echo(ctx context.Context, r *lines.RequestResponse) error {
	line, err := r.Hear(ctx)
	for err == nil {
		line, err = r.Ask(ctx, line)
	}
	return err
}

func TestRequestResponseNeedsTalk(t *testing.T) {
	if err := (&lines.RequestResponse{}).Validate(); err == nil || !strings.Contains(err.Error(), "needs Talk") {
		t.Error(err)
	}
}

// The line buffer is around a conversation, however the bytes are cut.
func TestProtocol(t *testing.T) {
	sink := &ends.DataSink[[]byte]{}
	said := ends.Data([]byte("on"), []byte("e\ntwo\nthr"), []byte("ee"))
	if err := axon.Pipeline(said, lines.Protocol(&lines.RequestResponse{Talk: echo}), sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := string(slices.Concat(sink.Items()...)); got != "one\ntwo\nthree\n" {
		t.Errorf("got %q", got)
	}
}

func ExampleRequestResponse() {
	greet := func(ctx context.Context, r *lines.RequestResponse) error {
		name, err := r.Ask(ctx, "What is your name?")
		if err != nil {
			return err
		}
		return r.Say(ctx, "Hello, "+name+".", "Good-bye.")
	}
	run(ends.Data("Ada"), &lines.RequestResponse{Talk: greet}, &console.Echoer[string]{})
	// Output:
	// What is your name?
	// Hello, Ada.
	// Good-bye.
}
