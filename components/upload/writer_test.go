package upload

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestWriter_Conform(t *testing.T) {
	d := open(t, &Dir{}, nil)
	axontest.Conform(t, func() axon.Component { return &Writer{Dir: d} },
		axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{
				put("/a", "one"), put("/none/a", "two"), put("/empty", ""), request("DELETE", "/a", ""),
			}
		}))
	if got := d.holds(t); strings.Contains(got, unfinished) {
		t.Errorf("left:\n%s", got)
	}
}

func TestWriter(t *testing.T) {
	const all = ".hidden: h\na.txt: old\ndangling -> none\ndir/index.html: index\nlink -> a.txt\nout -> ../outside.txt\nread-only: r\nto-dir -> dir\nup -> .."
	site := map[string]string{
		"a.txt": "old", "dir/index.html": "index", ".hidden": "h", "read-only": "r",
		"link": "-> a.txt", "to-dir": "-> dir", "dangling": "-> none", "out": "-> ../outside.txt", "up": "-> ..",
	}
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		name   string
		req    *http1.Request
		want   string
		change [2]string // of the tree: what is replaced by what; "" is the end
	}{
		{"create", put("/new", "body"), "201 tag", [2]string{"\nout ->", "\nnew: body\nout ->"}},
		{"create empty", put("/new", ""), "201 tag", [2]string{"\nout ->", "\nnew: \nout ->"}},
		{"create below", put("/dir/new", "body"), "201 tag", [2]string{"\nlink", "\ndir/new: body\nlink"}},
		{"create behind a link", put("/to-dir/new", "body"), "201 tag", [2]string{"\nlink", "\ndir/new: body\nlink"}},
		{"replace", put("/a.txt", "new"), "204 tag", [2]string{"old", "new"}},
		{"replace by nothing", put("/a.txt", ""), "204 tag", [2]string{"old", ""}},
		{"replace a link, not what it leads to", put("/link", "new"), "204 tag", [2]string{"link -> a.txt", "link: new"}},
		{"replace a link to nothing", put("/dangling", "new"), "204 tag", [2]string{"dangling -> none", "dangling: new"}},
		{"replace a link to the outside", put("/out", "new"), "204 tag", [2]string{"out -> ../outside.txt", "out: new"}},
		{"out by a link", put("/up/outside.txt", "new"), "403", [2]string{}},
		{"dots", put("/../outside.txt", "new"), "400", [2]string{}},
		{"dots below", put("/dir/../../outside.txt", "new"), "400", [2]string{}},
		{"a dot", put("/./a.txt", "new"), "400", [2]string{}},
		{"empty segment", put("/dir//new", "new"), "400", [2]string{}},
		{"NUL", put("/a\x00", "new"), "400", [2]string{}},
		{"hidden", put("/.hidden", "new"), "403", [2]string{}},
		{"hidden directory", put("/.git/config", "new"), "403", [2]string{}},
		{"hidden below", put("/dir/.new", "new"), "403", [2]string{}},
		{"an upload's name", put("/.kamaelia-upload-x", "new"), "403", [2]string{}},
		{"no parent", put("/none/new", "new"), "409", [2]string{}},
		{"the parent is a file", put("/a.txt/new", "new"), "409", [2]string{}},
		{"the parent leads nowhere", put("/dangling/new", "new"), "409", [2]string{}},
		{"a directory", put("/dir", "new"), "405 GET, HEAD, OPTIONS", [2]string{}},
		{"a directory by its name", put("/dir/", "new"), "405 GET, HEAD, OPTIONS", [2]string{}},
		{"a link to a directory", put("/to-dir", "new"), "405 GET, HEAD, OPTIONS", [2]string{}},
		{"the root", put("/", "new"), "405 GET, HEAD, OPTIONS", [2]string{}},
		{"the prefix itself", put("", "new"), "405 GET, HEAD, OPTIONS", [2]string{}},
		{"a slash at the end", put("/new/", "new"), "405 GET, HEAD, OPTIONS", [2]string{}},
		{"read-only", put("/read-only", "new"), "403", [2]string{}},
		{"too long", put("/"+long, "new"), "414", [2]string{}},
		{"too large", put("/new", strings.Repeat("x", 101)), "413", [2]string{}},
		{"a part", put("/a.txt", "new", "Content-Range: bytes 0-2/3"), "400", [2]string{}},
		{"coded", put("/a.txt", "new", "Content-Encoding: gzip"), "415", [2]string{}},
		{"not coded", put("/a.txt", "new", "Content-Encoding: Identity"), "204 tag", [2]string{"old", "new"}},
		{"create only, new", put("/new", "body", "If-None-Match: *"), "201 tag", [2]string{"\nout ->", "\nnew: body\nout ->"}},
		{"create only, old", put("/a.txt", "new", "If-None-Match: *"), "412", [2]string{}},
		{"replace only, new", put("/new", "new", "If-Match: *"), "412", [2]string{}},
		{"replace only, old", put("/a.txt", "new", "If-Match: *"), "204 tag", [2]string{"old", "new"}},
		{"replace another", put("/a.txt", "new", `If-Match: "other"`), "412", [2]string{}},
		{"replace a link to nothing only", put("/dangling", "new", "If-Match: *"), "412", [2]string{}},
		{"not since long ago", put("/a.txt", "new", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"), "412", [2]string{}},
		{"not since tomorrow", put("/a.txt", "new", "If-Unmodified-Since: Sun, 06 Nov 2094 08:49:37 GMT"), "204 tag", [2]string{"old", "new"}},
		{"new, not since long ago", put("/new", "body", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"), "201 tag", [2]string{"\nout ->", "\nnew: body\nout ->"}},
		{"a conflict comes before a condition", put("/none/new", "new", "If-Match: *"), "409", [2]string{}},
		{"HTTP/1.0 without a length", &http1.Request{Method: "PUT", Path: "/a.txt", Major: 1}, "400", [2]string{}},
		{"delete", request("DELETE", "/a.txt", ""), "204", [2]string{"a.txt: old\n", ""}},
		{"delete with a body", request("DELETE", "/a.txt", "why"), "204", [2]string{"a.txt: old\n", ""}},
		{"delete a link, not what it leads to", request("DELETE", "/link", ""), "204", [2]string{"link -> a.txt\n", ""}},
		{"delete a link to a directory", request("DELETE", "/to-dir", ""), "204", [2]string{"to-dir -> dir\n", ""}},
		{"delete nothing", request("DELETE", "/none", ""), "404", [2]string{}},
		{"delete below nothing", request("DELETE", "/none/a", ""), "404", [2]string{}},
		{"delete below a file", request("DELETE", "/a.txt/a", ""), "404", [2]string{}},
		{"delete a file as a directory", request("DELETE", "/a.txt/", ""), "404", [2]string{}},
		{"delete a directory", request("DELETE", "/dir", ""), "405 GET, HEAD, OPTIONS", [2]string{}},
		{"delete a directory by its name", request("DELETE", "/dir/", ""), "405 GET, HEAD, OPTIONS", [2]string{}},
		{"delete the root", request("DELETE", "/", ""), "405 GET, HEAD, OPTIONS", [2]string{}},
		{"delete out by a link", request("DELETE", "/up/outside.txt", ""), "403", [2]string{}},
		{"delete hidden", request("DELETE", "/.hidden", ""), "403", [2]string{}},
		{"delete read-only", request("DELETE", "/read-only", ""), "403", [2]string{}},
		{"delete too long", request("DELETE", "/"+long, ""), "404", [2]string{}},
		{"delete if there", request("DELETE", "/a.txt", "", "If-Match: *"), "204", [2]string{"a.txt: old\n", ""}},
		{"delete another", request("DELETE", "/a.txt", "", `If-Match: "other"`), "412", [2]string{}},
		{"delete nothing if there", request("DELETE", "/none", "", "If-Match: *"), "404", [2]string{}},
		{"options of a file", request("OPTIONS", "/a.txt", ""), "204 GET, HEAD, PUT, DELETE, OPTIONS", [2]string{}},
		{"options of a directory", request("OPTIONS", "/dir", ""), "204 GET, HEAD, OPTIONS", [2]string{}},
		{"options of a directory by its name", request("OPTIONS", "/dir/", ""), "204 GET, HEAD, OPTIONS", [2]string{}},
		{"options of the root", request("OPTIONS", "/", ""), "204 GET, HEAD, OPTIONS", [2]string{}},
		{"options of nothing", request("OPTIONS", "/none", ""), "204 PUT, OPTIONS", [2]string{}},
		{"options of what is hidden", request("OPTIONS", "/.hidden", ""), "403", [2]string{}},
		{"another method", request("PATCH", "/a.txt", "new"), "405 PUT, DELETE, OPTIONS", [2]string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t, &Dir{Largest: 100}, site)
			outside := filepath.Join(d.Tree.Dir, "..", "outside.txt")
			if err := errors.Join(os.WriteFile(outside, []byte("outside"), 0o644), os.Chmod(filepath.Join(d.Tree.Dir, "read-only"), 0o444)); err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				if got := does(t, &Writer{Dir: d}, c.req); got != c.want {
					t.Errorf("answered %s, want %s", got, c.want)
				}
			})
			want := all
			if c.change[0] != "" {
				want = strings.Replace(want, c.change[0], c.change[1], 1)
			}
			if got := d.holds(t); got != want {
				t.Errorf("the directory holds\n%s\nwant\n%s", got, want)
			}
			if b, err := os.ReadFile(outside); string(b) != "outside" {
				t.Errorf("outside: %q, %v", b, err)
			}
		})
	}
}

func TestWriter_Options(t *testing.T) {
	for _, c := range []struct {
		name string
		dir  *Dir
		path string
		want string
	}{
		{"hidden, as asked", &Dir{Tree: &files.Tree{Hidden: true}}, "/.new", "201 tag"},
		{"an upload's name, not even then", &Dir{Tree: &files.Tree{Hidden: true}}, "/.kamaelia-upload-x", "403"},
		{"well known", &Dir{}, "/.well-known/new", "201 tag"},
		{"as large as may be", &Dir{Largest: 4}, "/new", "201 tag"},
		{"larger", &Dir{Largest: 3}, "/new", "413"},
		{"room to spare", &Dir{Spare: 1}, "/new", "201 tag"},
		{"no room to spare", &Dir{Spare: 1 << 62}, "/new", "507"},
		{"behind a link, as ever", &Dir{}, "/link/new", "201 tag"},
		{"behind a link that is not followed", &Dir{Tree: &files.Tree{Links: files.LinksNone}}, "/link/new", "403"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t, c.dir, map[string]string{"dir/": "", ".well-known/": "", "link": "-> dir"})
			synctest.Test(t, func(t *testing.T) {
				if got := does(t, &Writer{Dir: d, Prefix: "/at"}, put("/at"+c.path, "body")); got != c.want {
					t.Errorf("answered %s, want %s", got, c.want)
				}
			})
		})
	}
	for name, d := range map[string]*Dir{
		"no tree": {}, "negative size": {Tree: &files.Tree{}, Largest: -1}, "negative room": {Tree: &files.Tree{}, Spare: -1},
		"no directory": {Tree: &files.Tree{Dir: filepath.Join(t.TempDir(), "none")}},
	} {
		if err := d.Open(); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if (&Writer{}).Validate() == nil {
		t.Error("a Writer without a Dir is valid")
	}
}

// An unknown length is held to the limit as it comes, and leaves nothing.
func TestWriter_ChunkedTooLarge(t *testing.T) {
	d := open(t, &Dir{Largest: 3}, map[string]string{"a": "old"})
	synctest.Test(t, func(t *testing.T) {
		req := put("/a", "body")
		req.ContentLength = -1
		if got := does(t, &Writer{Dir: d}, req); got != "413" {
			t.Errorf("answered %s", got)
		}
	})
	if got := d.holds(t); got != "a: old" {
		t.Errorf("the directory holds %s", got)
	}
}

// While a file comes, and when it breaks off, the old one stays, and nothing is
// left beside it.
func TestWriter_CutShort(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"by the client": {io.ErrUnexpectedEOF, "400"},
		"by time":       {&http1.Failure{Status: 408, Cause: errors.New("slow")}, "408"},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, &Dir{}, map[string]string{"a": "old"})
			synctest.Test(t, func(t *testing.T) {
				req := put("/a", "")
				req.Body, req.ContentLength = http1.NewBody(0), 100
				w := &Writer{Dir: d}
				h := axontest.Run(t, w)
				axontest.Send(h, &w.Inbox, req)
				if _, err := req.Body.Write(t.Context(), []byte("half")); err != nil {
					t.Error(err)
				}
				synctest.Wait()
				if got := d.holds(t); !strings.HasPrefix(got, unfinished) || !strings.HasSuffix(got, ": half\na: old") {
					t.Errorf("while it comes the directory holds\n%s", got)
				}
				req.Body.CloseWrite(c.err)
				if f := axontest.Recv(h, &w.Failures); f.Error()[:len("http1: 400")] != "http1: "+c.want {
					t.Errorf("%v, want %s", f, c.want)
				}
			})
			if got := d.holds(t); got != "a: old" {
				t.Errorf("the directory holds\n%s", got)
			}
		})
	}
}

// A handler that panics in the middle leaves nothing either.
func TestFile_AbandonedByPanic(t *testing.T) {
	d := open(t, &Dir{}, nil)
	func() {
		defer func() { _ = recover() }()
		f, err := d.Create("a", -1)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Abandon()
		panic("on purpose")
	}()
	if got := d.holds(t); got != "" {
		t.Errorf("the directory holds %s", got)
	}
}

// What a client was told is true: the tag is that of what it then reads, at once,
// and it is good for the next replacement, which another client's loses against.
func TestWriter_Tags(t *testing.T) {
	d := open(t, &Dir{Tree: &files.Tree{Fresh: time.Hour}}, nil)
	w := func() *Writer { return &Writer{Dir: d} }
	said, header := "", http1.Header(nil)
	tags := map[string]bool{}
	for i := range 50 {
		fields := []string{"If-None-Match: *"}
		if i > 0 {
			fields = []string{"If-Match: " + header.Get("ETag")}
		}
		last := fields[0]
		synctest.Test(t, func(t *testing.T) { said, header = asks(t, w(), put("/a", strings.Repeat("x", i%3), fields...)) })
		tag := header.Get("ETag")
		if said != "204 tag" && i > 0 || said != "201 tag" && i == 0 || tags[tag] {
			t.Fatalf("%d: %s, %v", i, said, header)
		}
		tags[tag] = true
		e, err := d.Tree.Get("/a")
		if err != nil || e.ETag != tag || strings.HasPrefix(tag, "W/") || len(e.Content) != i%3 {
			t.Fatalf("%d: %v, %v, the tag was %s", i, e, err, tag)
		}
		synctest.Test(t, func(t *testing.T) {
			if got := does(t, w(), put("/a", "late", last)); got != "412" {
				t.Errorf("%d: a late one gets %s", i, got)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		if got := does(t, w(), request("DELETE", "/a", "", "If-Match: "+header.Get("ETag"))); got != "204" {
			t.Errorf("deleted: %s", got)
		}
	})
	if _, err := d.Tree.Get("/a"); !errors.Is(err, files.ErrNotFound) {
		t.Errorf("deleted, and still there: %v", err)
	}
}
