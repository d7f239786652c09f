package files

import (
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"sync/atomic"
	"time"
)

// A Tree serves the files of one directory. Set the fields, call Open, then Get
// from as many goroutines as you like; the fields must not change after Open.
// The zero Tree serves the current directory.
type Tree struct {
	// Dir is the directory; "" is the current one. It is opened once: if Dir
	// is a symbolic link that is switched later, the Tree keeps the directory
	// it led to when Open was called.
	Dir string

	// Index names the files that stand for a directory, the first that exists
	// wins. Nil means index.html; empty but not nil means none.
	Index []string

	// Types maps file name extensions, dot included and in any case, to media
	// types. It comes before the built-in table: {".txt": "text/plain"}.
	Types map[string]string

	// DefaultType is the media type of files whose extension is not known;
	// "" means application/octet-stream.
	DefaultType string

	// Hidden says to serve names that begin with a dot. If it is not set they
	// do not exist, wherever in the path they stand: .git and .env are left in
	// served directories by accident. /.well-known/ (RFC 8615) is always served.
	Hidden bool

	// Links says which symbolic links are followed; the zero value follows those
	// that stay inside Dir.
	Links LinkPolicy

	// Memory is how many bytes of small files are kept in memory in all; 0
	// means 64 MiB, less than 0 keeps nothing. An entry counts for its content
	// and 512 bytes, that of a large file for the 512 bytes alone, so Memory
	// bounds the number of entries too.
	Memory int64

	// Small is the size in bytes up to which a file's content is read into
	// memory; 0 means 64 KiB, less than 0 reads none. A larger file is opened
	// for each answer, which costs little beside sending it.
	Small int64

	// Fresh is how long an entry, or that there is none, is trusted without
	// looking at the disk again, and so for how long a change may go unseen; 0 means 100 ms, less than 0
	// looks every time. A look costs a stat: some microseconds, as much as half
	// of a small answer. With 100 ms a file that is asked for 10,000 times a
	// second is looked at 10 times, and a person who saves a file and presses
	// reload can't be quick enough to see the old one.
	Fresh time.Duration

	opts   options // the fields above, checked and with defaults, since Open
	store  store
	escape error // what the store says to a name that leads out of it
	cache  cache
	misses misses

	written written
	changed atomic.Int64 // when Changed was last called, as elapsed; -1 if never
	opened  time.Time    // where the monotonic clock starts

	// Clocks, set by tests alone: since Open (monotonic), and of the day. Two,
	// because reading only the monotonic one is 20 ns cheaper and Get's fast
	// path needs no more.
	since func() time.Duration
	wall  func() time.Time
}

// errNotOpen is what Get returns before Open.
var errNotOpen = errors.New("files: tree is not open")

// Open validates the fields and opens the directory. A Tree that was closed may
// be opened again.
func (t *Tree) Open() error {
	if err := t.Validate(); err != nil {
		return err
	}
	dir := t.Dir
	if dir == "" {
		dir = "."
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	t.store, t.opened = disk{root}, time.Now()
	t.escape = escapeError(root)

	t.opts = t.options()
	t.cache.open(t.opts.memory)
	t.changed.Store(-1)
	t.misses = misses{seed: maphash.MakeSeed()}
	return nil
}

// Close closes the directory and forgets what was kept of it. Entries and files
// that were handed out remain usable, but [Entry.Open] fails.
func (t *Tree) Close() error {
	if t.store == nil {
		return nil
	}
	err := t.store.close()
	t.cache.close()
	return err
}

// Get returns the file that an absolute URL path names. The path is decoded,
// such as the Path of an http1.Request; it may hold any bytes. Runs of slashes
// count as one.
//
// A path that ends in a slash names a directory and gets its index file. A
// directory named without the slash is a [*Redirect]. Other errors are, or
// wrap, [ErrNotFound], [ErrForbidden], [ErrBusy] or what the system said;
// [Status] gives the status code for each.
//
// The entry was right at some moment no longer than Fresh before the call.
func (t *Tree) Get(path string) (*Entry, error) {
	if t.store == nil {
		return nil, errNotOpen
	}
	now := t.elapsed()
	s := t.cache.lookup(path)
	since := t.changed.Load()
	if s != nil {
		if at := s.checked.Load(); at > since && now-time.Duration(at) < t.opts.fresh {
			s.touch()
			return s.entry, nil
		}
	}
	if s == nil {
		if err := t.misses.find(path, now, t.opts.fresh, time.Duration(since)); err != nil {
			return nil, err
		}
	}
	return t.look(path, s, now)
}

// look is Get's slow path: it asks the disk. s is what the cache holds for
// path, or nil; now was taken before, so that an entry never counts as younger
// than it is.
//
// Goroutines that miss the same path at the same time each look for themselves.
// All but the first find the disk's cache warm, none waits for another's disk,
// and what they do is bounded: a stat, and a read of at most Small bytes.
func (t *Tree) look(path string, s *slot, now time.Duration) (*Entry, error) {
	if merged := mergeSlashes(path); merged != path {
		return t.Get(merged) // entries are kept under one spelling alone
	}
	name, id, err := t.find(path)
	if err != nil {
		if s != nil {
			t.cache.remove(s.entry)
		}
		if errors.Is(err, ErrNotFound) {
			t.misses.note(path, err, now)
		}
		return nil, err
	}
	// An entry that is not settled is read again even if it looks the same:
	// see settled.
	if s != nil && s.entry.settled && s.entry.name == name && s.entry.id == id {
		s.checked.Store(int64(now))
		s.touch()
		return s.entry, nil
	}
	e, err := t.load(path, name)
	if err != nil {
		if s != nil {
			t.cache.remove(s.entry)
		}
		return nil, err
	}
	t.cache.put(e, now)
	return e, nil
}

// elapsed returns the time since Open.
func (t *Tree) elapsed() time.Duration {
	if t.since != nil {
		return t.since()
	}
	return time.Since(t.opened)
}

// today returns the time of the day, which files' times are compared with.
func (t *Tree) today() time.Time {
	if t.wall != nil {
		return t.wall()
	}
	return time.Now()
}
