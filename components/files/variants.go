package files

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A coding is a content coding, and how files in it are named.
type coding struct{ name, ext string }

// codings are those that files may be stored in, in the order of preference: the
// first that a client likes as much as any is sent.
var codings = []coding{
	{"zstd", ".zst"}, // RFC 8878
	{"br", ".br"},    // RFC 7932
	{"gzip", ".gz"},  // RFC 1952
}

// A sibling is a file beside another that is said to hold the same in a coding:
// app.js.gz beside app.js.
type sibling struct {
	coding coding
	id     identity
}

// siblings looks for the files beside the one called name.
func (t *Tree) siblings(path, name string) (beside []sibling) {
	if slices.ContainsFunc(codings, func(c coding) bool { return strings.HasSuffix(name, c.ext) }) {
		return nil // what is coded already is not coded again
	}
	for _, c := range t.opts.codings {
		if t.store.absent(name + c.ext) {
			continue
		}
		fi, err := t.stat(path, name+c.ext)
		if err == nil && fi.Mode().IsRegular() {
			beside = append(beside, sibling{c, identify(fi)})
		}
	}
	return beside
}

// loadVariants loads what was found beside a file. One that is older than the
// file was made of an older one, and one that is empty is not in any coding: they
// are not used.
func (t *Tree) loadVariants(path string, e *Entry, beside []sibling) {
	e.beside, e.rests = beside, e.settled
	for _, s := range beside {
		v, err := t.calm(path, e.name+s.coding.ext)
		if err != nil {
			// It is looked at again, unless it is not to be had at all.
			e.rests = e.rests && (errors.Is(err, ErrNotFound) || errors.Is(err, ErrForbidden))
			continue
		}
		if v.Size == 0 || v.id.older(e.id) {
			continue
		}
		v.of, v.Type, v.Coding = e, e.Type, s.coding.name
		v.ETag = strings.TrimSuffix(v.ETag, `"`) + "-" + v.Coding + `"`
		e.variants = append(e.variants, v)
		e.codings = append(e.codings, v.Coding)
		e.rests = e.rests && v.settled
	}
}

// older reports whether a file was modified before another. Some programs give
// what they make the time of what they made it of, cut to seconds.
func (id identity) older(than identity) bool {
	if id.mtime%int64(time.Second) == 0 {
		than.mtime -= than.mtime % int64(time.Second)
	}
	return id.mtime < than.mtime
}
