package files

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

//go:embed testdata/site
var embedded embed.FS

// embeddedSite is what is in testdata/site, as programs carry it.
func embeddedSite(t testing.TB) fs.FS {
	t.Helper()
	sub, err := fs.Sub(embedded, "testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

func TestFS(t *testing.T) {
	m := fstest.MapFS{
		"index.html": {Data: []byte("home")}, "a/b.txt": {Data: []byte("b"), ModTime: time.Unix(784111777, 5)},
		"dir/x": {}, ".env": {Data: []byte("secret")}, ".well-known/x": {}, "fifo": {Mode: fs.ModeNamedPipe},
		"locked": {Mode: 0},
	}
	tree := open(t, &Tree{FS: m})
	if e := get(t, tree, "/"); string(e.Content) != "home" || e.Type != "text/html; charset=utf-8" || !e.ModTime.IsZero() {
		t.Errorf("%+v", e)
	}
	if e := get(t, tree, "/a/b.txt"); !e.ModTime.Equal(time.Unix(784111777, 0)) {
		t.Errorf("%+v", e)
	}
	for _, path := range []string{"/none", "/a/../a/b.txt", "/.env", "/fifo", "/a/b.txt/", "/a/b.txt/x", "/dir/", "/..", "/\xff"} {
		refuse(t, tree, path, ErrNotFound)
	}
	if _, err := tree.Get("/a"); Status(err) != 301 {
		t.Error(err)
	}
	if _, err := tree.Get("/dir/"); !errors.Is(err, ErrNoIndex) {
		t.Error(err)
	}
	if got := listed(t, tree, "/"); got != ".well-known/ a/ dir/ index.html locked" {
		t.Errorf("listed: %s", got)
	}
	if err := (&Tree{FS: m, Dir: "x"}).Validate(); err == nil {
		t.Error("a tree with two roots")
	}
}

// TestFS_Empty: an empty file has the length 0, in memory or not.
func TestFS_Empty(t *testing.T) {
	for _, small := range []int64{0, -1} {
		tree := open(t, &Tree{FS: fstest.MapFS{"a": {}}, Small: small})
		got := ask(t, &Reader{Tree: tree}, "GET", "/a", nil)
		if got.status != 200 || got.sent.Bytes == nil || got.sent.Stream != nil || got.body != "" {
			t.Errorf("%+v", got.sent)
		}
	}
}

// TestFS_Tag: the tag is a hash of the content, and of nothing else.
func TestFS_Tag(t *testing.T) {
	text := strings.Repeat("x", 100_000)
	want := `"` + "" // of sha256
	for name, tree := range map[string]*Tree{
		"small":        {FS: fstest.MapFS{"a": {Data: []byte(text)}}, Small: 1 << 20},
		"large, timed": {FS: fstest.MapFS{"b": {Data: []byte(text), ModTime: time.Unix(784111777, 0)}}},
		"large, fixed": {FS: fstest.MapFS{"c": {Data: []byte(text)}}, Fixed: true},
		"on disk":      {FS: os.DirFS(site(t, map[string]string{"d": text}))},
	} {
		t.Run(name, func(t *testing.T) {
			open(t, tree)
			infos, err := tree.ReadDir("/")
			if err != nil {
				t.Fatal(err)
			}
			e := get(t, tree, "/"+infos[0].Name)
			if want == `"` {
				want = e.ETag
			}
			if e.ETag != want || len(want) != 34 {
				t.Errorf("tag %s, want %s", e.ETag, want)
			}
		})
	}
	t.Run("large, without times", func(t *testing.T) {
		// Another content of the same size may be sent under it.
		tree := open(t, &Tree{FS: fstest.MapFS{"a": {Data: []byte(text)}}})
		if e := get(t, tree, "/a"); !strings.HasPrefix(e.ETag, "W/") {
			t.Errorf("tag %s", e.ETag)
		}
	})
}

// TestFS_Changes: an FS that is not fixed is looked at again; one without times
// is read again.
func TestFS_Changes(t *testing.T) {
	m := fstest.MapFS{"a": {Data: []byte("old")}}
	tree := open(t, &Tree{FS: m, Fresh: -1})
	fixed := open(t, &Tree{FS: m, Fixed: true, Fresh: -1})
	before, kept := get(t, tree, "/a"), get(t, fixed, "/a")
	if again := get(t, tree, "/a"); again.ETag != before.ETag {
		t.Errorf("the same content has the tags %s and %s", before.ETag, again.ETag)
	}
	m["a"] = &fstest.MapFile{Data: []byte("new")}
	if e := get(t, tree, "/a"); string(e.Content) != "new" || e.ETag == before.ETag {
		t.Errorf("%s, tag %s", e.Content, e.ETag)
	}
	if e := get(t, fixed, "/a"); e != kept {
		t.Error("a fixed file was looked at again")
	}
	m["a"] = &fstest.MapFile{Data: []byte("timed"), ModTime: time.Unix(784111777, 0)}
	timed := get(t, tree, "/a")
	if again := get(t, tree, "/a"); again != timed {
		t.Error("a file whose time has settled was read again")
	}
	delete(m, "a")
	refuse(t, tree, "/a", ErrNotFound)
}

// TestFS_Embedded: files that are carried in the program.
func TestFS_Embedded(t *testing.T) {
	for _, root := range []struct {
		fsys fs.FS
		path string
	}{{embedded, "/testdata/site/"}, {embeddedSite(t), "/"}} {
		tree := open(t, &Tree{FS: root.fsys, Small: 10})
		e := get(t, tree, root.path)
		if e.Content != nil || e.ETag[0] != '"' && root.path != "/" {
			t.Errorf("%+v", e)
		}
		f, err := e.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		f.Close()
		if err != nil || int64(len(text)) != e.Size {
			t.Errorf("%d bytes, %v", len(text), err)
		}
		got := ask(t, &Reader{Tree: tree}, "GET", root.path, fields("Range", "bytes=0-14"))
		if got.status != 206 || got.body != "<!doctype html>" {
			t.Errorf("%d %q", got.status, got.body)
		}
	}
	tree := open(t, &Tree{FS: embedded})
	if tree.opts.fresh < 1<<62 {
		t.Error("an embed.FS is looked at twice")
	}
}

// TestFS_Faults: what a file system says is told as it is.
func TestFS_Faults(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{{fs.ErrNotExist, 404}, {fs.ErrInvalid, 404}, {fs.ErrPermission, 403}, {io.ErrClosedPipe, 500}} {
		tree := open(t, &Tree{FS: broken{c.err}})
		if _, err := tree.Get("/a"); Status(err) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%v: %v", c.err, err)
		}
		if _, err := tree.ReadDir("/"); Status(err) != c.want {
			t.Errorf("%v: %v", c.err, err)
		}
	}
}

type broken struct{ err error }

func (b broken) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: b.err}
}
