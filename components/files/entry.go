package files

import (
	"errors"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An Entry tells all that an answer needs about one version of a file. It is
// shared by everyone who got it and must not be changed, nor what its slices
// hold; it may be kept for as long as anyone likes.
type Entry struct {
	// Path is the file's path in the Tree, "/docs/index.html"; for a directory
	// the path of its index file.
	Path string

	// Type is the media type, with charset for text.
	Type string

	// Coding is the content coding that the file is stored in, such as "gzip",
	// or "" for none. Get gives entries of no coding; see Accept.
	Coding string

	// ETag is the entity tag with its quotes (RFC 9110 section 8.8.3). It is
	// strong unless the file was changed so shortly before it was looked at
	// that it may change again unnoticed; then it is weak, and this entry's alone.
	ETag string

	// Size is the content's length in bytes.
	Size int64

	// ModTime is when the file was modified, in whole seconds as in
	// Last-Modified. It is never in the future (RFC 9110 section 8.8.2.1). It is
	// zero if not known: some package managers stamp all files with second 0 or
	// 1 of 1970, which says nothing about changes.
	ModTime time.Time

	// Head holds the field lines of a 200, each with CR LF at its end:
	// Content-Type, Content-Encoding (if there is a Coding), Accept-Ranges,
	// Last-Modified (if ModTime is known), ETag, Vary (if there are variants) and
	// Cache-Control (if a rule says so). Expires is not in it: see HeadAt.
	Head []byte

	// Content is the file's content if it is small, and not nil then even if
	// empty. It is nil for a large file: use Open.
	Content []byte

	tree    *Tree
	key     string // the path it was asked for by
	name    string // relative to the root
	id      identity
	settled bool

	typed, brief int           // where in Head Content-Type ends, and what a 304 carries begins
	expires      time.Duration // by a rule; 0 is never
	dated        atomic.Pointer[datedHead]
	ranges       bool                   // of its content can be had
	kept         atomic.Pointer[keeper] // holds the file while it is sent

	of       *Entry    // the entry that this is a variant of
	variants []*Entry  // the same in other codings, in the order of preference
	codings  []string  // theirs
	beside   []sibling // all that was found beside the file, used or not
	rests    bool      // it and its variants are settled
}

// Open opens the file of an entry. The caller closes it; it is the caller's
// alone, and its offset is 0. It is an *os.File, unless the Tree has an FS of
// another kind.
//
// If the file is not the one the entry tells of any more, Open makes the Tree
// forget the entry and returns ErrChanged: Get the path again. What happens to
// the file after Open is not noticed: a file that is cut short while it is sent
// ends early.
func (e *Entry) Open() (fs.File, error) {
	f, fi, err := e.tree.open(e.Path, e.name)
	if err == nil && identify(fi) == e.id {
		return f, nil
	}
	if err == nil {
		f.Close()
	} else if !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrForbidden) {
		return nil, err
	}
	if e.of != nil {
		e = e.of
	}
	e.tree.cache.remove(e)
	return nil, ErrChanged
}

// Current returns what the conditions of a request are compared with.
func (e *Entry) Current() Current {
	return Current{Exists: true, ETag: e.ETag, ModTime: e.ModTime, Settled: e.settled}
}

// Accept returns the entry that suits the Accept-Encoding fields of a request
// best (RFC 9110 section 12.5.3): e itself, or one for a file beside it that
// holds the same in another coding. It is e also if the request refuses all there
// are, and e too: a file is to be had whatever lies beside it.
func (e *Entry) Accept(h http1.Header) *Entry {
	if len(e.variants) == 0 {
		return e
	}
	coding, _ := http1.AcceptCoding(h, e.codings...)
	for _, v := range e.variants {
		if v.Coding == coding {
			return v
		}
	}
	return e
}
