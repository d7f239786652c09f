package files

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

// oddNames are files whose names a server might stumble over.
var oddNames = map[string]string{
	"index.html":                "home",
	"a/b.html":                  "b",
	"a/index.html":              "index of a",
	"a/deep/er/index.html":      "index of deep/er",
	"with space.txt":            "space",
	"100%.txt":                  "percent",
	"%2e%2e/x.txt":              "not decoded twice",
	"grüße-日本.txt":              "unicode",
	"new\nline.txt":             "newline",
	"back\\slash.txt":           "backslash",
	"\xff\xfe.txt":              "not UTF-8",
	"semi;colon:at@.txt":        "punctuation",
	"a..b/c..txt":               "dots inside",
	"trailing./dot.":            "dots at the end",
	"?query#fragment":           "no meaning in a path",
	"~/x":                       "no home",
	".well-known/security.txt":  "contact",
	".well-known/index.html":    "well-known",
	"README":                    "no extension",
	strings.Repeat("n", 255):    "longest name",
	"CASE.TXT":                  "upper case",
	"-rf":                       "an option",
	"nothing.txt":               "",
	"index.html.d/index.html":   "a directory like a file",
	"unusual/index.html/inside": "an index that is a directory",
}

func TestGetFinds(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, oddNames)})
	for name, c := range map[string]struct{ path, file, content string }{
		"root":                    {"/", "/index.html", "home"},
		"file":                    {"/a/b.html", "/a/b.html", "b"},
		"index by name":           {"/a/index.html", "/a/index.html", "index of a"},
		"index":                   {"/a/", "/a/index.html", "index of a"},
		"nested index":            {"/a/deep/er/", "/a/deep/er/index.html", "index of deep/er"},
		"doubled slashes":         {"//a///b.html", "/a/b.html", "b"},
		"doubled slashes at end":  {"/a//", "/a/index.html", "index of a"},
		"slashes alone":           {"///", "/index.html", "home"},
		"space":                   {"/with space.txt", "/with space.txt", "space"},
		"percent":                 {"/100%.txt", "/100%.txt", "percent"},
		"encoded dots, literally": {"/%2e%2e/x.txt", "/%2e%2e/x.txt", "not decoded twice"},
		"unicode":                 {"/grüße-日本.txt", "/grüße-日本.txt", "unicode"},
		"newline":                 {"/new\nline.txt", "/new\nline.txt", "newline"},
		"backslash":               {"/back\\slash.txt", "/back\\slash.txt", "backslash"},
		"bytes that are no UTF-8": {"/\xff\xfe.txt", "/\xff\xfe.txt", "not UTF-8"},
		"punctuation":             {"/semi;colon:at@.txt", "/semi;colon:at@.txt", "punctuation"},
		"dots inside":             {"/a..b/c..txt", "/a..b/c..txt", "dots inside"},
		"dots at the end":         {"/trailing./dot.", "/trailing./dot.", "dots at the end"},
		"question mark and hash":  {"/?query#fragment", "/?query#fragment", "no meaning in a path"},
		"tilde":                   {"/~/x", "/~/x", "no home"},
		"well-known":              {"/.well-known/security.txt", "/.well-known/security.txt", "contact"},
		"well-known index":        {"/.well-known/", "/.well-known/index.html", "well-known"},
		"no extension":            {"/README", "/README", "no extension"},
		"longest name":            {"/" + strings.Repeat("n", 255), "/" + strings.Repeat("n", 255), "longest name"},
		"upper case":              {"/CASE.TXT", "/CASE.TXT", "upper case"},
		"dash":                    {"/-rf", "/-rf", "an option"},
		"empty file":              {"/nothing.txt", "/nothing.txt", ""},
		"directory like a file":   {"/index.html.d/", "/index.html.d/index.html", "a directory like a file"},
		"below an odd directory":  {"/unusual/index.html/inside", "/unusual/index.html/inside", "an index that is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // from the disk, then from memory
				e := get(t, tree, c.path)
				if e.Path != c.file || string(e.Content) != c.content || e.Content == nil {
					t.Errorf("got %q: %q, want %q: %q", e.Path, e.Content, c.file, c.content)
				}
			}
		})
	}
	t.Run("an index that is a directory", func(t *testing.T) {
		refuse(t, tree, "/unusual/", ErrNotFound)
	})
}

func TestGetRefusesEverySpellingOfOutside(t *testing.T) {
	dir := site(t, map[string]string{"index.html": "home", "a/b.html": "b"})
	tree := open(t, &Tree{Dir: dir})
	hidden := open(t, &Tree{Dir: dir, Hidden: true})
	for _, path := range []string{
		"/../secret.txt", "/a/../../secret.txt", "/a/b.html/../../../secret.txt",
		"/..", "/../", "/a/..", "/a/../", "/.", "/./", "/a/.", "/./a/b.html", "/a/./b.html",
		"//../secret.txt", "/..//secret.txt", "/a//..//..//secret.txt",
		"../secret.txt", "secret.txt", "..", ".", "", "*", "a/b.html",
		"/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%252e%252e/secret.txt", "/%c0%ae%c0%ae/secret.txt",
		"/\xc0\xae\xc0\xae/secret.txt", "/．．/secret.txt", "/..;/secret.txt", "/..\\secret.txt",
		"\\..\\secret.txt", "/a\\..\\..\\secret.txt", "/....//secret.txt", "/.../secret.txt",
		"/..\x00/secret.txt", "/a/b.html\x00", "/a/b.html\x00.txt", "/\x00", "\x00",
		"/a/b.html/", "/a/b.html//", "/a/b.html/x", "/a/b.html/.", "/index.html/",
		"/ ", "/a ", "/a/b.html ", "/a/b.html.", "/C:/secret.txt", "/file:///etc/passwd",
		dir + "/../secret.txt", "/etc/passwd", "/proc/self/cwd/secret.txt", "/~root/.profile",
		"/" + strings.Repeat("n", 256), "/" + strings.Repeat("n", 300) + "/x",
		"/" + strings.Repeat("a/", 5000), strings.Repeat("/..", 5000) + "/etc/passwd",
		"/" + strings.Repeat("x", 1<<20), "/nothing", "/nothing/", "/nothing/at/all",
	} {
		refuse(t, tree, path, ErrNotFound)
		refuse(t, hidden, path, ErrNotFound)
	}
}

func TestHidden(t *testing.T) {
	dir := site(t, map[string]string{
		".env": "PASSWORD=x", ".git/config": "url", "a/.git/config": "url", "a/..b": "dots",
		".well-known/.secret": "no", "a/.well-known/x": "only at the top", ".index.html": "h",
		".well-known.html": "not the directory", ".a/index.html": "index",
	})
	tree := open(t, &Tree{Dir: dir, Index: []string{".index.html"}})
	hidden := open(t, &Tree{Dir: dir, Hidden: true})
	for _, path := range []string{
		"/.env", "/.git/config", "/.git", "/.git/", "/a/.git/config", "/a/..b", "/.well-known/.secret",
		"/a/.well-known/x", "/.well-known.html", "/.a/", "//.env",
	} {
		refuse(t, tree, path, ErrNotFound)
		if path != "/.git" && path != "/.git/" {
			get(t, hidden, path)
		}
	}
	if e := get(t, tree, "/"); string(e.Content) != "h" {
		t.Errorf("an index the user named is hidden from its directory: %q", e.Content)
	}
}

func TestRedirect(t *testing.T) {
	dir := site(t, map[string]string{
		"a/b/index.html": "b", "evil.com/index.html": "e", "with space/x": "", "100%/x": "",
		"grün/x": "", "new\r\nline/x": "", "back\\slash/x": "", "\\evil.com/x": "", "q?r#f/x": "",
		"a:b/x": "", "<script>\"'/x": "", ".well-known/x": "", "\xff/x": "", "-._~!$&'()*+,;=:@/x": "",
	})
	tree := open(t, &Tree{Dir: dir})
	for path, want := range map[string]string{
		"/a":                    "/a/",
		"/a/b":                  "/a/b/",
		"//a//b":                "/a/b/",
		"//evil.com":            "/evil.com/",
		"////evil.com":          "/evil.com/",
		"/\\evil.com":           "/%5Cevil.com/",
		"/with space":           "/with%20space/",
		"/100%":                 "/100%25/",
		"/grün":                 "/gr%C3%BCn/",
		"/new\r\nline":          "/new%0D%0Aline/",
		"/back\\slash":          "/back%5Cslash/",
		"/q?r#f":                "/q%3Fr%23f/",
		"/a:b":                  "/a:b/",
		"/<script>\"'":          "/%3Cscript%3E%22'/",
		"/\xff":                 "/%FF/",
		"/.well-known":          "/.well-known/",
		"/-._~!$&'()*+,;=:@":    "/-._~!$&'()*+,;=:@/",
		"//-._~!$&'()*+,;=:@":   "/-._~!$&'()*+,;=:@/",
		"///\\evil.com":         "/%5Cevil.com/",
		"//a///////////////b":   "/a/b/",
		strings.Repeat("/", 99): "",
	} {
		_, err := tree.Get(path)
		redirect, ok := errors.AsType[*Redirect](err)
		if want == "" {
			if !errors.Is(err, ErrNotFound) {
				t.Errorf("%q: error %v, want not found", path, err)
			}
			continue
		}
		if !ok || redirect.Location != want {
			t.Errorf("%q: error %v, want a redirect to %q", path, err, want)
			continue
		}
		checkLocation(t, path, redirect.Location)
	}
}

// checkLocation checks that a client which follows location comes to the same
// host, and to path with a slash at the end.
func checkLocation(t testing.TB, path, location string) {
	t.Helper()
	base := url.URL{Scheme: "http", Host: "host.example", Path: "/x/y"}
	u, err := base.Parse(location)
	if err != nil {
		t.Fatalf("%q: Location %q: %v", path, location, err)
	}
	if u.Host != base.Host || u.Path != mergeSlashes(path)+"/" || u.RawQuery != "" || u.Fragment != "" {
		t.Errorf("%q: Location %q leads to %v", path, location, u)
	}
}

func TestIndex(t *testing.T) {
	dir := site(t, map[string]string{
		"both/index.html": "html", "both/index.htm": "htm", "one/index.htm": "htm", "none/x": "",
		"odd/index.html/x": "", "odd/index.htm": "htm", "file": "",
	})
	two := &Tree{Dir: dir, Index: []string{"index.html", "index.htm"}, Fresh: -1}
	for name, c := range map[string]struct {
		tree *Tree
		path string
		want string // "" means not found
	}{
		"first wins":             {two, "/both/", "/both/index.html"},
		"second":                 {two, "/one/", "/one/index.htm"},
		"first is a directory":   {two, "/odd/", "/odd/index.htm"},
		"none there":             {two, "/none/", ""},
		"root without":           {two, "/", ""},
		"not a directory":        {two, "/file/", ""},
		"default":                {&Tree{Dir: dir}, "/both/", "/both/index.html"},
		"default knows only one": {&Tree{Dir: dir}, "/one/", ""},
		"none wanted":            {&Tree{Dir: dir, Index: []string{}}, "/both/", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.tree.store == nil {
				open(t, c.tree)
				defer func() { c.tree.store = nil }()
			}
			if c.want == "" {
				refuse(t, c.tree, c.path, ErrNotFound)
			} else if e := get(t, c.tree, c.path); e.Path != c.want {
				t.Errorf("got %q, want %q", e.Path, c.want)
			}
		})
	}
	t.Run("a better index appears", func(t *testing.T) {
		open(t, two)
		get(t, two, "/one/")
		write(t, dir+"/one/index.html", "html")
		if e := get(t, two, "/one/"); e.Path != "/one/index.html" {
			t.Errorf("got %q", e.Path)
		}
	})
}
