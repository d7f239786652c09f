package files

import (
	"io/fs"
	"strconv"
	"time"
)

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

// settled is identity.settled for the Tree's files: those that are Fixed, or that
// this program wrote, always are, those of a file system that knows no times
// never.
func (t *Tree) settled(id identity, fi fs.FileInfo, looked time.Time) bool {
	if t.opts.fixed {
		return true
	}
	if t.FS != nil && id.ino == 0 && unknown(fi.ModTime()) {
		return false
	}
	return id.settled(looked) || t.written.has(id)
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
