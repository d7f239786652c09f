package files

import (
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestRules_Validate(t *testing.T) {
	for name, c := range map[string]struct {
		rule Rule
		want string
	}{
		"no pattern":       {Rule{}, `files: Rules: pattern "": it is empty`},
		"half a path":      {Rule{Pattern: "a/b"}, `files: Rules: pattern "a/b": one with a slash begins with a slash`},
		"two lines":        {Rule{Pattern: "*", CacheControl: "no-cache\r\nX: y"}, `files: Rules: "no-cache\r\nX: y" can not be the value of a field`},
		"before the start": {Rule{Pattern: "*", Expires: -time.Second}, `files: Rules: a file can not expire 1s before it is asked for`},
	} {
		t.Run(name, func(t *testing.T) {
			if err := (&Tree{Rules: []Rule{c.rule}}).Validate(); err == nil || err.Error() != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestRules(t *testing.T) {
	dir := site(t, map[string]string{
		"index.html": "", "a.css": "", "app.3f9c2b1a.js": "", "app.3f9c2b1a.js.gz": "gz", "docs/index.html": "", "old.txt": "", "x": "",
	})
	tree := open(t, &Tree{Dir: dir, Rules: []Rule{
		{Pattern: "*.{hash}.*", CacheControl: Immutable},
		{Pattern: "/docs/**", CacheControl: "max-age=60"},
		{Pattern: "*.html", CacheControl: "no-cache"},
		{Pattern: "*.css", CacheControl: "max-age=3600", Expires: time.Hour},
		{Pattern: "*.txt", Expires: 24 * time.Hour},
	}})
	now := tree.wall()
	tree.wall = func() time.Time { return now }
	for _, c := range []struct {
		path, control string
		expires       time.Duration
	}{
		{"/app.3f9c2b1a.js", Immutable, 0},
		{"/", "no-cache", 0},
		{"/docs/", "max-age=60", 0},
		{"/docs/index.html", "max-age=60", 0},
		{"/a.css", "max-age=3600", time.Hour},
		{"/old.txt", "", 24 * time.Hour},
		{"/x", "", 0},
	} {
		t.Run(c.path, func(t *testing.T) {
			get := func(h http1.Header) {
				got := ask(t, &Reader{Tree: tree}, "GET", c.path, h)
				want := ""
				if c.expires != 0 {
					want = string(http1.AppendDate(nil, now.Add(c.expires)))
				}
				if got.header.Get("Cache-Control") != c.control || got.header.Get("Expires") != want {
					t.Errorf("%d %v", got.status, got.header)
				}
			}
			get(nil)
			get(fields("If-None-Match", "*")) // RFC 9110 section 15.4.5
			get(fields("Accept-Encoding", "gzip"))
			now = now.Add(time.Second)
			get(nil)
		})
	}
}

// TestExpiresOnce: the field is rendered once a second, whoever asks.
func TestExpiresOnce(t *testing.T) {
	dir := site(t, map[string]string{"a": "x"})
	e := get(t, open(t, &Tree{Dir: dir, Rules: []Rule{{Pattern: "*", Expires: time.Minute}}}), "/a")
	at := time.Unix(784111777, 5)
	if n := testing.AllocsPerRun(100, func() { e.HeadAt(at) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if h := string(e.HeadAt(at)); !strings.HasPrefix(h, string(e.Head)) || !strings.HasSuffix(h, "Expires: Sun, 06 Nov 1994 08:50:37 GMT\r\n") {
		t.Errorf("%q", h)
	}
}
