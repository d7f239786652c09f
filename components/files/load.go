package files

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"io/fs"
	"strings"
	"time"
)

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

// load makes an entry of what find found, with its variants.
func (t *Tree) load(path string, f found) (*Entry, error) {
	e, err := t.calm(path, f.name)
	if err != nil {
		return nil, err
	}
	e.Type = t.mediaType(f.name)
	t.loadVariants(path, e, f.beside)
	e.render()
	for _, v := range e.variants {
		v.render()
	}
	return e, nil
}

// calm reads the file called name. One that changes while it is read is read
// again, up to three times; one that never rests is delivered as the last read
// found it, with an unsettled tag. Either way Size, ETag and Content belong
// together.
func (t *Tree) calm(path, name string) (*Entry, error) {
	for range 2 {
		e, same, err := t.read(path, name)
		if err != nil || same {
			return e, err
		}
	}
	e, _, err := t.read(path, name)
	return e, err
}

// read reads the file called name, and reports whether it was the same before
// and after its content was read.
func (t *Tree) read(path, name string) (*Entry, bool, error) {
	looked := t.today() // before the first look: see settled
	f, fi, err := t.open(path, name)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	e := &Entry{
		Path: "/" + name,
		Size: fi.Size(),
		tree: t,
		key:  strings.Clone(path), // it may be part of a whole request's head
		name: strings.Clone(name),
		id:   identify(fi),
	}
	var hash hash.Hash
	if t.FS != nil {
		hash = sha256.New()
	}
	same := true
	if e.Size <= t.opts.small {
		e.Content = make([]byte, e.Size)
		n, err := io.ReadFull(f, e.Content)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, false, explain(path, err, t.escape)
		}
		e.Content, e.Size = e.Content[:n], int64(n)
		if hash != nil {
			hash.Write(e.Content)
		}
	} else if hash != nil {
		if _, err := io.Copy(hash, f); err != nil {
			return nil, false, explain(path, err, t.escape)
		}
	}
	if e.Content != nil || hash != nil {
		if fi, err = f.Stat(); err != nil {
			return nil, false, explain(path, err, t.escape)
		}
		same = identify(fi) == e.id && e.Size == e.id.size
	}
	e.settled = same && t.settled(e.id, fi, looked)
	e.ETag = e.id.tag(e.settled, looked)
	if hash != nil {
		e.ETag = contentTag(hash.Sum(nil), e.settled || e.Content != nil)
	}
	e.ModTime = modTime(fi.ModTime(), looked)
	e.ranges = t.opts.ranges > 0 && (e.Content != nil || seekable(f))
	return e, same, nil
}

// contentTag makes an entity tag of a hash of the content: 128 bits of it. It is
// the tag of what was read; where another content may be sent it is weak.
func contentTag(hash []byte, strong bool) string {
	tag := `"` + hex.EncodeToString(hash[:16]) + `"`
	if !strong {
		tag = "W/" + tag
	}
	return tag
}

// modTime returns what is said of a file's time of modification when it was
// looked at: see Entry.ModTime.
func modTime(m, looked time.Time) time.Time {
	if m.After(looked) {
		m = looked
	}
	if unknown(m) {
		return time.Time{}
	}
	return time.Unix(m.Unix(), 0).UTC()
}

// unknown reports whether a time of modification says nothing.
func unknown(m time.Time) bool { return m.Unix() <= 1 }
