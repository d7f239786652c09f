package files

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
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

	// FS, if it is set, is used in place of Dir: an embed.FS, or any other file
	// system. Entity tags are hashes of the content then, so the whole of a file
	// is read when it is first asked for, a large one too. What can be read only
	// from its beginning, as in a zip.Reader, is sent without ranges.
	FS fs.FS

	// Fixed says that no file changes while the Tree is open, so that each is
	// looked at once. An embed.FS is always Fixed; set it for an fs.Sub of one. An
	// FS that is not, and knows no times, has its files read again after Fresh,
	// and the tags of large ones are weak.
	Fixed bool

	// Index names the files that stand for a directory, the first that exists
	// wins. Nil means index.html; empty but not nil means none.
	Index []string

	// Types maps file name extensions, dot included and in any case, to media
	// types. It comes before the built-in table: {".txt": "text/plain"}.
	Types map[string]string

	// DefaultType is the media type of files whose extension is not known;
	// "" means application/octet-stream.
	DefaultType string

	// Charset is the charset that types of text are said to have; "" means utf-8,
	// and "none" that nothing is said. If it is set it goes for the Types too, but
	// for those that name a charset; otherwise they stay as they are.
	Charset string

	// Rules say how long caches may keep which files; the first whose pattern
	// (see http1.Pattern) fits is the one. It is held against the file's own path
	// in the Tree: "/docs/index.html", even if "/docs/" was asked for. Without a
	// rule there is no Cache-Control.
	Rules []Rule

	// Codings are the content codings of files beside others: if app.js.gz is
	// not older than app.js, clients that accept gzip (RFC 9110 section 12.5.3) are
	// sent it in place of app.js. Of those that a client likes as much, the first
	// is sent. Nil means zstd (.zst), br (.br) and gzip (.gz); empty but not nil
	// means none.
	Codings []string

	// Ranges is how many byte ranges a request may ask for (RFC 9110 section 14);
	// one that asks for more gets the whole file. 0 means 50, less than 0 that
	// ranges are not served.
	Ranges int

	// Hidden says to serve names that begin with a dot. If it is not set they
	// do not exist, wherever in the path they stand: .git and .env are left in
	// served directories by accident. /.well-known/ (RFC 8615) is always served,
	// and what is the server's own (see Own) never.
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
	// to be sent, once for all who are sent it at the same time.
	Small int64

	// Fresh is how long an entry, or that there is none, is trusted without
	// looking at the disk again, and so for how long a change may go unseen; 0
	// means 100 ms, less than 0 looks every time. A look costs a stat: some microseconds, as much as half
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
	t.store, t.escape = system{t.FS}, nil
	if t.FS == nil {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return fmt.Errorf("files: %w", err)
		}
		t.store, t.escape = disk{root, newGlance(root)}, escapeError(root)
	}
	t.opened, t.opts = time.Now(), t.options()
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
