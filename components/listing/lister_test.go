package listing

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// day is before the time in a bubble of synctest.
var day = time.Date(1997, 4, 13, 9, 30, 0, 0, time.UTC)

// tree is a Tree with some files, all a day younger than the one before. Names
// that end in a slash are directories.
func tree(t testing.TB, names ...string) *files.Tree {
	t.Helper()
	dir := t.TempDir()
	for i, name := range names {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(full, 0o755); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(full, []byte(strings.Repeat("x", 100*i*i)), 0o644); err != nil {
			t.Skipf("the file system has no such name: %v", err)
		}
	}
	for i, name := range names {
		if err := os.Chtimes(filepath.Join(dir, name), day, day.AddDate(0, 0, i)); err != nil {
			t.Fatal(err)
		}
	}
	x := &files.Tree{Dir: dir}
	if err := x.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

// ask puts a request to a Lister.
func ask(t *testing.T, l *Lister, req *http1.Request) (resp *http1.Response, f *http1.Failure) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := axontest.Run(t, l)
		axontest.Send(h, &l.Inbox, req)
		h.Finish()
		for _, f = range axontest.Rest(h, &l.Failures) {
			if f.Request != req || f.Cause == nil || f.Stage != axontest.Unit {
				t.Errorf("%+v", f)
			}
		}
		for _, resp = range axontest.Rest(h, &l.Outbox) {
			if err := resp.Validate(); err != nil || resp.Request != req {
				t.Errorf("%+v: %v", resp, err)
			}
		}
	})
	return resp, f
}

func get(path string, fields ...string) *http1.Request {
	path, query, _ := strings.Cut(path, "?")
	req := &http1.Request{Method: "GET", Path: path, Query: query, Host: "example.org", Major: 1, Minor: 1}
	for i := 0; i < len(fields); i += 2 {
		req.Header.Add(fields[i], fields[i+1])
	}
	return req
}

func TestLister_Conform(t *testing.T) {
	tr := tree(t, "a", "dir/")
	axontest.Conform(t, func() axon.Component { return &Lister{Tree: tr} },
		axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{get("/"), get("/none/"), get("/dir"), get("/", "Accept", formJSON)}
		}))
}

func TestLister(t *testing.T) {
	tr := tree(t, "a.txt", "dir/x", ".hidden", "empty/")
	first, _ := ask(t, &Lister{Tree: tr}, get("/"))
	tag := first.Header.Get("ETag")
	for name, c := range map[string]struct {
		prefix string
		req    *http1.Request
		status int
		kind   string // Content-Type
		field  string
		value  string
	}{
		"a page":                 {"", get("/"), 200, "text/html; charset=utf-8", "Vary", "Accept"},
		"for a browser":          {"", get("/", "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), 200, "text/html; charset=utf-8", "Cache-Control", "no-cache"},
		"JSON":                   {"", get("/", "Accept", "application/json"), 200, "application/json", "Vary", "Accept"},
		"neither":                {"", get("/", "Accept", "image/png"), 406, "", "Vary", "Accept"},
		"a directory":            {"", get("/dir/"), 200, "text/html; charset=utf-8", "X-Content-Type-Options", "nosniff"},
		"an empty one":           {"", get("/empty/"), 200, "text/html; charset=utf-8", "", ""},
		"without the slash":      {"", get("/dir?sort=size"), 301, "text/plain; charset=utf-8", "Location", "/dir/?sort=size"},
		"another host's name":    {"", get("//example.com"), 301, "text/plain; charset=utf-8", "Location", "/example.com/"},
		"below a prefix":         {"/pub", get("/pub/dir/"), 200, "text/html; charset=utf-8", "", ""},
		"the prefix":             {"/pub", get("/pub"), 301, "text/plain; charset=utf-8", "Location", "/pub/"},
		"nothing":                {"", get("/none/"), 404, "", "", ""},
		"a file":                 {"", get("/a.txt/"), 404, "", "", ""},
		"hidden":                 {"", get("/.hidden/"), 404, "", "", ""},
		"outside":                {"", get("/../"), 404, "", "", ""},
		"HEAD":                   {"", &http1.Request{Method: "HEAD", Path: "/"}, 200, "text/html; charset=utf-8", "", ""},
		"POST":                   {"", &http1.Request{Method: "POST", Path: "/"}, 405, "", "Allow", "GET, HEAD"},
		"unchanged":              {"", get("/", "If-None-Match", tag), 304, "", "ETag", tag},
		"changed":                {"", get("/", "If-None-Match", `W/"x"`), 200, "text/html; charset=utf-8", "ETag", tag},
		"sorted otherwise":       {"", get("/?sort=size", "If-None-Match", tag), 200, "text/html; charset=utf-8", "", ""},
		"If-Match":               {"", get("/", "If-Match", `"x"`), 412, "", "", ""},
		"a date means nothing":   {"", get("/", "If-Modified-Since", "Fri, 13 Apr 2040 09:30:00 GMT"), 200, "text/html; charset=utf-8", "", ""},
		"a query of nonsense":    {"", get("/?%zz&sort=%00&order=up&page=-3"), 200, "text/html; charset=utf-8", "", ""},
		"a page that is not one": {"", get("/?page=99999999999999999999"), 200, "text/html; charset=utf-8", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			resp, f := ask(t, &Lister{Tree: tr, Prefix: c.prefix}, c.req)
			status, h := 0, http1.Header{}
			if f != nil {
				status, h = f.Status, f.Header
			} else if resp != nil {
				status, h = resp.Status, resp.Header
			}
			if status != c.status || h.Get("Content-Type") != c.kind || c.field != "" && h.Get(c.field) != c.value {
				t.Errorf("%d %v", status, h)
			}
			if status == 304 && resp.Bytes != nil {
				t.Error("a 304 with a body")
			}
		})
	}
}

func TestLister_Validate(t *testing.T) {
	ok := &files.Tree{}
	for name, c := range map[string]struct {
		l    *Lister
		want string
	}{
		"fine":         {&Lister{Tree: ok, Prefix: "/a"}, ""},
		"no tree":      {&Lister{}, "needs a Tree"},
		"no slash":     {&Lister{Tree: ok, Prefix: "a"}, `prefix "a"`},
		"slash behind": {&Lister{Tree: ok, Prefix: "/a/"}, `prefix "/a/"`},
		"most":         {&Lister{Tree: ok, Most: -1}, "Most: -1"},
		"page":         {&Lister{Tree: ok, Page: -1}, "Page: -1"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.l.Validate()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	if !slices.Equal((&Lister{}).Allow(), []string{"GET", "HEAD"}) {
		t.Error("Allow")
	}
}

// names returns the names on a page, in their order.
func names(page []byte) (all []string) {
	for _, part := range strings.Split(string(page), `<td class="name">`)[1:] {
		_, name, _ := strings.Cut(part, "<bdi>")
		if name, _, ok := strings.Cut(name, "</bdi>"); ok {
			all = append(all, html.UnescapeString(name))
		}
	}
	return all
}

// Directories come first; what is the same otherwise is sorted by name.
func TestSort(t *testing.T) {
	tr := tree(t, "b10", "B9", "c", "zoo/", "attic/", "a")
	for query, want := range map[string]string{
		"":                     "attic zoo a B9 b10 c",
		"sort=name&order=desc": "zoo attic c b10 B9 a",
		"sort=size":            "attic zoo b10 B9 c a",
		"sort=size&order=desc": "attic zoo a c B9 b10",
		"sort=time":            "zoo attic b10 B9 c a",
		"sort=time&order=desc": "attic zoo a c B9 b10",
		"sort=colour":          "attic zoo a B9 b10 c",
	} {
		resp, _ := ask(t, &Lister{Tree: tr}, get("/?"+query))
		if got := strings.Join(names(resp.Bytes), " "); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
}

// The head of the column by which a page is sorted says so, and turns it round.
func TestSort_Links(t *testing.T) {
	tr := tree(t, "a")
	for query, want := range map[string][]string{
		"":                     {`aria-sort="ascending"><a href="./?order=desc"><span>Name`, `<a href="./?order=desc&amp;sort=size"><span>Size`, `<a href="./?order=desc&amp;sort=time"><span>Modified`},
		"order=desc":           {`aria-sort="descending"><a href="./"><span>Name`},
		"sort=size&order=desc": {`class="name"><a href="./"><span>Name`, `aria-sort="descending"><a href="./?sort=size"><span>Size`},
		"sort=time":            {`aria-sort="ascending"><a href="./?order=desc&amp;sort=time"><span>Modified`},
	} {
		resp, _ := ask(t, &Lister{Tree: tr}, get("/?"+query))
		for _, w := range want {
			if !strings.Contains(string(resp.Bytes), w) {
				t.Errorf("%q: no %s in\n%s", query, w, resp.Bytes)
			}
		}
		if n := strings.Count(string(resp.Bytes), "aria-sort"); n-strings.Count(style, "aria-sort") != 1 {
			t.Errorf("%q: aria-sort %d times", query, n)
		}
	}
}

// Pages of a large directory, and one with more names than are listed.
func TestPages(t *testing.T) {
	var all []string
	for i := range 25 {
		all = append(all, fmt.Sprintf("f%02d", i))
	}
	tr := tree(t, all...)
	for query, want := range map[string]struct {
		first, last, shown string
		links              []string
	}{
		"":                {"f00", "f09", "Page 1 of 2", []string{`href="./?page=2" rel="next"`}},
		"page=2":          {"f10", "f19", "Page 2 of 2", []string{`href="./" rel="prev"`}},
		"page=9":          {"f10", "f19", "Page 2 of 2", nil},
		"page=0":          {"f00", "f09", "Page 1 of 2", nil},
		"order=desc":      {"f19", "f10", "Page 1 of 2", []string{`href="./?order=desc&amp;page=2" rel="next"`}},
		"sort=size":       {"f00", "f09", "Page 1 of 2", []string{`href="./?page=2&amp;sort=size" rel="next"`}},
		"page=2&sort=foo": {"f10", "f19", "Page 2 of 2", nil},
	} {
		resp, _ := ask(t, &Lister{Tree: tr, Most: 20, Page: 10}, get("/?"+query))
		page := string(resp.Bytes)
		got := names(resp.Bytes)
		if got[0] != want.first || got[len(got)-1] != want.last || len(got) != 10 {
			t.Errorf("%q: %v", query, got)
		}
		for _, w := range append(want.links, want.shown, "This folder has 25 names. The first 20 are listed.", "20 files") {
			if !strings.Contains(page, w) {
				t.Errorf("%q: no %s", query, w)
			}
		}
	}
	resp, _ := ask(t, &Lister{Tree: tr}, get("/"))
	if page := string(resp.Bytes); strings.Contains(page, `<nav class="pages"`) || strings.Contains(page, `<p class="notice"`) {
		t.Error("pages, or a notice, where all is listed")
	}
}

func TestCrumbs(t *testing.T) {
	type crumbs = []crumb
	for name, c := range map[string]struct {
		v    view
		want crumbs
	}{
		"top":             {view{host: "example.org", path: "/"}, crumbs{{"example.org", "", true}}},
		"top, no host":    {view{path: "/"}, crumbs{{"Top", "", true}}},
		"below":           {view{host: "h", path: "/a/b/"}, crumbs{{"h", "../../", false}, {"a", "../", false}, {"b", "", true}}},
		"a prefix":        {view{host: "h", prefix: "/pub", path: "/pub/"}, crumbs{{"pub", "", true}}},
		"a deeper prefix": {view{host: "h", prefix: "/x/pub", path: "/x/pub/a/"}, crumbs{{"pub", "../", false}, {"a", "", true}}},
		"odd names":       {view{host: "h", path: "/a\nb\xff/"}, crumbs{{"h", "../", false}, {"a\u240ab\ufffd", "", true}}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, c.v.crumbs()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	tr := tree(t, "dir/a <b>.txt", "dir/sub/", "dir/c")
	resp, _ := ask(t, &Lister{Tree: tr, Prefix: "/pub"}, get("/pub/dir/?sort=size&order=desc", "Accept", "application/json"))
	want := `{"path":"/pub/dir/","total":3,"entries":[` +
		`{"name":"sub","href":"./sub/","type":"directory","modified":"1997-04-14T09:30:00Z"},` +
		`{"name":"c","href":"./c","type":"file","size":400,"modified":"1997-04-15T09:30:00Z"},` +
		`{"name":"a <b>.txt","href":"./a%20%3Cb%3E.txt","type":"file","size":0,"modified":"1997-04-13T09:30:00Z"}]}` + "\n"
	if d := cmp.Diff(want, string(resp.Bytes)); d != "" {
		t.Error(d)
	}
	resp, _ = ask(t, &Lister{Tree: tree(t)}, get("/", "Accept", "application/json"))
	if got := string(resp.Bytes); got != `{"path":"/","total":0,"entries":[]}`+"\n" {
		t.Error(got)
	}
	resp, _ = ask(t, &Lister{Tree: tree(t, "a", "b", "c"), Most: 2, Page: 1}, get("/", "Accept", "application/json"))
	var doc struct {
		Total   int
		Entries []struct{ Name string }
	}
	if err := json.Unmarshal(resp.Bytes, &doc); err != nil || doc.Total != 3 || len(doc.Entries) != 2 {
		t.Errorf("%v %+v", err, doc)
	}
}

// A name can be any bytes but a slash and NUL; none is taken for anything else.
func TestNames(t *testing.T) {
	odd := []string{
		`<script>alert(1)<script>`, `javascript:alert(1)`, `"><img src=x onerror=alert(1)>`, `a&amp;b`, "a?b#c%20d",
		"new\nline", "tab\there", "\x1b[31mred", "bad\xff\xfe", "rtl\u202egpj.exe", "ünïcödé", "...", "{{.}}", "'quotes'", "back\\slash", " ",
	}
	resp, _ := ask(t, &Lister{Tree: tree(t, odd...)}, get("/"))
	page := string(resp.Bytes)
	var want []string
	for _, name := range odd {
		if name[0] == '.' {
			continue // hidden
		}
		want = append(want, shown(name))
		if !strings.Contains(page, `<a href="`+href(name, false)+`"`) {
			t.Errorf("%q: no link %s", name, href(name, false))
		}
	}
	got := names(resp.Bytes)
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{"<script", "<img", "\x1b", "\u202e", "\xff"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q is in the page", bad)
		}
	}
}

// The page allows itself its own style, and nothing is in it that it would not
// be allowed.
func TestPolicy(t *testing.T) {
	resp, _ := ask(t, &Lister{Tree: tree(t, "a", "b/", "c.png")}, get("/"))
	page := string(resp.Bytes)
	if !strings.Contains(page, "<style>"+style+"</style>") {
		t.Error("the style in the page is not the one that was hashed")
	}
	for _, bad := range []string{"http://", "https://", " style=", "<script", " onclick", "url("} {
		if strings.Contains(strings.ReplaceAll(page, "http://www.w3.org/2000/svg", ""), bad) {
			t.Errorf("%s is in the page", bad)
		}
	}
	if !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error(resp.Header)
	}
	for _, kind := range append(slices.Collect(func(yield func(string) bool) {
		for _, k := range kinds {
			if !yield(k) {
				return
			}
		}
	}), "dir", "file", "home", "up", "info", "sort") {
		if !strings.Contains(icons, `<symbol id="`+kind+`"`) {
			t.Errorf("no picture %s", kind)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	var all []string
	for i := range 100 {
		all = append(all, fmt.Sprintf("file-%03d.txt", i))
	}
	l := &Lister{Tree: tree(b, all...)}
	for _, form := range []string{formHTML, formJSON} {
		b.Run(form, func(b *testing.B) {
			req := get("/", "Accept", form)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.answer(req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
