package files

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEntry(t *testing.T) {
	dir := site(t, map[string]string{
		"a/index.html": "<p>hello", "nothing": "", "small": "12345", "large.txt": "123456", "unknown": "x",
	})
	stamp(t, dir+"/a/index.html")
	if err := os.Chtimes(dir+"/unknown", time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	tree := open(t, &Tree{Dir: dir, Small: 5})
	tag := regexp.MustCompile(`"[0-9a-f]+(-[0-9a-f]+){2,3}"`)

	t.Run("head", func(t *testing.T) {
		e := get(t, tree, "/a/")
		if !tag.MatchString(e.ETag) {
			t.Fatalf("tag %s", e.ETag)
		}
		want := "Content-Type: text/html; charset=utf-8\r\n" +
			"Accept-Ranges: bytes\r\n" +
			"Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n" +
			"ETag: " + e.ETag + "\r\n"
		if d := cmp.Diff(want, string(e.Head)); d != "" {
			t.Error(d)
		}
	})
	t.Run("no time known", func(t *testing.T) {
		e := get(t, tree, "/unknown")
		want := "Content-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\nETag: " + e.ETag + "\r\n"
		if d := cmp.Diff(want, string(e.Head)); d != "" {
			t.Error(d)
		}
	})
	for path, want := range map[string]string{"/a/": "", "/nothing": "", "/small": "12345", "/large.txt": ""} {
		t.Run("content of "+path, func(t *testing.T) {
			e := get(t, tree, path)
			if inMemory := e.Content != nil; inMemory != (e.Size <= 5) {
				t.Errorf("size %d: in memory is %v", e.Size, inMemory)
			}
			if string(e.Content) != want {
				t.Errorf("content %q, want %q", e.Content, want)
			}
		})
	}
	t.Run("another file, another tag", func(t *testing.T) {
		seen := map[string]string{}
		for _, path := range []string{"/a/", "/nothing", "/small", "/large.txt", "/unknown"} {
			e := get(t, tree, path)
			if seen[e.ETag] != "" {
				t.Errorf("%s and %s share the tag %s", path, seen[e.ETag], e.ETag)
			}
			seen[e.ETag] = path
		}
	})
}

func TestEntryOpen(t *testing.T) {
	dir := site(t, map[string]string{"small": "12345", "large.txt": "123456"})
	tree := open(t, &Tree{Dir: dir, Small: 5})
	t.Run("content", func(t *testing.T) {
		e := get(t, tree, "/large.txt")
		for range 2 { // each caller has its own offset
			f, err := e.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if b, err := io.ReadAll(f); err != nil || string(b) != "123456" || e.Size != 6 {
				t.Errorf("read %q, %v; Size %d", b, err, e.Size)
			}
		}
	})
	t.Run("same file, same tag in another tree", func(t *testing.T) {
		other := open(t, &Tree{Dir: dir, Small: -1})
		if a, b := get(t, tree, "/small").ETag, get(t, other, "/small").ETag; a != b {
			t.Errorf("tags %s and %s", a, b)
		}
	})
}

// TestUnsettled: a file that was changed within two ticks before the look may
// change again without a sign. Its tag is weak and not used again, and it is
// read again although it looks the same.
func TestUnsettled(t *testing.T) {
	dir := site(t, map[string]string{"x": "content"})
	fi, err := os.Stat(dir + "/x")
	if err != nil {
		t.Fatal(err)
	}
	changed := time.Unix(0, identify(fi).ctime)
	now := changed.Add(time.Millisecond)
	tree := open(t, &Tree{Dir: dir, Fresh: -1, wall: func() time.Time { return now }})

	first := get(t, tree, "/x")
	if first.settled || !strings.HasPrefix(first.ETag, `W/"`) {
		t.Errorf("tag %s right after the change, want a weak one", first.ETag)
	}
	now = now.Add(5 * time.Millisecond)
	second := get(t, tree, "/x")
	if second == first || second.ETag == first.ETag {
		t.Errorf("the file was not read again: tags %s and %s", first.ETag, second.ETag)
	}
	now = changed.Add(10 * time.Second)
	third := get(t, tree, "/x")
	if !third.settled || strings.HasPrefix(third.ETag, "W/") {
		t.Errorf("tag %s long after the change, want a strong one", third.ETag)
	}
	if weakly(third.ETag, first.ETag) || weakly(third.ETag, second.ETag) {
		t.Errorf("a client with %s or %s would be told that %s is the same", first.ETag, second.ETag, third.ETag)
	}
	if fourth := get(t, tree, "/x"); fourth != third {
		t.Error("a settled file was read again")
	}
}

func TestSettled(t *testing.T) {
	const ms, s = int64(time.Millisecond), int64(time.Second)
	for name, c := range map[string]struct {
		ctime, looked int64
		want          bool
	}{
		"same moment":                  {5*s + 1, 5*s + 1, false},
		"one tick":                     {5*s + 1, 5*s + 10*ms + 1, false},
		"two ticks":                    {5*s + 1, 5*s + 20*ms + 1, false},
		"more than two ticks":          {5*s + 1, 5*s + 20*ms + 2, true},
		"future":                       {9*s + 1, 5 * s, false},
		"whole second, soon":           {5 * s, 5*s + 100*ms, false},
		"whole second, two ticks":      {5 * s, 9 * s, false},
		"whole second, after 4 s":      {5 * s, 9*s + 1, true},
		"a day later":                  {5*s + 1, 86400 * s, true},
		"clock was set back by a year": {31536000*s + 1, 1 * s, false},
	} {
		t.Run(name, func(t *testing.T) {
			id := identity{ctime: c.ctime}
			if got := id.settled(time.Unix(0, c.looked)); got != c.want {
				t.Errorf("settled: %v, want %v", got, c.want)
			}
		})
	}
}

func TestTag(t *testing.T) {
	looked := time.Unix(0, 0xABC)
	for name, c := range map[string]struct {
		id      identity
		settled bool
		want    string
	}{
		"written and left":   {identity{1, 0x2f, 0x300, 0x4000, 0x4000}, true, `"2f-300-4000"`},
		"time was set":       {identity{1, 0x2f, 0x300, 0x4000, 0x5000}, true, `"2f-300-4000-5000"`},
		"not settled":        {identity{1, 0x2f, 0x300, 0x4000, 0x4000}, false, `W/"2f-300-4000.abc"`},
		"not settled, set":   {identity{1, 0x2f, 0x300, 0x4000, 0x5000}, false, `W/"2f-300-4000-5000.abc"`},
		"before 1970, empty": {identity{1, 0x2f, 0, -1, 0x5000}, true, `"2f-0-ffffffffffffffff-5000"`},
	} {
		t.Run(name, func(t *testing.T) {
			want := c.want
			if !strongIdentity && c.settled {
				want = "W/" + want
			}
			if got := c.id.tag(c.settled, looked); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
