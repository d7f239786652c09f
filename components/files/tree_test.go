package files

import (
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		tree *Tree
		want string
	}{
		"zero": {&Tree{}, ""},
		"good": {&Tree{
			Index: []string{"index.html", "default.htm", ".index"}, DefaultType: "text/plain",
			Types: map[string]string{".TXT": `text/plain; charset="utf-8"`},
		}, ""},
		"every mistake": {&Tree{
			Index: []string{"", "..", "a/b", "a\x00"}, DefaultType: "text",
			Types: map[string]string{"txt": "text/plain\r\nX: y"},
		}, `files: Index: "" is not the name of a file
files: Index: ".." is not the name of a file
files: Index: "a/b" is not the name of a file
files: Index: "a\x00" is not the name of a file
files: Types: "txt" is not an extension such as ".txt"
files: Types["txt"]: "text/plain\r\nX: y" is not a media type
files: DefaultType: "text" is not a media type`},
		"two extensions": {&Tree{Types: map[string]string{".tar.gz": "application/gzip"}},
			`files: Types: ".tar.gz" is not an extension such as ".txt"`},
		"empty type": {&Tree{Types: map[string]string{".x": ""}}, `files: Types[".x"]: "" is not a media type`},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := c.tree.Validate(); err != nil {
				got = err.Error()
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if c.want != "" && c.tree.Open() == nil {
				t.Error("Open accepts what Validate does not")
			}
		})
	}
}

// TestDefaults: the zero Tree serves the current directory, as documented.
func TestDefaults(t *testing.T) {
	dir := site(t, map[string]string{"x": "x"})
	t.Chdir(dir)
	tree := open(t, &Tree{})
	get(t, tree, "/x")
	o := tree.opts
	if o.memory != 64<<20 || o.small != 64<<10 || o.fresh != 100*time.Millisecond ||
		o.defaultType != "application/octet-stream" || o.index[0] != "index.html" {
		t.Errorf("defaults: %+v", o)
	}
}

// A change is something that happens to root/x, which holds "old-content" and
// was modified in 1994.
var changes = map[string]func(t *testing.T, name string){
	"replaced": func(t *testing.T, name string) { replace(t, name, "another file") },
	"replaced, same size and time": func(t *testing.T, name string) {
		replace(t, name, "new-content")
		stamp(t, name)
	},
	"grown":       func(t *testing.T, name string) { add(t, name, " and more") },
	"shrunk":      func(t *testing.T, name string) { cut(t, name, 3) },
	"emptied":     func(t *testing.T, name string) { cut(t, name, 0) },
	"overwritten": func(t *testing.T, name string) { write(t, name, "new-content") },
	"overwritten, time set back": func(t *testing.T, name string) {
		write(t, name, "new-content")
		stamp(t, name)
	},
	"touched": func(t *testing.T, name string) {
		if err := os.Chtimes(name, time.Time{}, time.Unix(784111778, 0)); err != nil {
			t.Fatal(err)
		}
	},
}

// stamp sets name's modification time to 1994, as rsync -t would.
func stamp(t *testing.T, name string) {
	t.Helper()
	if err := os.Chtimes(name, time.Time{}, time.Unix(784111777, 0)); err != nil {
		t.Fatal(err)
	}
}

// version returns the identity of the file called name.
func version(t *testing.T, name string) identity {
	t.Helper()
	fi, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return identify(fi)
}

func add(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func cut(t *testing.T, name string, size int64) {
	t.Helper()
	if err := os.Truncate(name, size); err != nil {
		t.Fatal(err)
	}
}

// TestChangeIsSeen: after each change the next look gives the new version with
// a new strong tag, for files in memory and for large ones.
func TestChangeIsSeen(t *testing.T) {
	for _, small := range []int64{0, -1} {
		for name, change := range changes {
			t.Run(name+map[int64]string{0: ", small", -1: ", large"}[small], func(t *testing.T) {
				dir := site(t, map[string]string{"x": "old-content"})
				file := dir + "/x"
				stamp(t, file)
				tree := open(t, &Tree{Dir: dir, Fresh: -1, Small: small})
				before := get(t, tree, "/x")
				if again := get(t, tree, "/x"); again != before {
					t.Error("an unchanged file got another entry")
				}
				if f, err := before.Open(); err != nil {
					t.Errorf("Open of an unchanged file: %v", err)
				} else {
					f.Close()
				}

				for was := version(t, file); version(t, file) == was; {
					// Once, unless the change falls into one tick of the file's
					// clock with the one before, which no look could see.
					change(t, file)
				}
				if f, err := before.Open(); !errors.Is(err, ErrChanged) {
					t.Errorf("Open of the old entry: %v, %v, want ErrChanged", f, err)
				}
				after := get(t, tree, "/x")
				if after == before || after.ETag == before.ETag {
					t.Errorf("the change was not seen: tags %s and %s", before.ETag, after.ETag)
				}
				want, _ := os.ReadFile(file)
				if after.Size != int64(len(want)) || small == 0 && string(after.Content) != string(want) {
					t.Errorf("got %d bytes %q, want %q", after.Size, after.Content, want)
				}
				os.Remove(file)
				refuse(t, tree, "/x", ErrNotFound)
				if tree.cache.check(t) != 0 {
					t.Error("a removed file is still in the cache")
				}
			})
		}
	}
}

// TestFresh: an entry is trusted for Fresh, and no longer.
func TestFresh(t *testing.T) {
	dir := site(t, map[string]string{"x": "old"})
	var now atomic.Int64
	tree := open(t, &Tree{Dir: dir, since: func() time.Duration { return time.Duration(now.Load()) }})
	at := func(d time.Duration, want string) {
		t.Helper()
		now.Store(int64(d))
		if e := get(t, tree, "/x"); string(e.Content) != want {
			t.Errorf("after %v: got %q, want %q", d, e.Content, want)
		}
	}
	at(0, "old")
	replace(t, dir+"/x", "new")
	at(defaultFresh-1, "old")
	at(defaultFresh, "new")
	replace(t, dir+"/x", "newer")
	at(2*defaultFresh-1, "new")
	at(2*defaultFresh, "newer")
	at(3*defaultFresh, "newer") // looked at, not changed
	replace(t, dir+"/x", "newest")
	at(4*defaultFresh-1, "newer")
	os.Remove(dir + "/x")
	at(4*defaultFresh-1, "newer")
	now.Store(int64(4 * defaultFresh))
	refuse(t, tree, "/x", ErrNotFound)
	write(t, dir+"/x", "back")
	now.Store(int64(5*defaultFresh - 1))
	refuse(t, tree, "/x", ErrNotFound) // that there is none is trusted as well
	at(5*defaultFresh, "back")

	t.Run("Entry.Open notices earlier", func(t *testing.T) {
		e := get(t, tree, "/x")
		replace(t, dir+"/x", "again")
		if _, err := e.Open(); !errors.Is(err, ErrChanged) {
			t.Fatalf("Open: %v, want ErrChanged", err)
		}
		at(5*defaultFresh, "again")
	})
}
