package files

import (
	"strings"
	"testing"
)

func TestMediaType(t *testing.T) {
	tree := &Tree{Types: map[string]string{".TXT": "text/x-own", ".new": "x/new"}, DefaultType: "x/default"}
	tree.opts = tree.options()
	zero := &Tree{}
	zero.opts = zero.options()
	for _, c := range []struct {
		tree       *Tree
		name, want string
	}{
		{zero, "a.html", "text/html; charset=utf-8"},
		{zero, "a.HTML", "text/html; charset=utf-8"},
		{zero, "A.HtM", "text/html; charset=utf-8"},
		{zero, "a.css", "text/css; charset=utf-8"},
		{zero, "a.js", "text/javascript; charset=utf-8"},
		{zero, "a.mjs", "text/javascript; charset=utf-8"},
		{zero, "a.min.js", "text/javascript; charset=utf-8"},
		{zero, "a.js.map", "application/json"},
		{zero, "a.json", "application/json"},
		{zero, "a.svg", "image/svg+xml"},
		{zero, "a.wasm", "application/wasm"},
		{zero, "a.woff2", "font/woff2"},
		{zero, "a.tar.gz", "application/gzip"},
		{zero, "a.webmanifest", "application/manifest+json"},
		{zero, "favicon.ico", "image/vnd.microsoft.icon"},
		{zero, "README", "application/octet-stream"},
		{zero, "a.", "application/octet-stream"},
		{zero, "a.unheard", "application/octet-stream"},
		{zero, "html", "application/octet-stream"},
		{zero, "a.html/b", "application/octet-stream"},
		{zero, "a b.txt ", "application/octet-stream"},
		{tree, "a.txt", "text/x-own"},
		{tree, "a.Txt", "text/x-own"},
		{tree, "a.new", "x/new"},
		{tree, "a.png", "image/png"},
		{tree, "a", "x/default"},
	} {
		if got := c.tree.mediaType(c.name); got != c.want {
			t.Errorf("%q: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCharset(t *testing.T) {
	types := map[string]string{".own": "text/x-own", ".named": "Text/x-own; Charset=koi8-r", ".bin": "x/bin"}
	for _, c := range []struct{ charset, name, want string }{
		{"", "a.txt", "text/plain; charset=utf-8"},
		{"", "a.own", "text/x-own"},
		{"", "a", "text/default"},
		{"iso-8859-1", "a.txt", "text/plain; charset=iso-8859-1"},
		{"iso-8859-1", "a.own", "text/x-own; charset=iso-8859-1"},
		{"iso-8859-1", "a.named", "Text/x-own; Charset=koi8-r"},
		{"iso-8859-1", "a.bin", "x/bin"},
		{"iso-8859-1", "a.json", "application/json"},
		{"iso-8859-1", "a", "text/default; charset=iso-8859-1"},
		{"none", "a.txt", "text/plain"},
		{"none", "a.own", "text/x-own"},
		{"none", "a.named", "Text/x-own; Charset=koi8-r"},
	} {
		tree := &Tree{Types: types, DefaultType: "text/default", Charset: c.charset}
		if err := tree.Validate(); err != nil {
			t.Error(err)
		}
		tree.opts = tree.options()
		if got := tree.mediaType(c.name); got != c.want {
			t.Errorf("%q, %s: got %q, want %q", c.charset, c.name, got, c.want)
		}
	}
}

// TestMediaTypesTable: extensions are lower case, and types are types.
func TestMediaTypesTable(t *testing.T) {
	for ext, media := range mediaTypes {
		if ext[0] != '.' || ext != strings.ToLower(ext) {
			t.Errorf("extension %q", ext)
		}
		if !validType(media) {
			t.Errorf("%s: %q is not a media type", ext, media)
		}
		if strings.Contains(media, ";") {
			t.Errorf("%s: %q has a parameter", ext, media)
		}
	}
}
