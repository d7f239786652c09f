package files

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// dated writes files with a time of modification for each, in s since 1994.
func dated(t testing.TB, dir string, files map[string]float64) {
	t.Helper()
	for name, at := range files {
		write(t, filepath.Join(dir, name), "this is "+name)
		m := time.Unix(784111777, int64(at*1e9))
		if err := os.Chtimes(filepath.Join(dir, name), m, m); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAccept(t *testing.T) {
	dir := site(t, nil)
	dated(t, dir, map[string]float64{
		"app.js": 0.5, "app.js.gz": 0.5, "app.js.br": 1, "app.js.zst": 2,
		"one.css": 0.5, "one.css.gz": 0, // whole seconds: cut by who made it
		"stale.css": 0.5, "stale.css.gz": 0.4, "stale.css.br": -1, "stale.css.zst": 9,
		"lonely.css.gz": 0,
		"empty.css":     0, "dir.css": 0, "dir.css.gz/x": 0,
		"twice.gz": 0, "twice.gz.gz": 0, "twice.gz.br": 0,
		"index.html": 0, "index.html.gz": 0,
		"plain.txt": 0,
	})
	write(t, dir+"/empty.css.gz", "")
	all := open(t, &Tree{Dir: dir})
	two := open(t, &Tree{Dir: dir, Codings: []string{"gzip", "br"}})
	off := open(t, &Tree{Dir: dir, Codings: []string{}})
	for _, c := range []struct {
		name   string
		tree   *Tree
		path   string
		accept string // "-" is no field
		want   string // the file that is sent
	}{
		{"no field", all, "/app.js", "-", "app.js"},
		{"empty field", all, "/app.js", "", "app.js"},
		{"the server's order", all, "/app.js", "gzip, deflate, br, zstd", "app.js.zst"},
		{"an order of one's own", two, "/app.js", "gzip, deflate, br, zstd", "app.js.gz"},
		{"none that is wanted", two, "/app.js", "zstd", "app.js"},
		{"switched off", off, "/app.js", "gzip, br, zstd", "app.js"},
		{"the client's weights", all, "/app.js", "zstd;q=0.1, gzip;q=0.5, br;q=0.2", "app.js.gz"},
		{"any", all, "/app.js", "*", "app.js.zst"},
		{"refused", all, "/app.js", "gzip;q=0, br;q=0, zstd;q=0", "app.js"},
		{"not plain", all, "/app.js", "identity;q=0, br", "app.js.br"},
		{"nothing is acceptable", all, "/app.js", "identity;q=0, compress", "app.js"},
		{"nothing is acceptable, nothing to choose", all, "/plain.txt", "identity;q=0", "plain.txt"},
		{"cut to seconds", all, "/one.css", "gzip, br, zstd", "one.css.gz"},
		{"stale ones", all, "/stale.css", "gzip, br", "stale.css"},
		{"one that is not stale", all, "/stale.css", "gzip, br, zstd", "stale.css.zst"},
		{"empty", all, "/empty.css", "gzip", "empty.css"},
		{"a directory", all, "/dir.css", "gzip", "dir.css"},
		{"not coded twice", all, "/twice.gz", "gzip, br", "twice.gz"},
		{"asked for by name", all, "/app.js.gz", "gzip", "app.js.gz"},
		{"an index", all, "/", "gzip", "index.html.gz"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD"} {
				var header http1.Header
				if c.accept != "-" {
					header = fields("Accept-Encoding", c.accept)
				}
				got := ask(t, &Reader{Tree: c.tree}, method, c.path, header)
				if got.status != 200 || got.body != "this is "+c.want {
					t.Errorf("%d %q, want %q", got.status, got.body, c.want)
				}
				coding := map[string]string{".gz": "gzip", ".br": "br", ".zst": "zstd"}[filepath.Ext(c.want)]
				if strings.HasSuffix(c.path, ".gz") {
					coding = ""
				}
				if got.header.Get("Content-Encoding") != coding {
					t.Errorf("Content-Encoding %q, want %q", got.header.Get("Content-Encoding"), coding)
				}
				vary := "Accept-Encoding"
				if c.tree == off || slices.Contains([]string{"/plain.txt", "/twice.gz", "/app.js.gz", "/empty.css", "/dir.css"}, c.path) {
					vary = ""
				}
				if got.header.Get("Vary") != vary {
					t.Errorf("Vary %q, want %q", got.header.Get("Vary"), vary)
				}
			}
		})
	}
	refuse(t, all, "/lonely.css", ErrNotFound)
}

// TestVariantTags: a tag tells the coding, and so what a client has.
func TestVariantTags(t *testing.T) {
	dir := site(t, nil)
	dated(t, dir, map[string]float64{"a.js": 0, "a.js.gz": 0, "a.js.br": 0})
	tree := open(t, &Tree{Dir: dir})
	tags := map[string]string{}
	for _, coding := range []string{"identity", "gzip", "br"} {
		got := ask(t, &Reader{Tree: tree}, "GET", "/a.js", fields("Accept-Encoding", coding))
		tag := got.header.Get("ETag")
		if before := tags[tag]; before != "" || strings.HasSuffix(tag, "-"+coding+`"`) != (coding != "identity") {
			t.Errorf("%s and %s: %s", before, coding, tag)
		}
		if got.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%v", got.header)
		}
		tags[tag] = coding
	}
	for tag, is := range tags {
		for _, wanted := range []string{"identity", "gzip", "br"} {
			got := ask(t, &Reader{Tree: tree}, "GET", "/a.js", fields("Accept-Encoding", wanted, "If-None-Match", tag))
			want := 200
			if is == wanted {
				want = 304
			}
			if got.status != want || got.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("who has %s and wants %s gets %d, %v", is, wanted, got.status, got.header)
			}
			if want == 304 && (got.header.Has("Content-Encoding") || got.header.Get("ETag") != tag) {
				t.Errorf("304 with %v", got.header)
			}
		}
	}
}

// TestVariantRange: a stored coding has ranges of its own.
func TestVariantRange(t *testing.T) {
	for _, small := range []int64{0, -1} {
		dir := site(t, nil)
		dated(t, dir, map[string]float64{"a.js": 0, "a.js.gz": 0})
		tree := open(t, &Tree{Dir: dir, Small: small})
		got := ask(t, &Reader{Tree: tree}, "GET", "/a.js", fields("Accept-Encoding", "gzip", "Range", "bytes=-3"))
		if got.status != 206 || got.body != ".gz" || got.header.Get("Content-Range") != "bytes 12-14/15" ||
			got.header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%d %q %v", got.status, got.body, got.header)
		}
		got = ask(t, &Reader{Tree: tree}, "GET", "/a.js", fields("Accept-Encoding", "gzip", "Range", "bytes=15-"))
		if got.status != 416 || got.header.Get("Content-Range") != "bytes */15" {
			t.Errorf("%d %v", got.status, got.header)
		}
	}
}

// TestVariantsChange: what happens beside a file is seen as what happens to it.
func TestVariantsChange(t *testing.T) {
	for _, small := range []int64{0, -1} {
		dir := site(t, nil)
		dated(t, dir, map[string]float64{"a.js": 0})
		tree := open(t, &Tree{Dir: dir, Fresh: -1, Small: small})
		sent := func(want string) {
			t.Helper()
			got := ask(t, &Reader{Tree: tree}, "GET", "/a.js", fields("Accept-Encoding", "gzip"))
			if got.body != want || got.header.Has("Vary") != strings.HasSuffix(want, "gz") && !strings.Contains(want, "gz") {
				t.Errorf("%q %v, want %q", got.body, got.header, want)
			}
		}
		sent("this is a.js")
		dated(t, dir, map[string]float64{"a.js.gz": 0})
		sent("this is a.js.gz")
		replace(t, dir+"/a.js.gz", "another gz")
		sent("another gz")
		replace(t, dir+"/a.js", "newer")
		sent("newer")
		if err := os.Chtimes(dir+"/a.js.gz", time.Time{}, time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		sent("another gz")
		if err := os.Remove(dir + "/a.js.gz"); err != nil {
			t.Fatal(err)
		}
		sent("newer")
		e := get(t, tree, "/a.js")
		if again := get(t, tree, "/a.js"); again != e {
			t.Error("nothing has changed, and it was read again")
		}
	}
}

// TestVariantGone: a large variant that went away after the look.
func TestVariantGone(t *testing.T) {
	dir := site(t, nil)
	dated(t, dir, map[string]float64{"a.js": 0, "a.js.gz": 0})
	tree := open(t, &Tree{Dir: dir, Fresh: time.Hour, Small: -1})
	get(t, tree, "/a.js")
	if err := os.Remove(dir + "/a.js.gz"); err != nil {
		t.Fatal(err)
	}
	got := ask(t, &Reader{Tree: tree}, "GET", "/a.js", fields("Accept-Encoding", "gzip"))
	if got.status != 200 || got.body != "this is a.js" {
		t.Errorf("%d %q", got.status, got.body)
	}
}

// TestVariantsOfSystem: an FS has them too, with or without times.
func TestVariantsOfSystem(t *testing.T) {
	m := fstest.MapFS{"a.js": {Data: []byte("plain")}, "a.js.gz": {Data: []byte("gz")}}
	got := ask(t, &Reader{Tree: open(t, &Tree{FS: m})}, "GET", "/a.js", fields("Accept-Encoding", "gzip"))
	if got.body != "gz" || got.header.Has("Last-Modified") {
		t.Errorf("%q %v", got.body, got.header)
	}
}

// TestVariantsCost: their bytes count, and choosing among them costs no memory.
func TestVariantsCost(t *testing.T) {
	dir := site(t, nil)
	dated(t, dir, map[string]float64{"a.js": 0, "a.js.gz": 0})
	write(t, dir+"/a.js.br", strings.Repeat("x", 10_000))
	tree := open(t, &Tree{Dir: dir, Memory: 20_000})
	e := get(t, tree, "/a.js")
	if tree.cache.size < 10_000 || tree.cache.size > 14_000 {
		t.Errorf("%d bytes", tree.cache.size)
	}
	h := fields("Host", "x", "Accept-Encoding", "gzip, br")
	if n := testing.AllocsPerRun(100, func() { e.Accept(h) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
