package webdav

import (
	"path/filepath"
	"testing"
)

func TestResolve(t *testing.T) {
	s := share(t, nil)
	for _, c := range []struct{ prefix, uri, want string }{ // want "!" is a mistake
		{"/dav", "http://dav.example/dav/a", "a"},
		{"/dav", "https://DAV.example/dav/a/", "a"},
		{"/dav", "/dav/a%20b/%C3%BC", "a b/ü"},
		{"/dav", "/dav", ""},
		{"/dav", "/dav/", ""},
		{"/dav", "/dav/a/../b", "b"},
		{"/dav", "/dav/a?x", "a"},
		{"", "/a", "a"},
		{"", "http://dav.example", ""},
		{"/dav", "/davx/a", "!"},
		{"/dav", "/dav/../a", "!"},
		{"/dav", "/dav/%2e%2e/a", "!"},
		{"/dav", "http://dav.example:80/dav/a", "!"},
		{"/dav", "//dav.example/dav/a", "!"},
		{"/dav", "dav/a", "!"},
		{"/dav", "ftp://dav.example/dav/a", "!"},
		{"/dav", "/dav/a%", "!"},
		{"/dav", "/dav/a%00", "!"},
		{"/dav", "/dav/a#b", "!"},
		{"/dav", "/dav/a b", "!"},
		{"/dav", "*", "!"},
		{"/dav", "", "!"},
	} {
		call := &call{Handler: &Handler{Share: s, Prefix: c.prefix}, req: request("COPY", "/", "")}
		got, err := call.resolve(c.uri)
		if err != nil {
			got = "!"
		}
		if got != c.want {
			t.Errorf("%s below %s: %q, %v, want %q", c.uri, c.prefix, got, err, c.want)
		}
	}
}

// Whatever a URI is, it leads into the share or nowhere; and what is told of a name
// leads back to it.
func FuzzResolve(f *testing.F) {
	f.Add("http://dav.example/dav/a%20b/../c")
	f.Add("/dav/..%2f..%2fa")
	f.Add("/dav/ü&<>\"'")
	c := &call{Handler: &Handler{Share: share(f, nil), Prefix: "/dav"}, req: request("COPY", "/", "")}
	f.Fuzz(func(t *testing.T, uri string) {
		name, err := c.resolve(uri)
		if err != nil {
			return
		}
		if name != "" && !filepath.IsLocal(name) {
			t.Fatalf("%q leads to %q", uri, name)
		}
		for _, dir := range []bool{false, true} {
			href := c.href(name, dir)
			if back, err := c.resolve(href); back != name || err != nil {
				t.Errorf("%q is told as %q, which leads to %q, %v", name, href, back, err)
			}
		}
	})
}
