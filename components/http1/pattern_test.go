package http1

import (
	"path"
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	for pattern, cases := range map[string]struct{ fit, not []string }{
		"*":                  {[]string{"/", "/a", "/a/b.c"}, nil},
		"*.css":              {[]string{"/a.css", "/b/.css", "/b/a.css"}, []string{"/a.css/", "/a.cssx", "/a.CSS"}},
		"/**":                {[]string{"/", "/a", "/a/b"}, []string{"*"}},
		"/a":                 {[]string{"/a"}, []string{"/a/", "/a/b", "/ab"}},
		"/a/*":               {[]string{"/a/", "/a/b"}, []string{"/a", "/a/b/c"}},
		"/a/**":              {[]string{"/a/", "/a/b", "/a/b/c"}, []string{"/a", "/b"}},
		"/a{,/**}":           {[]string{"/a", "/a/", "/a/b"}, []string{"/ab"}},
		"/**/*.js":           {[]string{"/a.js", "/b/a.js", "/c/b/a.js"}, []string{"/a.jsx"}},
		"/a?c":               {[]string{"/abc"}, []string{"/a/c", "/ac"}},
		"/[a-c][!x]":         {[]string{"/ab", "/cz"}, []string{"/dx", "/ax", "/a/"}},
		"app.{hash}.{js,ts}": {[]string{"/app.0123abCD.js", "/x/app.0123456789.ts"}, []string{"/app.0123.js", "/app.0123abcd.css"}},
		"a.b":                {[]string{"/a.b"}, []string{"/axb"}},
		"}a,b]":              {[]string{"/}a,b]"}, nil},
		"\n*":                {[]string{"/\n", "/\na\nb"}, nil},
	} {
		p, err := ParsePattern(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		if p.String() != pattern {
			t.Errorf("%s: String is %s", pattern, p)
		}
		for _, path := range cases.fit {
			if !p.Match(path) {
				t.Errorf("%q does not fit %q", pattern, path)
			}
		}
		for _, path := range cases.not {
			if p.Match(path) {
				t.Errorf("%q fits %q", pattern, path)
			}
		}
	}
	for _, pattern := range []string{"", "a/b", "/{a", "/[a", "/[]", "/[!]", "/[/]", "/[z-a]", `/[\d]`} {
		if _, err := ParsePattern(pattern); err == nil {
			t.Errorf("%q: no error", pattern)
		}
	}
}

// FuzzPattern shows that a pattern without marks fits what it says and no more,
// and that no pattern that is taken panics.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{"/a", "*.b", "/**/c", "{a,{b,c}}", "[!a-z]", "{hash}", "**", "/}{"} {
		f.Add(s, "/a/b.c")
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		p, err := ParsePattern(pattern)
		if err != nil {
			return
		}
		fits := p.Match(name)
		if strings.ContainsAny(pattern, "*?[{") {
			if ok, err := path.Match(pattern, name); err == nil && ok && !fits && pattern[0] == '/' && !strings.ContainsAny(pattern, "{[\\") {
				t.Errorf("%q does not fit %q", pattern, name)
			}
			return
		}
		want := name
		if pattern[0] != '/' {
			want = name[strings.LastIndexByte(name, '/')+1:]
		}
		if fits != (want == pattern) {
			t.Errorf("%q and %q: %v", pattern, name, fits)
		}
	})
}
