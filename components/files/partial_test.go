package files

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A reply is what a Reader made of a request.
type reply struct {
	status int
	header http1.Header
	body   string
	sent   *http1.Response // nil for a failure
}

// ask puts a GET, or what the method says, to a Reader.
func ask(t testing.TB, r *Reader, method, path string, header http1.Header) reply {
	t.Helper()
	h := axontest.Run(t, r, axontest.Unlinked(&r.Directories))
	axontest.Send(h, &r.Inbox, &http1.Request{Method: method, Path: path, Major: 1, Minor: 1, Header: header})
	h.Finish()
	for _, f := range axontest.Rest(h, &r.Failures) {
		return reply{status: f.Status, header: f.Header}
	}
	resps := axontest.Rest(h, &r.Outbox)
	if len(resps) != 1 {
		t.Fatalf("%d responses", len(resps))
	}
	return received(t, resps[0])
}

// A tester is a test, or one of package rapid.
type tester interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

// received reads a response as the Writer would send it.
func received(t tester, resp *http1.Response) reply {
	t.Helper()
	if err := resp.Validate(); err != nil {
		t.Fatal(err)
	}
	got := reply{status: resp.Status, header: resp.Header, sent: resp}
	for line := range strings.SplitSeq(string(resp.Rendered), "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			got.header.Add(name, value)
		}
	}
	var b bytes.Buffer
	b.Write(resp.Bytes)
	for s := resp.File; s != nil; s = s.Next {
		b.Write(s.Before)
		if s.Size > 0 {
			if _, err := io.Copy(&b, io.NewSectionReader(s.File, s.Offset, s.Size)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if resp.Stream != nil {
		if _, err := b.ReadFrom(resp.Stream); err != nil {
			t.Fatal(err)
		}
		if int64(b.Len()) != resp.Length {
			t.Errorf("a stream of %d bytes said to have %d", b.Len(), resp.Length)
		}
	}
	if resp.File != nil && int64(b.Len()) != resp.File.Length() {
		t.Errorf("sections of %d bytes said to have %d", b.Len(), resp.File.Length())
	}
	resp.Discard()
	got.body = b.String()
	return got
}

func fields(namesAndValues ...string) (h http1.Header) {
	for i := 0; i < len(namesAndValues); i += 2 {
		h.Add(namesAndValues[i], namesAndValues[i+1])
	}
	return h
}

// onlySeeks is a file system whose files can not be read at an offset, but seek.
type onlySeeks struct{ fs.FS }

func (s onlySeeks) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if seeker, ok := f.(io.ReadSeeker); ok {
		return struct {
			io.ReadSeeker
			statCloser
		}{seeker, f}, nil
	}
	return f, nil
}

type statCloser interface {
	Stat() (fs.FileInfo, error)
	Close() error
}

// content is a file of 100,000 bytes, in which every byte tells its place.
func content() string {
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, "%08d.\n", i)
	}
	return b.String()
}

// holders are trees that hold content in "/x.txt", each in another way.
func holders(t testing.TB) map[string]*Tree {
	dir := site(t, map[string]string{"x.txt": content()})
	at := time.Unix(784111777, 0)
	if err := os.Chtimes(filepath.Join(dir, "x.txt"), at, at); err != nil {
		t.Fatal(err)
	}
	memory := fstest.MapFS{"x.txt": {Data: []byte(content()), ModTime: at}}
	return map[string]*Tree{
		"disk, small":     open(t, &Tree{Dir: dir, Small: 1 << 20}),
		"disk, large":     open(t, &Tree{Dir: dir, Small: -1}),
		"a system, small": open(t, &Tree{FS: memory, Small: 1 << 20}),
		"a system, large": open(t, &Tree{FS: memory, Small: -1}),
		"one that seeks":  open(t, &Tree{FS: onlySeeks{memory}, Small: -1}),
		"os.DirFS":        open(t, &Tree{FS: os.DirFS(dir), Small: -1}),
	}
}

func TestRange(t *testing.T) {
	if !strongIdentity {
		t.Skip("no strong tags on this system")
	}
	text := content()
	for name, tree := range holders(t) {
		t.Run(name, func(t *testing.T) {
			r := func() *Reader { return &Reader{Tree: tree} }
			whole := ask(t, r(), "GET", "/x.txt", nil)
			tag, date := whole.header.Get("ETag"), whole.header.Get("Last-Modified")
			if whole.status != 200 || whole.body != text || whole.header.Get("Accept-Ranges") != "bytes" || tag[0] != '"' || date == "" {
				t.Fatalf("%d %v", whole.status, whole.header)
			}
			for _, c := range []struct {
				name, method string
				header       http1.Header
				status       int
				part         string // as in Content-Range
			}{
				{"first", "GET", fields("Range", "bytes=0-9"), 206, "0-9"},
				{"middle", "GET", fields("range", "bytes=50000-50009"), 206, "50000-50009"},
				{"open", "GET", fields("Range", "bytes=99990-"), 206, "99990-99999"},
				{"suffix", "GET", fields("Range", "bytes=-5"), 206, "99995-99999"},
				{"large", "GET", fields("Range", "bytes=10-90000"), 206, "10-90000"},
				{"two that are near", "GET", fields("Range", "bytes=0-9,20-29"), 206, "0-29"},
				{"beyond", "GET", fields("Range", "bytes=100000-"), 416, "*"},
				{"too many", "GET", fields("Range", "bytes=0-0"+strings.Repeat(",0-0", 50)), 200, ""},
				{"two fields", "GET", fields("Range", "bytes=0-9", "Range", "bytes=20-29"), 200, ""},
				{"HEAD", "HEAD", fields("Range", "bytes=0-9"), 200, ""},
				{"HEAD, beyond", "HEAD", fields("Range", "bytes=100000-"), 200, ""},
				{"13.1.5 same tag", "GET", fields("Range", "bytes=0-9", "If-Range", tag), 206, "0-9"},
				{"13.1.5 other tag", "GET", fields("Range", "bytes=0-9", "If-Range", `"x"`), 200, ""},
				{"13.1.5 other tag, beyond", "GET", fields("Range", "bytes=100000-", "If-Range", `"x"`), 200, ""},
				{"13.1.5 weak tag", "GET", fields("Range", "bytes=0-9", "If-Range", "W/"+tag), 200, ""},
				{"13.1.5 two tags", "GET", fields("Range", "bytes=0-9", "If-Range", tag+", "+tag), 200, ""},
				{"13.1.5 same date", "GET", fields("Range", "bytes=0-9", "If-Range", date), 206, "0-9"},
				{"13.1.5 same date, as asctime", "GET", fields("Range", "bytes=0-9", "If-Range", "Sun Nov  6 08:49:37 1994"), 206, "0-9"},
				{"13.1.5 later date", "GET", fields("Range", "bytes=0-9", "If-Range", "Sun, 06 Nov 1994 08:49:38 GMT"), 200, ""},
				{"13.1.5 no date", "GET", fields("Range", "bytes=0-9", "If-Range", "yesterday"), 200, ""},
				{"13.2.2 If-None-Match before", "GET", fields("Range", "bytes=0-9", "If-None-Match", tag), 304, ""},
				{"13.2.2 If-Match before", "GET", fields("Range", "bytes=100000-", "If-Match", `"x"`), 412, ""},
			} {
				t.Run(c.name, func(t *testing.T) {
					got := ask(t, r(), c.method, "/x.txt", c.header)
					field, want := got.header.Get("Content-Range"), ""
					if c.part != "" {
						want = "bytes " + c.part + "/100000"
					}
					if got.status != c.status || field != want {
						t.Fatalf("%d, Content-Range %q; want %d, %q", got.status, field, c.status, want)
					}
					switch c.status {
					case 206:
						var first, last int
						fmt.Sscanf(c.part, "%d-%d", &first, &last)
						if got.body != text[first:last+1] {
							t.Errorf("%d bytes, %.20q...", len(got.body), got.body)
						}
						if got.header.Get("ETag") != tag || got.header.Get("Content-Type") != "text/plain; charset=utf-8" {
							t.Errorf("%v", got.header)
						}
					case 200:
						if got.body != text {
							t.Errorf("%d bytes", len(got.body))
						}
					case 304:
						if got.header.Get("ETag") != tag || got.header.Has("Content-Type") || got.body != "" {
							t.Errorf("%v", got.header)
						}
					}
				})
			}
		})
	}
}

// TestRange_Several: multipart/byteranges is what package mime/multipart reads.
func TestRange_Several(t *testing.T) {
	text := content()
	for name, tree := range holders(t) {
		t.Run(name, func(t *testing.T) {
			got := ask(t, &Reader{Tree: tree}, "GET", "/x.txt", fields("Range", "bytes=-10,0-0,40000-79999,200000-"))
			media, parameters, err := mime.ParseMediaType(got.header.Get("Content-Type"))
			if got.status != 206 || media != "multipart/byteranges" || err != nil || got.header.Has("Content-Range") {
				t.Fatalf("%d %v", got.status, got.header)
			}
			types := 0
			for range got.header.Values("Content-Type") {
				types++
			}
			if types != 1 || !got.header.Has("ETag") || !got.header.Has("Last-Modified") {
				t.Errorf("%v", got.header)
			}
			r := multipart.NewReader(strings.NewReader(got.body), parameters["boundary"])
			for _, want := range []span{{99990, 99999}, {0, 0}, {40000, 79999}} {
				p, err := r.NextPart()
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(p)
				if err != nil || string(b) != text[want.first:want.last+1] {
					t.Errorf("%v: %d bytes, %v", want, len(b), err)
				}
				if p.Header.Get("Content-Range") != contentRange(want, 100000) || p.Header.Get("Content-Type") != "text/plain; charset=utf-8" || len(p.Header) != 2 {
					t.Errorf("%v", p.Header)
				}
			}
			if _, err := r.NextPart(); err != io.EOF {
				t.Errorf("%v behind the last part", err)
			}
		})
	}
}

// TestRange_Never: where ranges can not be had, or are not wanted, a request for
// one gets the whole, and nothing else is promised.
func TestRange_Never(t *testing.T) {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("x.txt")
	if err == nil {
		_, err = io.WriteString(w, content())
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for name, tree := range map[string]*Tree{
		"an archive":    {FS: archive, Small: -1},
		"not wanted":    {Dir: site(t, map[string]string{"x.txt": content()}), Ranges: -1},
		"small, packed": {FS: archive, Small: 1 << 20, Ranges: -1},
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(t, &Reader{Tree: open(t, tree)}, "GET", "/x.txt", fields("Range", "bytes=5-10"))
			if got.status != 200 || got.body != content() || got.header.Has("Accept-Ranges") || got.header.Has("Content-Range") {
				t.Errorf("%d %v", got.status, got.header)
			}
		})
	}
	t.Run("an archive, in memory", func(t *testing.T) {
		got := ask(t, &Reader{Tree: open(t, &Tree{FS: archive, Small: 1 << 20})}, "GET", "/x.txt", fields("Range", "bytes=5-10"))
		if got.status != 206 || got.body != content()[5:11] {
			t.Errorf("%d %v", got.status, got.header)
		}
	})
}

// TestRange_Unsettled: the tag of a file that may change unnoticed is weak, and
// its date says nothing either: If-Range gets the whole.
func TestRange_Unsettled(t *testing.T) {
	if !strongIdentity {
		t.Skip("no strong tags on this system")
	}
	dir := site(t, map[string]string{"x.txt": content()})
	now := time.Unix(0, version(t, dir+"/x.txt").ctime).Add(time.Millisecond)
	tree := open(t, &Tree{Dir: dir, wall: func() time.Time { return now }})
	whole := ask(t, &Reader{Tree: tree}, "GET", "/x.txt", nil)
	if !strings.HasPrefix(whole.header.Get("ETag"), "W/") {
		t.Fatalf("tag %s", whole.header.Get("ETag"))
	}
	for _, validator := range []string{whole.header.Get("ETag"), whole.header.Get("ETag")[2:], whole.header.Get("Last-Modified")} {
		got := ask(t, &Reader{Tree: tree}, "GET", "/x.txt", fields("Range", "bytes=5-10", "If-Range", validator))
		if got.status != 200 {
			t.Errorf("%s: %d", validator, got.status)
		}
	}
	if got := ask(t, &Reader{Tree: tree}, "GET", "/x.txt", fields("Range", "bytes=5-10")); got.status != 206 {
		t.Errorf("without If-Range: %d", got.status)
	}
}
