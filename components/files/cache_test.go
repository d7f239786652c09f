package files

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// check checks that the cache's parts agree and that it keeps its limit. It
// returns the number of entries.
func (c *cache) check(t testing.TB) int {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	n, size := 0, int64(0)
	for i := range c.buckets {
		for s := c.buckets[i].Load(); s != nil; s = s.chain.Load() {
			n++
			size += s.cost
			if s.entry.key != s.key || s.next.prev != s || s.prev.next != s || c.bucket(s.key) != &c.buckets[i] {
				t.Errorf("slot of %q is misplaced", s.key)
			}
			if c.lookup(s.key) != s {
				t.Errorf("%q is kept twice", s.key)
			}
		}
	}
	ring := 0
	for s := c.hand; s != nil; s = s.next {
		if ring++; s.next == c.hand {
			break
		}
	}
	if n != ring || size != c.size {
		t.Errorf("%d slots with %d bytes in the chains, %d with %d in the ring", n, size, ring, c.size)
	}
	if c.limit >= 0 && c.size > c.limit || c.limit < 0 && n > 0 {
		t.Errorf("%d bytes kept, limit %d", c.size, c.limit)
	}
	return n
}

func TestMemoryIsBounded(t *testing.T) {
	content := map[string]string{"huge": strings.Repeat("h", 20_000)}
	for i := range 100 {
		content[fmt.Sprintf("f%d", i)] = strings.Repeat("x", i*10)
	}
	dir := site(t, content)
	for name, c := range map[string]struct {
		tree    *Tree
		atLeast int // entries kept in the end
		atMost  int
	}{
		"all fit":           {&Tree{}, 101, 101},
		"some fit":          {&Tree{Memory: 10_000}, 5, 17},
		"one fits":          {&Tree{Memory: 1_300}, 1, 2},
		"none fits":         {&Tree{Memory: 100}, 0, 0},
		"nothing is kept":   {&Tree{Memory: -1}, 0, 0},
		"large files count": {&Tree{Memory: 10_000, Small: -1}, 10, 17},
	} {
		t.Run(name, func(t *testing.T) {
			tree := c.tree
			tree.Dir = dir
			open(t, tree)
			for range 3 {
				for file, text := range content {
					if e := get(t, tree, "/"+file); tree.Small == 0 && string(e.Content) != text {
						t.Fatalf("%s: wrong content", file)
					}
					tree.cache.check(t)
				}
			}
			if n := tree.cache.check(t); n < c.atLeast || n > c.atMost {
				t.Errorf("%d entries kept, want %d to %d", n, c.atLeast, c.atMost)
			}
		})
	}
}

// TestWhatIsUsedStays: a scan over many files, each asked for once, does not
// drive out those that are asked for all the time.
func TestWhatIsUsedStays(t *testing.T) {
	var c cache
	c.open(100 * (overhead + 20))
	put := func(key string) {
		c.put(&Entry{key: key}, 0)
		c.check(t)
	}
	hot := []string{"/hot1", "/hot2", "/hot3"}
	for _, key := range hot {
		put(key)
	}
	for i := range 10_000 {
		put(fmt.Sprintf("/scan%d", i))
		for _, key := range hot {
			s := c.lookup(key)
			if s == nil {
				t.Fatalf("%s was dropped after %d others", key, i)
			}
			s.touch()
		}
	}
	if n := c.check(t); n < 95 {
		t.Errorf("only %d entries kept", n)
	}
}

// TestNewStays: what was put last survives at least one more put.
func TestNewStays(t *testing.T) {
	var c cache
	c.open(10 * (overhead + 20))
	for i := range 1000 {
		c.put(&Entry{key: fmt.Sprintf("/%d", i)}, 0)
		if i > 0 && c.lookup(fmt.Sprintf("/%d", i-1)) == nil {
			t.Fatalf("/%d was dropped for the next", i-1)
		}
	}
}

func TestBuckets(t *testing.T) {
	for limit, want := range map[int64]int{
		-1: 64, 0: 64, 1 << 18: 64, 1<<18 + 4096: 128, 64 << 20: 16384, 1 << 40: 65536,
	} {
		var c cache
		c.open(limit)
		if len(c.buckets) != want {
			t.Errorf("limit %d: %d buckets, want %d", limit, len(c.buckets), want)
		}
	}
}

// TestLongChains: with far more entries than buckets all are found, and all can
// be dropped.
func TestLongChains(t *testing.T) {
	var c cache
	c.open(0)
	c.limit = 1 << 30
	var all []*Entry
	for i := range 2000 {
		all = append(all, &Entry{key: fmt.Sprintf("/%d", i)})
		c.put(all[i], 0)
	}
	if n := c.check(t); n != len(all) {
		t.Fatalf("%d entries kept", n)
	}
	for i := range all {
		e := all[i*7%len(all)]
		if s := c.lookup(e.key); s == nil || s.entry != e {
			t.Fatalf("%s is not found", e.key)
		}
		c.remove(e)
	}
	if n := c.check(t); n != 0 {
		t.Errorf("%d entries left", n)
	}
}

func TestPutAndRemove(t *testing.T) {
	var c cache
	c.open(1 << 20)
	old, young := &Entry{key: "/x", Size: 1}, &Entry{key: "/x", Size: 2}
	c.put(old, 5)
	c.put(young, 4*time.Nanosecond)
	if got := c.lookup("/x"); got.entry != old {
		t.Error("a look from earlier took the place of a later one")
	}
	c.lookup("/x").touch()
	c.put(young, 6)
	if got := c.lookup("/x"); got.entry != young || !got.used.Load() {
		t.Error("the later look did not take the place of the earlier one, with its use")
	}
	c.remove(old)
	if c.lookup("/x") == nil {
		t.Error("removing the old entry removed the young one")
	}
	c.remove(young)
	c.remove(young)
	c.remove(&Entry{key: "/never"})
	if c.lookup("/x") != nil || c.size != 0 {
		t.Error("the entry was not removed")
	}
	c.check(t)
}

// TestKeptOnce: other spellings of a path are not kept beside it.
func TestKeptOnce(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, map[string]string{"a/x": "x"})})
	e := get(t, tree, "/a/x")
	for _, path := range []string{"//a/x", "/a//x", "///a///x"} {
		if get(t, tree, path) != e {
			t.Errorf("%q has an entry of its own", path)
		}
	}
	for _, path := range []string{"/nothing", "/a", "/a/", "/.git"} {
		tree.Get(path)
	}
	if n := tree.cache.check(t); n != 1 {
		t.Errorf("%d entries, want 1: no error is kept", n)
	}
}
