package console_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	t.Run("Reader", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			return &console.Reader{From: strings.NewReader(strings.Repeat("a line\n", 500)), Prompt: "> ", To: io.Discard}
		})
	})
	t.Run("Reader that waits", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { r, _ := io.Pipe(); return &console.Reader{From: r} })
	})
	t.Run("Echoer", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &console.Echoer[int]{To: io.Discard} })
	})
}

func TestReader(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
		err  bool
	}{
		"lines":              {"a\nb\r\n\nc", []string{"a", "b", "", "c"}, false},
		"nothing":            {"", nil, false},
		"a line that's long": {"a\n" + strings.Repeat("x", 100) + "\n", []string{"a"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var shown strings.Builder
			r := &console.Reader{From: strings.NewReader(c.in), Prompt: "> ", To: &shown, Longest: 50}
			h := axontest.Run(t, r)
			if got := axontest.Rest(h, &r.Outbox); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if err := h.Wait(); (err != nil) != c.err {
				t.Error(err)
			}
			if n := strings.Count(shown.String(), "> "); n != len(c.want)+1 {
				t.Errorf("%d prompts", n)
			}
		})
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestBrokenOutput(t *testing.T) {
	err := axon.Pipeline(ends.Data(1), &console.Echoer[int]{To: full{}}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "console: full") {
		t.Error(err)
	}
	err = axon.Pipeline(&console.Reader{From: strings.NewReader("a"), Prompt: ">", To: full{}}, &ends.NullSink[string]{}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "console: full") {
		t.Error(err)
	}
}

func ExampleReader() {
	g := axon.Pipeline(
		&console.Reader{From: strings.NewReader("hello\nthere\n"), Prompt: "> ", To: io.Discard},
		&console.Echoer[string]{To: os.Stdout, Format: "echo: %s\n"},
	)
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// echo: hello
	// echo: there
}

func ExampleEchoer() {
	if err := axon.Pipeline(ends.Data([]byte("as text")), &console.Echoer[[]byte]{}).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: as text
}
