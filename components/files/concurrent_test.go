package files

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// versioned returns a content that tells whether it is whole: a number, as
// often as size asks for.
func versioned(version, size int) string {
	return strings.Repeat(fmt.Sprintf("%08d", version), size/8)
}

// whole reports whether text is one version, complete.
func whole(text string) bool {
	return len(text) >= 8 && len(text)%8 == 0 && strings.Count(text, text[:8]) == len(text)/8
}

// TestConcurrentReplace: while files are replaced by rename, every answer is
// one whole version, and a tag never stands for two contents.
func TestConcurrentReplace(t *testing.T) {
	const readers, versions, paths = 8, 300, 3
	content := map[string]string{}
	for i := range paths {
		content[fmt.Sprintf("f%d", i)] = versioned(0, 800)
	}
	dir := site(t, content)
	tree := &Tree{Dir: dir, Fresh: time.Microsecond, Small: 1000, Memory: 3000}
	tree.wall = time.Now // so that files are seen both settled and not
	open(t, tree)

	var done atomic.Bool
	var wg sync.WaitGroup
	var tags sync.Map // path and tag to content
	wg.Go(func() {
		defer done.Store(true)
		for v := 1; v <= versions; v++ {
			name := fmt.Sprintf("%s/f%d", dir, v%paths)
			// Sizes on both sides of Small, many of them equal.
			replace(t, name, versioned(v, []int{800, 800, 800, 1600}[v%4]))
		}
	})
	for range readers {
		wg.Go(func() {
			for !done.Load() {
				path := fmt.Sprintf("/f%d", rand.IntN(paths))
				e, text, err := fetch(tree, path)
				if errors.Is(err, ErrChanged) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if int64(len(text)) != e.Size || !whole(text) {
					t.Errorf("%s: Size %d, got %d bytes, whole: %v", path, e.Size, len(text), whole(text))
				}
				if !strings.Contains(string(e.Head), "ETag: "+e.ETag+"\r\n") {
					t.Errorf("%s: tag %s, head %q", path, e.ETag, e.Head)
				}
				if old, loaded := tags.LoadOrStore(path+e.ETag, text); loaded && old != text {
					t.Errorf("%s: tag %s stands for %.8s and %.8s", path, e.ETag, old, text)
				}
			}
		})
	}
	wg.Wait()
	tree.cache.check(t)
	for i := range paths {
		name := fmt.Sprintf("f%d", i)
		want, _ := os.ReadFile(dir + "/" + name)
		tree.opts.fresh = -1 << 63
		if _, text, err := fetch(tree, "/"+name); err != nil || text != string(want) {
			t.Errorf("%s in the end: %.8s, %v, want %.8s", name, text, err, want)
		}
	}
}

// fetch gets a path's entry and content.
func fetch(tree *Tree, path string) (*Entry, string, error) {
	e, err := tree.Get(path)
	if err != nil || e.Content != nil {
		return e, string(contentOf(e)), err
	}
	f, err := e.Open()
	if err != nil {
		return e, "", err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return e, string(b), err
}

func contentOf(e *Entry) []byte {
	if e == nil {
		return nil
	}
	return e.Content
}

// TestConcurrentRewrite: a file that is written in place has no whole versions,
// but Size, Head and Content belong together, and a strong tag stands for one
// content alone.
func TestConcurrentRewrite(t *testing.T) {
	dir := site(t, map[string]string{"x": versioned(0, 800)})
	tree := &Tree{Dir: dir, Fresh: -1}
	tree.wall = time.Now
	open(t, tree)
	var done atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		defer done.Store(true)
		for v := range 300 {
			write(t, dir+"/x", versioned(v, 8*(v%200)))
		}
	})
	var tags sync.Map
	for range 4 {
		wg.Go(func() {
			for !done.Load() {
				e, err := tree.Get("/x")
				if err != nil {
					t.Error(err)
					return
				}
				if int64(len(e.Content)) != e.Size {
					t.Errorf("Size %d, got %d bytes", e.Size, len(e.Content))
				}
				if strings.HasPrefix(e.ETag, "W/") {
					continue
				}
				if old, loaded := tags.LoadOrStore(e.ETag, string(e.Content)); loaded && old != string(e.Content) {
					t.Errorf("tag %s stands for two contents", e.ETag)
				}
			}
		})
	}
	wg.Wait()
}

// TestConcurrentClose: Get beside Close gives a file or an error.
func TestConcurrentClose(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, map[string]string{"x": "x"}), Fresh: -1})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				if _, err := tree.Get("/x"); err != nil {
					if !errors.Is(err, os.ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	tree.Close()
	wg.Wait()
}
