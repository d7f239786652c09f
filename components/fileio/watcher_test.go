package fileio_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/fileio"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func put(t testing.TB, dir, name, text string) string {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestConformMore(t *testing.T) {
	name, dir := file(t, strings.Repeat("a line\n", 10_000)), t.TempDir()
	put(t, dir, "there", "x")
	t.Run("PromptedReader", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &fileio.PromptedReader{Name: name} }, axontest.Feed("inbox", 1, 0, 3))
	})
	t.Run("PromptedReader of lines", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &fileio.PromptedReader{Name: name, Lines: true} }, axontest.Feed("inbox", 1, 0, 3))
	})
	t.Run("WholeWriter", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &fileio.WholeWriter{} }, axontest.Feed("inbox", fileio.File{Name: filepath.Join(dir, "new")}))
	})
	t.Run("DirectoryWatcher", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			return &fileio.DirectoryWatcher{Directory: dir, Existing: true, Settle: time.Millisecond}
		}, axontest.RealTime())
	})
}

func TestDirectoryWatcher(t *testing.T) {
	dir := t.TempDir()
	path := put(t, dir, "old.txt", "old")
	d := &fileio.DirectoryWatcher{Directory: dir, Pattern: "*.txt", Existing: true, Settle: 10 * time.Millisecond}
	h := axontest.Run(t, d)
	want := func(from *axon.Outbox[string], path string) {
		t.Helper()
		if got := axontest.Recv(h, from); got != path {
			t.Errorf("told of %s, want %s", got, path)
		}
	}
	want(&d.Outbox, path)
	put(t, dir, "other.log", "passed over")
	if err := os.Mkdir(filepath.Join(dir, "folder.txt"), 0o700); err != nil {
		t.Fatal(err)
	}
	want(&d.Outbox, put(t, dir, "new2.txt", "more"))
	want(&d.Outbox, put(t, dir, "old.txt", "longer than it was"))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	want(&d.Gone, path)
	h.Finish()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
	if rest := axontest.Rest(h, &d.Outbox); len(rest) != 0 {
		t.Errorf("told of %v besides", rest)
	}
}

func TestDirectoryWatcherExisting(t *testing.T) {
	dir := t.TempDir()
	want := []string{put(t, dir, "a", ""), put(t, dir, "b", "")}
	put(t, dir, ".hidden", "")
	d := &fileio.DirectoryWatcher{Directory: dir, Existing: true, Settle: time.Millisecond, Poll: time.Millisecond}
	h := axontest.Run(t, d)
	if got := []string{axontest.Recv(h, &d.Outbox), axontest.Recv(h, &d.Outbox)}; !slices.Equal(got, want) {
		t.Errorf("told of %v, want %v", got, want)
	}
}

func TestDirectoryWatcherFails(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a", "")
	put(t, dir, "b", "")
	for name, c := range map[string]struct {
		d    *fileio.DirectoryWatcher
		says string
	}{
		"no directory":      {&fileio.DirectoryWatcher{}, "needs a Directory"},
		"missing directory": {&fileio.DirectoryWatcher{Directory: filepath.Join(dir, "missing")}, "missing"},
		"a file":            {&fileio.DirectoryWatcher{Directory: filepath.Join(dir, "a")}, "a"},
		"a bad pattern":     {&fileio.DirectoryWatcher{Directory: dir, Pattern: "["}, "syntax error in pattern"},
		"too many":          {&fileio.DirectoryWatcher{Directory: dir, Most: 1}, "more than 1 files"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := axon.Pipeline(c.d, &ends.NullSink[string]{}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
	gone := t.TempDir()
	d := &fileio.DirectoryWatcher{Directory: gone, Existing: true, Settle: time.Millisecond}
	path := put(t, gone, "a", "")
	h := axontest.Run(t, d)
	if got := axontest.Recv(h, &d.Outbox); got != path {
		t.Errorf("told of %s", got)
	}
	if err := os.RemoveAll(gone); err != nil {
		t.Fatal(err)
	}
	if err := h.Wait(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory has gone: %v", err)
	}
}

func TestPromptedReader(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		lines bool
		ask   []int
		want  []string
		err   string
	}{
		"bytes":              {"hello world", false, []int{2, 0, 3, 100, 7}, []string{"he", "llo", " world"}, ""},
		"just all":           {"hello", false, []int{5, 1}, []string{"hello"}, ""},
		"not all":            {"hello", false, []int{1}, []string{"h"}, ""},
		"empty":              {"", false, []int{1}, nil, ""},
		"lines":              {"a\nb\r\n\nd", true, []int{1, 0, 2, 5}, []string{"a", "b", "", "d"}, ""},
		"not all lines":      {"a\nb\n", true, []int{1}, []string{"a"}, ""},
		"empty lines":        {"", true, []int{3}, nil, ""},
		"longest line":       {strings.Repeat("x", 100) + "\r\n", true, []int{1}, []string{strings.Repeat("x", 100)}, ""},
		"too long a line":    {strings.Repeat("x", 101) + "\n", true, []int{1}, nil, "more than 100 bytes"},
		"far too long":       {strings.Repeat("x", 9999), true, []int{1}, nil, "more than 100 bytes"},
		"negative":           {"x", true, []int{-1}, nil, "asked for -1"},
		"too many bytes":     {"x", false, []int{101}, nil, "asked for 101"},
		"as many lines as 1": {"x\n", true, []int{1 << 30}, []string{"x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			sink := &ends.DataSink[[]byte]{}
			r := &fileio.PromptedReader{Name: file(t, c.text), Lines: c.lines, Largest: 100}
			err := axon.Pipeline(ends.Data(c.ask...), r, sink).Run(t.Context())
			if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			var got []string
			for _, b := range sink.Items() {
				got = append(got, string(b))
			}
			if c.err == "" && !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWholeWriter(t *testing.T) {
	dir := t.TempDir()
	old := put(t, dir, "old", "old")
	missing := filepath.Join(dir, "missing", "file")
	w := &fileio.WholeWriter{Mode: 0o600}
	h := axontest.Run(t, w)
	axontest.Send(h, &w.Inbox, fileio.File{Name: old, Data: []byte("new")}, fileio.File{Name: missing},
		fileio.File{Name: dir, Data: []byte("a directory")}, fileio.File{Name: filepath.Join(dir, "empty")})
	h.Finish()
	if got := axontest.Rest(h, &w.Outbox); !slices.Equal(got, []string{old, filepath.Join(dir, "empty")}) {
		t.Errorf("written: %q", got)
	}
	if got := axontest.Rest(h, &w.Faults); len(got) != 2 || !errors.Is(got[0], os.ErrNotExist) {
		t.Errorf("faults: %v", got)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "new" {
		t.Errorf("%q, %v", b, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".new-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	if err := axon.Pipeline(ends.Data(fileio.File{Name: missing}), &fileio.WholeWriter{}).Run(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nobody hears of the fault: %v", err)
	}
}

// inNewDirectory runs an example in a directory of its own.
func inNewDirectory(run func(dir string) error) {
	dir, err := os.MkdirTemp("", "")
	if err == nil {
		err = errors.Join(run(dir), os.RemoveAll(dir))
	}
	if err != nil {
		fmt.Println(err)
	}
}

func ExampleReader() {
	inNewDirectory(func(dir string) error {
		name := filepath.Join(dir, "file")
		if err := os.WriteFile(name, []byte("hello world"), 0o600); err != nil {
			return err
		}
		return axon.Pipeline(&fileio.Reader{Name: name, Size: 6}, &console.Echoer[[]byte]{Format: "%q\n"}).Run(context.Background())
	})
	// Output:
	// "hello "
	// "world"
}

func ExampleRateControlled() {
	inNewDirectory(func(dir string) error {
		name := filepath.Join(dir, "file")
		if err := os.WriteFile(name, []byte("0123456789"), 0o600); err != nil {
			return err
		}
		return axon.Pipeline(fileio.RateControlled(name, 50), &console.Echoer[[]byte]{}).Run(context.Background())
	})
	// Output:
	// 01234
	// 56789
}

func ExampleTriggeredReader() {
	inNewDirectory(func(dir string) error {
		name := filepath.Join(dir, "file")
		if err := os.WriteFile(name, []byte("hello"), 0o600); err != nil {
			return err
		}
		show := flow.Transform(func(f fileio.File) string { return fmt.Sprintf("%s: %s", filepath.Base(f.Name), f.Data) })
		return axon.Pipeline(ends.Data(name), &fileio.TriggeredReader{}, show, &console.Echoer[string]{}).Run(context.Background())
	})
	// Output: file: hello
}

func ExamplePromptedReader() {
	inNewDirectory(func(dir string) error {
		name := filepath.Join(dir, "poem")
		if err := os.WriteFile(name, []byte("roses are red\ngophers are blue\n"), 0o600); err != nil {
			return err
		}
		return axon.Pipeline(ends.Data(1, 1), &fileio.PromptedReader{Name: name, Lines: true}, &console.Echoer[[]byte]{}).Run(context.Background())
	})
	// Output:
	// roses are red
	// gophers are blue
}

func ExampleWholeWriter() {
	inNewDirectory(func(dir string) error {
		file := fileio.File{Name: filepath.Join(dir, "greeting"), Data: []byte("hello")}
		show := flow.Transform(filepath.Base)
		return axon.Pipeline(ends.Data(file), &fileio.WholeWriter{}, show, &console.Echoer[string]{}).Run(context.Background())
	})
	// Output: greeting
}

// What is put into a directory is read.
func ExampleDirectoryWatcher() {
	inNewDirectory(func(dir string) error {
		ctx, done := context.WithCancel(context.Background())
		show := flow.Transform(func(f fileio.File) string {
			fmt.Println(string(f.Data))
			done() // one is enough
			return f.Name
		})
		if err := os.WriteFile(filepath.Join(dir, "letter"), []byte("Dear reader"), 0o600); err != nil {
			return err
		}
		watch := &fileio.DirectoryWatcher{Directory: dir, Existing: true}
		err := axon.Pipeline(watch, &fileio.TriggeredReader{}, show, &ends.NullSink[string]{}).Run(ctx)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	})
	// Output: Dear reader
}

func ExampleWriter() {
	inNewDirectory(func(dir string) error {
		name := filepath.Join(dir, "log")
		for _, text := range []string{"one\n", "two\n"} {
			w := &fileio.Writer{Name: name, Append: true}
			if err := axon.Pipeline(ends.Data([]byte(text)), w).Run(context.Background()); err != nil {
				return err
			}
		}
		return axon.Pipeline(fileio.Lines(name), &console.Echoer[string]{}).Run(context.Background())
	})
	// Output:
	// one
	// two
}
