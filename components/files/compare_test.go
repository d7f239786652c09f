package files

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// TestLikeNetHTTP: a Reader answers random requests as http.FileServerFS does,
// which is given the same entity tags. Where the two differ on purpose:
//
//   - Methods other than GET and HEAD: 405 with Allow here, a GET there.
//   - "/index.html" is the page here; there it is a redirect to "./".
//   - A file with a slash behind it is 404 here; there it is a redirect.
//   - Names that begin with a dot, or are not UTF-8, are 404 here; there a file,
//     and a 500.
//   - A directory without an index is 404 here, a listing there.
//   - Locations begin with a slash here (RFC 3986 section 4.2); there they are
//     relative. They lead to the same place.
//   - Types of unknown extensions: not guessed from the content here.
//   - HEAD with Range is 200 here (RFC 9110 section 14.2), 206 there.
//   - A malformed Range is ignored here, 416 there; RFC 9110 section 14.2 allows
//     both. So it is with numbers beyond 63 bits, which are well-formed.
//   - "bytes=-0" is 416 here (section 14.1.2), a 206 of nothing there.
//   - Range of an empty file is ignored here; there "bytes=-1" is a 206 from 0 to -1.
//   - Ranges that overlap or are near each other are one here (section 15.3.7.2),
//     and more than 50 are not answered.
//   - A 304 has Last-Modified here; there not, if it has a tag.
//   - Fields that come twice are a list here (section 5.3); there the first counts.
//   - Members of a list that are no tags are skipped here; there the list ends.
//   - An empty If-Range matches nothing here; there it counts as not sent.
//
// The first five and the malformed are not asked for below.
func TestLikeNetHTTP(t *testing.T) {
	dir := site(t, map[string]string{
		"index.html": "<!doctype html><p>home", "a.txt": "0123456789", "empty.txt": "", "one.css": "x",
		"docs/index.html": "<!doctype html><p>docs", "docs/deep/er/index.html": "<!doctype html>", "a b.txt": "space",
		"ü.txt": "u", "100%.txt": "percent", "big.txt": content(), "mid.txt": content()[:1000], "q?#.txt": "q",
	})
	at := time.Unix(784111777, 123456789)
	err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
		if err == nil {
			err = os.Chtimes(name, at, at)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	tree := open(t, &Tree{Dir: dir, Fresh: time.Hour})
	theirs := http.FileServerFS(os.DirFS(dir))
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom([]string{
			"/", "/a.txt", "/empty.txt", "/one.css", "/docs", "/docs/", "/docs/deep/er", "/docs/deep/er/", "/a b.txt", "/ü.txt",
			"/100%.txt", "/big.txt", "/mid.txt", "/mid.txt", "/q?#.txt", "/none", "/none/", "/docs/none", "/a.txt/x",
		}).Draw(t, "path")
		tag, size := `"none"`, int64(10)
		if e, err := tree.Get(path); err == nil {
			tag, size = e.ETag, e.Size
		}
		method := rapid.SampledFrom([]string{"GET", "GET", "GET", "HEAD"}).Draw(t, "method")
		header := conditions(t, tag)
		if method == "GET" && size > 0 && rapid.Bool().Draw(t, "ranged") {
			header.Add("Range", ranges(t, size))
		}
		compare(t, method, path, header, tag, tree, theirs)
	})
}

// conditions draws fields of conditions, each with what fits and what does not.
func conditions(t *rapid.T, tag string) (h http1.Header) {
	tags := rapid.SampledFrom([]string{tag, "W/" + tag, `"other"`, "*", `"x", ` + tag, `"x","y" , W/"z"`, `""`})
	dates := rapid.SampledFrom([]string{past, exact, later, future, rfc850, asctime, "never", "Sun, 06 Nov 1994 08:49:37 CET"})
	for _, c := range []struct {
		name   string
		values *rapid.Generator[string]
	}{
		{"If-Match", tags}, {"If-Unmodified-Since", dates}, {"If-None-Match", tags}, {"If-Modified-Since", dates},
		{"If-Range", rapid.OneOf(dates, rapid.SampledFrom([]string{tag, "W/" + tag, `"other"`}))},
	} {
		if rapid.IntRange(0, 3).Draw(t, c.name+"?") == 0 {
			h.Add(c.name, c.values.Draw(t, c.name))
		}
	}
	return h
}

// ranges draws a well-formed Range field for a content of some bytes.
func ranges(t *rapid.T, size int64) string {
	position := rapid.OneOf(rapid.Int64Range(0, size+2), rapid.Int64Range(0, 3*size+3))
	spec := rapid.Custom(func(t *rapid.T) string {
		first := position.Draw(t, "first")
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			return fmt.Sprintf("%d-", first)
		case 1:
			return fmt.Sprintf("-%d", first+1)
		case 2:
			return fmt.Sprintf("%d-%d", first, first)
		}
		return fmt.Sprintf("%d-%d", first, first+position.Draw(t, "more"))
	})
	return "bytes=" + strings.Join(rapid.SliceOfN(spec, 1, 4).Draw(t, "specs"), rapid.SampledFrom([]string{",", ", ", " ,\t"}).Draw(t, "comma"))
}

func compare(t *rapid.T, method, path string, header http1.Header, tag string, tree *Tree, theirs http.Handler) {
	req := &http1.Request{Method: method, Path: path, Major: 1, Minor: 1, Header: header}
	r := &Reader{Tree: tree}
	defer r.letGo()
	var ours reply
	resp, err := r.answer(req)
	failure, failed := errors.AsType[*http1.Failure](err)
	redirect, moved := errors.AsType[*Redirect](err)
	switch {
	case err == nil:
		ours = received(t, resp)
	case moved:
		ours = received(t, r.moved(req, redirect))
	case failed:
		ours = reply{status: failure.Status, header: failure.Header}
	default:
		ours = reply{status: Status(err)}
	}

	q := httptest.NewRequest(method, "/", nil)
	q.URL = &url.URL{Path: path}
	for _, f := range header {
		q.Header.Set(f.Name, f.Value)
	}
	w := httptest.NewRecorder()
	if resp != nil || ours.status == 412 || ours.status == 416 {
		w.Header().Set("ETag", tag)
	}
	theirs.ServeHTTP(w, q)

	if ours.status == 206 && w.Code == 206 {
		compareParts(t, ours, w)
		return
	}
	if ours.status != w.Code {
		t.Fatalf("%d, net/http %d: %v", ours.status, w.Code, w.Header())
	}
	same := []string{"Content-Range", "ETag"}
	switch w.Code {
	case 200:
		same = append(same, "Last-Modified", "Accept-Ranges", "Content-Type")
		if method == "GET" && ours.body != w.Body.String() {
			t.Fatalf("%d bytes, net/http %d", len(ours.body), w.Body.Len())
		}
		if fmt.Sprint(len(ours.body)) != w.Header().Get("Content-Length") {
			t.Fatalf("%d bytes, net/http says %s", len(ours.body), w.Header().Get("Content-Length"))
		}
	case 301:
		base := &url.URL{Path: path}
		a, err := base.Parse(ours.header.Get("Location"))
		b, also := base.Parse(w.Header().Get("Location"))
		if err != nil || also != nil || a.String() != b.String() {
			t.Fatalf("Location %v, %v; net/http %v, %v", a, err, b, also)
		}
		return
	case 412, 416, 404:
		same = same[:1]
	}
	for _, name := range same {
		if a, b := ours.header.Get(name), w.Header().Get(name); a != b {
			t.Fatalf("%d %s: %q, net/http %q", w.Code, name, a, b)
		}
	}
}

// compareParts: what net/http sends in a part is in one of ours, in the same
// order if it is in several.
func compareParts(t *rapid.T, ours reply, w *httptest.ResponseRecorder) {
	mine := parts(t, ours.header.Get("Content-Type"), ours.header.Get("Content-Range"), ours.body)
	for from, part := range parts(t, w.Header().Get("Content-Type"), w.Header().Get("Content-Range"), w.Body.String()) {
		if !slices.ContainsFunc(slices.Sorted(maps.Keys(mine)), func(s int64) bool {
			return s <= from && from-s+int64(len(part)) <= int64(len(mine[s])) && mine[s][from-s:from-s+int64(len(part))] == part
		}) {
			t.Fatalf("net/http sends %d bytes from %d on; parts here %v", len(part), from, slices.Sorted(maps.Keys(mine)))
		}
	}
	for _, name := range []string{"ETag", "Last-Modified", "Accept-Ranges"} {
		if a, b := ours.header.Get(name), w.Header().Get(name); a != b {
			t.Fatalf("206 %s: %q, net/http %q", name, a, b)
		}
	}
}

// parts reads a 206: where each part begins, and what is in it.
func parts(t *rapid.T, contentType, contentRange, body string) map[int64]string {
	first := func(contentRange string) (n int64) {
		if _, err := fmt.Sscanf(contentRange, "bytes %d-", &n); err != nil {
			t.Fatalf("Content-Range %q: %v", contentRange, err)
		}
		return n
	}
	if contentRange != "" {
		return map[int64]string{first(contentRange): body}
	}
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	read := map[int64]string{}
	for r := multipart.NewReader(strings.NewReader(body), parameters["boundary"]); ; {
		p, err := r.NextPart()
		if err == io.EOF {
			return read
		} else if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		read[first(p.Header.Get("Content-Range"))] = string(b)
	}
}
