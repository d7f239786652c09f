package files

import (
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// benchTree has one small file three directories down, and one large.
func benchTree(b *testing.B, tree *Tree) *Tree {
	tree.Dir = site(b, map[string]string{
		"index.html":           strings.Repeat("x", 612),
		"assets/app/js/app.js": strings.Repeat("x", 612),
		"large":                strings.Repeat("x", 100_000),
	})
	return open(b, tree)
}

func benchGet(b *testing.B, tree *Tree, path string) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.Get(path); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	const deep = "/assets/app/js/app.js"
	b.Run("fresh", func(b *testing.B) { benchGet(b, benchTree(b, &Tree{Fresh: time.Hour}), deep) })
	b.Run("default", func(b *testing.B) { benchGet(b, benchTree(b, &Tree{}), deep) })
	b.Run("parallel", func(b *testing.B) {
		tree := benchTree(b, &Tree{Fresh: time.Hour})
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				tree.Get(deep)
			}
		})
	})
	b.Run("revalidate", func(b *testing.B) { benchGet(b, benchTree(b, &Tree{Fresh: -1}), "/index.html") })
	b.Run("revalidate3down", func(b *testing.B) { benchGet(b, benchTree(b, &Tree{Fresh: -1}), deep) })
	b.Run("miss", func(b *testing.B) { benchGet(b, benchTree(b, &Tree{Memory: -1}), "/index.html") })
	b.Run("notfound", func(b *testing.B) {
		tree := benchTree(b, &Tree{})
		b.ReportAllocs()
		for b.Loop() {
			tree.Get("/nothing.html")
		}
	})
}

func BenchmarkEntryOpen(b *testing.B) {
	e := get(b, benchTree(b, &Tree{}), "/large")
	b.ReportAllocs()
	for b.Loop() {
		f, err := e.Open()
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

func BenchmarkEvaluate(b *testing.B) {
	at := time.Unix(784111777, 0)
	usual := lines("Host: x", "User-Agent: test", "Accept: */*", "Accept-Encoding: gzip", "Accept-Language: en", "Cookie: a=b")
	tagged := append(lines(`If-None-Match: "2f-300-4000"`, "If-Modified-Since: "+exact), usual...)
	dated := append(lines("If-Modified-Since: "+exact), usual...)
	for name, h := range map[string]http1.Header{"none": usual, "tag": tagged, "date": dated} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Evaluate("GET", h, `"2f-300-4000"`, at)
			}
		})
	}
}

// TestGetFreely: a fresh hit costs no memory.
func TestGetFreely(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, map[string]string{"a/index.html": "x"}), Fresh: time.Hour})
	get(t, tree, "/a/")
	if n := testing.AllocsPerRun(100, func() { tree.Get("/a/") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkRange: what the Reader makes of a request for a range of a large file.
func BenchmarkRange(b *testing.B) {
	tree := benchTree(b, &Tree{})
	req := &http1.Request{Method: "GET", Path: "/large", Header: append(lines("Range: bytes=1000-1999"), lines("Host: x", "Accept: */*")...)}
	r := &Reader{Tree: tree}
	defer r.letGo()
	b.ReportAllocs()
	for b.Loop() {
		resp, err := r.answer(req)
		if err != nil {
			b.Fatal(err)
		}
		resp.Discard()
	}
}
