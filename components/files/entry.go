package files

import (
	"errors"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"
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

	// Head holds the field lines Content-Type, Last-Modified (if ModTime is
	// known) and ETag, each with CR LF at its end. A 304 may carry it too.
	Head []byte

	// Content is the file's content if it is small, and not nil then even if
	// empty. It is nil for a large file: use Open.
	Content []byte

	tree    *Tree
	key     string // the path it was asked for by
	name    string // relative to the root
	id      identity
	settled bool
}

// An identity tells one version of a file from all others: two looks at a file
// that find the same identity found the same content, if the first was settled.
// The change time is what makes it so. Modification times can be set back (cp
// -p, rsync -t) and inodes are soon given to new files, but no program can set
// the change time, and each write, replacement or touch moves it.
type identity struct {
	dev, ino     uint64
	size         int64
	mtime, ctime int64 // ns since 1970
}

// The longest ticks of the clocks that files' times are taken from: the
// kernel's own (CONFIG_HZ=100), and that of file systems which keep no
// fractions (FAT counts in twos).
const (
	kernelTick = 10 * time.Millisecond
	coarseTick = 2 * time.Second
)

// settled reports whether the file had been left alone for two ticks of its
// clock when it was looked at. If so, any later change will be given another
// change time. If not, one within the same tick might not, so that the identity
// proves nothing about it: such an entry is read again after Fresh, when it is
// usually settled, and its tag is weak (RFC 9110 section 8.8.1: a time is a
// strong validator only if it is fine enough to tell all changes apart).
func (id identity) settled(looked time.Time) bool {
	tick := kernelTick
	if id.ctime%int64(time.Second) == 0 {
		tick = coarseTick
	}
	return time.Unix(0, id.ctime).Add(2 * tick).Before(looked)
}

// tag renders the identity as an entity tag: inode, size and modification time
// in ns, and the change time if it differs, in hexadecimal. RFC 9110 section
// 8.8.1 calls a validator strong if it changes with every change of the content;
// for a settled identity, these four together do.
//
// The tag of an identity that is not settled is weak and holds the time of the
// look. So it is never equal to a later one, and a client that keeps it asks
// once more than it needs to instead of once too few.
func (id identity) tag(settled bool, looked time.Time) string {
	b := make([]byte, 0, 80)
	if !settled || !strongIdentity {
		b = append(b, "W/"...)
	}
	b = append(b, '"')
	b = strconv.AppendUint(b, id.ino, 16)
	b = strconv.AppendUint(append(b, '-'), uint64(id.size), 16)
	b = strconv.AppendUint(append(b, '-'), uint64(id.mtime), 16)
	if id.ctime != id.mtime {
		b = strconv.AppendUint(append(b, '-'), uint64(id.ctime), 16)
	}
	if !settled {
		b = strconv.AppendUint(append(b, '.'), uint64(looked.UnixNano()), 16)
	}
	return string(append(b, '"'))
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
	e.tree.cache.remove(e)
	return nil, ErrChanged
}

// open opens the regular file called name. Something else may have taken the
// name since find saw it, so it looks again at what it has.
func (t *Tree) open(path, name string) (fs.File, fs.FileInfo, error) {
	if err := t.followed(path, name); err != nil {
		return nil, nil, err
	}
	f, err := t.store.open(name)
	if err != nil {
		return nil, nil, explain(path, err, t.escape)
	}
	fi, err := f.Stat()
	if err == nil && fi.Mode().IsRegular() {
		return f, fi, nil
	}
	f.Close()
	if err != nil {
		return nil, nil, explain(path, err, t.escape)
	}
	return nil, nil, notFound(path, errNotRegular)
}

// load makes an entry of the file called name. A file that changes while it is
// read is read again, up to three times; one that never rests is delivered as
// the last read found it, with an unsettled tag. Either way Size, Head and
// Content belong together.
func (t *Tree) load(path, name string) (*Entry, error) {
	for range 2 {
		e, same, err := t.read(path, name)
		if err != nil || same {
			return e, err
		}
	}
	e, _, err := t.read(path, name)
	return e, err
}

// read makes an entry of the file called name, and reports whether the file was
// the same before and after its content was read.
func (t *Tree) read(path, name string) (*Entry, bool, error) {
	looked := t.today() // before the first look: see settled
	f, fi, err := t.open(path, name)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	e := &Entry{
		Path: "/" + name,
		Type: t.mediaType(name),
		Size: fi.Size(),
		tree: t,
		key:  strings.Clone(path), // it may be part of a whole request's head
		name: strings.Clone(name),
		id:   identify(fi),
	}
	same := true
	if e.Size <= t.opts.small {
		e.Content = make([]byte, e.Size)
		n, err := io.ReadFull(f, e.Content)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, false, explain(path, err, t.escape)
		}
		e.Content, e.Size = e.Content[:n], int64(n)
		if fi, err = f.Stat(); err != nil {
			return nil, false, explain(path, err, t.escape)
		}
		same = identify(fi) == e.id && e.Size == e.id.size
	}
	e.settled = same && (e.id.settled(looked) || t.written.has(e.id))
	e.ETag = e.id.tag(e.settled, looked)
	e.ModTime = modTime(fi.ModTime(), looked)
	e.Head = e.head()
	return e, same, nil
}
