package files

import (
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
)

// Validate reports every mistake in the fields at once. It does not touch the
// disk.
func (t *Tree) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf("files: "+format, args...)) }
	if t.Dir != "" && t.FS != nil {
		wrong("Dir: %q beside an FS; a Tree has one of them", t.Dir)
	}
	for _, name := range t.Index {
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			wrong("Index: %q is not the name of a file", name)
		}
	}
	for ext, media := range t.Types {
		if len(ext) < 2 || ext[0] != '.' || strings.Contains(ext[1:], ".") {
			wrong("Types: %q is not an extension such as \".txt\"", ext)
		}
		if !validType(media) {
			wrong("Types[%q]: %q is not a media type", ext, media)
		}
	}
	if t.DefaultType != "" && !validType(t.DefaultType) {
		wrong("DefaultType: %q is not a media type", t.DefaultType)
	}
	if t.Charset != "" && !validType("text/plain; charset="+t.Charset) {
		wrong("Charset: %q is not the name of a charset", t.Charset)
	}
	if t.Links < LinksInside || t.Links > LinksNone {
		wrong("Links: %v is not a policy", t.Links)
	}
	for i, name := range t.Codings {
		if codingNamed(name) < 0 {
			wrong("Codings: %q is not one of zstd, br, gzip", name)
		} else if slices.Contains(t.Codings[:i], name) {
			wrong("Codings: %q is there twice", name)
		}
	}
	for i := range t.Rules {
		if _, err := t.Rules[i].compile(); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// codingNamed returns where in codings a coding is, -1 if it is not.
func codingNamed(name string) int {
	return slices.IndexFunc(codings, func(c coding) bool { return c.name == name })
}

// validType reports whether s can stand in a Content-Type field.
func validType(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	media, _, err := mime.ParseMediaType(s)
	return err == nil && strings.Contains(media, "/")
}
