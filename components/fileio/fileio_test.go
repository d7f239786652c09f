package fileio_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/fileio"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// file makes a file with some text.
func file(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestConform(t *testing.T) {
	name, dir := file(t, strings.Repeat("a line\n", 10_000)), t.TempDir()
	t.Run("Reader", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &fileio.Reader{Name: name, Size: 10} })
	})
	t.Run("Lines", func(t *testing.T) { axontest.Conform(t, func() axon.Component { return fileio.Lines(name) }) })
	t.Run("RateControlled", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return fileio.RateControlled(name, 10_000) })
	})
	t.Run("ChunkNamer", func(t *testing.T) { axontest.Conform(t, func() axon.Component { return &fileio.ChunkNamer{} }) })
	t.Run("TriggeredReader", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &fileio.TriggeredReader{} }, axontest.Feed("inbox", name))
	})
	t.Run("Writer", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &fileio.Writer{Name: filepath.Join(dir, "new")} }, axontest.Feed("inbox", []byte("x")))
	})
}

// What is read is written.
func TestCopy(t *testing.T) {
	text := strings.Repeat("some text, ", 20_000)
	to := filepath.Join(t.TempDir(), "copy")
	for _, want := range []string{text, text} { // the second time over the first
		if err := axon.Pipeline(&fileio.Reader{Name: file(t, text), Size: 1000}, &fileio.Writer{Name: to}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(to); err != nil || string(got) != want {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
	sink := &ends.DataSink[[]byte]{}
	if err := axon.Pipeline(ends.Data([]byte("more")), &fileio.Writer{Name: to, Append: true}, sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(to); err != nil || string(got) != text+"more" || len(sink.Items()) != 1 {
		t.Errorf("%d bytes, %v, forwarded %d", len(got), err, len(sink.Items()))
	}
}

func TestTriggeredReader(t *testing.T) {
	small, large := file(t, "small"), file(t, strings.Repeat("x", 101))
	r := &fileio.TriggeredReader{Largest: 100}
	h := axontest.Run(t, r)
	axontest.Send(h, &r.Inbox, small, "no such file", large, small)
	h.Finish()
	if got := axontest.Rest(h, &r.Outbox); len(got) != 2 || string(got[0].Data) != "small" || got[1].Name != small {
		t.Errorf("got %v", got)
	}
	got := axontest.Rest(h, &r.Faults)
	if len(got) != 2 || !os.IsNotExist(unwrap(got[0])) || !strings.Contains(got[1].Error(), "more than 100 bytes") {
		t.Errorf("faults %v", got)
	}
	if err := axon.Pipeline(ends.Data("no such file"), &fileio.TriggeredReader{}, &ends.NullSink[fileio.File]{}).Run(t.Context()); err == nil {
		t.Error("no failure")
	}
}

func unwrap(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok || os.IsNotExist(err) {
			return err
		}
		err = inner.Unwrap()
	}
}

func TestRateControlled(t *testing.T) {
	name := file(t, strings.Repeat("x", 10_000))
	synctest.Test(t, func(t *testing.T) {
		began, sink := time.Now(), &ends.DataSink[[]byte]{}
		if err := axon.Pipeline(fileio.RateControlled(name, 1000), sink).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took, n := time.Since(began).Round(time.Millisecond), len(bytes.Join(sink.Items(), nil)); took != 9900*time.Millisecond || n != 10_000 {
			t.Errorf("%d bytes took %v", n, took)
		}
	})
}

func TestMistakes(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "no", "file")
	for _, g := range []*axon.Graph{
		axon.Pipeline(&fileio.Reader{Name: missing}, &ends.NullSink[[]byte]{}),
		axon.Pipeline(ends.Data([]byte("x")), &fileio.Writer{Name: missing}),
		axon.Pipeline(&fileio.Reader{Name: t.TempDir()}, &ends.NullSink[[]byte]{}), // a directory
	} {
		if err := g.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "fileio: ") {
			t.Error(err)
		}
	}
}

func ExampleLines() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "poem")
	write := axon.Pipeline(ends.Data([]byte("roses are red\n"), []byte("gophers are blue\n")), &fileio.Writer{Name: name})
	read := axon.Pipeline(fileio.Lines(name), &console.Echoer[string]{})
	for _, g := range []*axon.Graph{write, read} {
		if err := g.Run(context.Background()); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// roses are red
	// gophers are blue
}

func ExampleChunkNamer() {
	dir, err := os.MkdirTemp("", "chunks")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := &fileio.ChunkNamer{Path: filepath.Join(dir, "talk-"), Suffix: ".txt"}
	if err := axon.Pipeline(ends.Data([]byte("hello"), []byte("world")), name, &fileio.WholeWriter{}).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	for _, file := range []string{"talk-chunk1.txt", "talk-chunk2.txt"} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		fmt.Println(file, string(text), err)
	}
	// Output:
	// talk-chunk1.txt hello <nil>
	// talk-chunk2.txt world <nil>
}
