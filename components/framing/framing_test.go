package framing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/framing"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	t.Run("Framer", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &framing.Framer{} }, axontest.Feed("inbox", framing.Frame{Tag: "a"}))
	})
	t.Run("DeFramer", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &framing.DeFramer{} }, axontest.Feed("inbox", []byte("a 1\nx")))
	})
	for name, make := range map[string]func() axon.Component{
		"DataChunker":       func() axon.Component { return &framing.DataChunker{} },
		"DataDeChunker":     func() axon.Component { return &framing.DataDeChunker{} },
		"RateChunker":       func() axon.Component { return &framing.RateChunker{DataRate: 7, ChunkRate: 2} },
		"Chunkifier":        func() axon.Component { return &framing.Chunkifier{Size: 7} },
		"MaxSizePacketiser": func() axon.Component { return &framing.MaxSizePacketiser{} },
	} {
		t.Run(name, func(t *testing.T) {
			axontest.Conform(t, make, axontest.Feed("inbox", []byte(framing.SyncMark+"some data")))
		})
	}
}

// cut cuts a stream into pieces of some size.
func cut(b []byte, size int) [][]byte { return slices.Collect(slices.Chunk(b, max(size, 1))) }

// through runs messages through components and returns what comes out.
func through[T any](t testing.TB, in [][]byte, parts ...axon.Component) ([]T, error) {
	t.Helper()
	sink := &ends.DataSink[T]{}
	line := append([]axon.Component{ends.Data(in...)}, parts...)
	err := axon.Pipeline(append(line, sink)...).Run(t.Context())
	return sink.Items(), err
}

func TestDeFramer(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want string
		err  string
	}{
		"one":               {"a 5\nhello", "[{a hello}]", ""},
		"two, one empty":    {"a 0\nbb 3\nx\ny", "[{a } {bb x\ny}]", ""},
		"nothing":           {"", "[]", ""},
		"no length":         {"a\nhello", "[]", `corrupt frame: "a"`},
		"a bad length":      {"a -1\n", "[]", "corrupt frame"},
		"a length with a 0": {"a 05\nhello", "[]", "corrupt frame"},
		"no tag":            {" 5\nhello", "[]", "corrupt frame"},
		"too large":         {"a 1000000\n", "[]", "more than 100"},
		"cut off":           {"a 5\nhell", "[]", "it ends after 8 bytes"},
		"no line end":       {strings.Repeat("a", 200), "[]", "no line end"},
	} {
		for _, size := range []int{1, 3, 1000} {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				got, err := through[framing.Frame](t, cut([]byte(c.in), size), &framing.DeFramer{Largest: 100})
				if s := fmt.Sprintf("%s", got); s != c.want {
					t.Errorf("got %s, want %s", s, c.want)
				}
				if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want ... %s ...", err, c.err)
				}
			})
		}
	}
}

func TestFramerRefuses(t *testing.T) {
	for _, tag := range []string{"", "a b", "a\nb", strings.Repeat("x", 200)} {
		err := axon.Pipeline(ends.Data(framing.Frame{Tag: tag}), &framing.Framer{}, &ends.NullSink[[]byte]{}).Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "the tag") {
			t.Errorf("%q: %v", tag, err)
		}
	}
}

// FuzzDeFramer holds that frames do not depend on how the stream is cut, and that what
// was framed comes back.
func FuzzDeFramer(f *testing.F) {
	f.Add([]byte("a 5\nhellob 0\n"), 3)
	f.Add([]byte("a 99\n"), 1)
	f.Fuzz(func(t *testing.T, stream []byte, size int) {
		if len(stream) > 2000 {
			return
		}
		whole, err := through[framing.Frame](t, [][]byte{stream}, &framing.DeFramer{})
		parts, err2 := through[framing.Frame](t, cut(stream, size), &framing.DeFramer{})
		if (err == nil) != (err2 == nil) || errors.Is(err, framing.ErrCorrupt) != errors.Is(err2, framing.ErrCorrupt) {
			t.Fatalf("whole %v, cut %v", err, err2)
		}
		if err != nil {
			return // a failure ends the line, with what is under way
		}
		if fmt.Sprint(whole) != fmt.Sprint(parts) {
			t.Fatalf("whole %v, cut %v", whole, parts)
		}
		var back bytes.Buffer
		for _, fr := range whole {
			fmt.Fprintf(&back, "%s %d\n%s", fr.Tag, len(fr.Data), fr.Data)
		}
		if !bytes.HasPrefix(stream, back.Bytes()) {
			t.Fatalf("%q made %q", stream, back.Bytes())
		}
	})
}

// FuzzChunks holds that what is chunked comes back, whatever is in it and however the
// stream is cut; and that a reader who comes late finds the next chunk.
func FuzzChunks(f *testing.F) {
	f.Add([]byte("hello"), []byte(framing.SyncMark), 3, "", 2)
	f.Add([]byte{'\\', 'a'}, []byte("\\\\aaa"), 1, "ab", 0)
	f.Fuzz(func(t *testing.T, a, b []byte, size int, mark string, late int) {
		if strings.Contains(mark, "\\") || len(a)+len(b)+len(mark) > 2000 {
			return
		}
		stream, err := through[[]byte](t, [][]byte{a, b}, &framing.DataChunker{Mark: mark})
		if err != nil {
			t.Fatal(err)
		}
		all := bytes.Join(stream, nil)
		got, err := through[[]byte](t, cut(all, size), &framing.DataDeChunker{Mark: mark})
		if err != nil || len(got) != 2 || !bytes.Equal(got[0], a) || !bytes.Equal(got[1], b) {
			t.Fatalf("%q and %q became %q: %v", a, b, got, err)
		}
		if late > len(mark)+len(framing.SyncMark) && late < len(stream[0]) && stream[0][late-1] != '\\' {
			got, err := through[[]byte](t, cut(all[late:], size), &framing.DataDeChunker{Mark: mark})
			if err != nil || len(got) == 0 || !bytes.Equal(got[len(got)-1], b) {
				t.Fatalf("after a late start: %q, %v", got, err)
			}
		}
	})
}

// Who comes late into a chunk whose data has a mark, which is escaped, waits for the next
// chunk, wherever the stream is cut.
func TestDataDeChunker_LateIntoAMark(t *testing.T) {
	rest := []byte("the rest of a chunk with \\" + framing.SyncMark + " in its data" + framing.SyncMark + "next")
	for size := 1; size <= len(rest); size++ {
		got, err := through[[]byte](t, cut(rest, size), &framing.DataDeChunker{})
		if err != nil || len(got) != 1 || string(got[0]) != "next" {
			t.Errorf("in pieces of %d: %q, %v", size, got, err)
		}
	}
	for _, mark := range []string{"|", "|-"} {
		rest := []byte("a \\| b \\\\ c \\" + mark + mark + "next")
		for size := 1; size <= len(rest); size++ {
			got, err := through[[]byte](t, cut(rest, size), &framing.DataDeChunker{Mark: mark})
			if err != nil || len(got) != 1 || string(got[0]) != "next" {
				t.Errorf("%s in pieces of %d: %q, %v", mark, size, got, err)
			}
		}
	}
}

func TestChunksAreBounded(t *testing.T) {
	if _, err := through[[]byte](t, [][]byte{[]byte(framing.SyncMark), make([]byte, 2000)}, &framing.DataDeChunker{Largest: 1000}); err == nil {
		t.Error("no bound")
	}
	if got, err := through[[]byte](t, cut(make([]byte, 100_000), 1000), &framing.DataDeChunker{Largest: 1000}); err != nil || len(got) != 0 {
		t.Error(len(got), err)
	}
	if err := (&framing.DataChunker{Mark: `\`}).Validate(); err == nil {
		t.Error("a mark with a backslash")
	}
}

func TestPacketiser(t *testing.T) {
	got, err := through[[]byte](t, [][]byte{[]byte("abcdefg"), {}, []byte("abc")}, &framing.MaxSizePacketiser{Largest: 3})
	if want := []string{"abc", "def", "g", "", "abc"}; err != nil || fmt.Sprintf("%s", got) != fmt.Sprint(want) {
		t.Errorf("%s %v", got, err)
	}
}

func run(parts ...axon.Component) {
	if err := axon.Pipeline(parts...).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleFramer() {
	run(ends.Data(framing.Frame{Tag: "greeting", Data: []byte("hello")}), &framing.Framer{}, &console.Echoer[[]byte]{})
	// Output:
	// greeting 5
	// hello
}

func ExampleDeFramer() {
	run(ends.Data([]byte("greeti"), []byte("ng 5\nhel"), []byte("lo")), &framing.DeFramer{}, &console.Echoer[framing.Frame]{Format: "%s\n"})
	// Output: {greeting hello}
}

func ExampleDataChunker() {
	run(ends.Data([]byte("one"), []byte("two")), &framing.DataChunker{Mark: "|"}, &console.Echoer[[]byte]{})
	// Output:
	// |one
	// |two
}

func ExampleDataDeChunker() {
	run(ends.Data([]byte("ne|two"), []byte("|th"), []byte("ree")), &framing.DataDeChunker{Mark: "|"}, &console.Echoer[[]byte]{})
	// Output:
	// two
	// three
}

func ExampleMaxSizePacketiser() {
	run(ends.Data([]byte("too long for one")), &framing.MaxSizePacketiser{Largest: 8}, &console.Echoer[[]byte]{})
	// Output:
	// too long
	//  for one
}

func TestChunkifier(t *testing.T) {
	text := []byte("0123456789abcdefghij")
	for size := 1; size < 25; size++ {
		for piece := 1; piece < 25; piece++ {
			got, err := through[[]byte](t, cut(text, piece), &framing.Chunkifier{Size: size})
			if err != nil || !slices.EqualFunc(got, cut(text, size), bytes.Equal) {
				t.Fatalf("chunks of %d from pieces of %d: %q, %v", size, piece, got, err)
			}
		}
	}
}

func ExampleChunkifier() {
	run(ends.Data([]byte("ab"), []byte("cdefg")), &framing.Chunkifier{Size: 3}, &console.Echoer[[]byte]{})
	// Output:
	// abc
	// def
	// g
}

func TestRateChunker(t *testing.T) {
	for name, c := range map[string]struct {
		data, chunks float64
		quantum      int
		in           int
		want         []int
	}{
		"even":                    {100, 10, 0, 35, []int{10, 10, 10, 5}},
		"two sizes":               {5, 2, 1, 15, []int{2, 3, 2, 3, 2, 3}},
		"whole samples":           {40, 4, 4, 40, []int{8, 12, 8, 12}},
		"thirds":                  {10, 3, 1, 20, []int{3, 3, 4, 3, 3, 4}},
		"less than a quantum":     {1, 10, 4, 10, []int{4, 4, 2}},
		"no whole number at last": {40, 4, 4, 11, []int{8, 3}},
	} {
		for _, piece := range []int{1, 7, 100} {
			got, err := through[[]byte](t, cut(make([]byte, c.in), piece), &framing.RateChunker{DataRate: c.data, ChunkRate: c.chunks, Quantum: c.quantum})
			var sizes []int
			for _, b := range got {
				sizes = append(sizes, len(b))
			}
			if err != nil || !slices.Equal(sizes, c.want) {
				t.Errorf("%s, in pieces of %d: %v, %v; want %v", name, piece, sizes, err, c.want)
			}
		}
	}
	for _, c := range []*framing.RateChunker{{}, {DataRate: 1}, {DataRate: 1, ChunkRate: 1, Quantum: -1}, {DataRate: 1e12, ChunkRate: 1}, {DataRate: math.NaN(), ChunkRate: 1}, {DataRate: 1, ChunkRate: 1, Quantum: 1 << 30}} {
		if c.Validate() == nil {
			t.Errorf("%v bytes in %v chunks of quanta of %d", c.DataRate, c.ChunkRate, c.Quantum)
		}
	}
}

func ExampleRateChunker() {
	sound := bytes.Repeat([]byte("left"), 8) // 16 bits for each of two sides, 16 times a second
	run(ends.Data(sound), &framing.RateChunker{DataRate: 64, ChunkRate: 6, Quantum: 4}, &console.Echoer[[]byte]{})
	// Output:
	// leftleft
	// leftleftleft
	// leftleftleft
}
