package files

import (
	"io/fs"
	"strings"
	"sync"
	"time"
)

// Changed says that this program has just changed something in the directory: a
// file, or what a name stands for. Whatever was looked at before is looked at
// again before it is used, so the change is seen at once and not after Fresh.
func (t *Tree) Changed() { t.changed.Store(int64(t.elapsed())) }

// Look is like Get, but asks the disk whatever the Tree remembers: for who must
// know the entity tag as it is now, before a file is replaced.
func (t *Tree) Look(path string) (*Entry, error) {
	now := t.elapsed()
	path = mergeSlashes(path)
	return t.look(path, t.cache.lookup(path), now)
}

// Wrote is Changed, for a file that this program has just written as a whole and
// whose time of modification, to the nanosecond, no later write will give it
// again: see time.Now, which is finer than the clock that the system takes them
// from. It returns the file's entity tag, which is strong at once, where an
// ordinary file's is weak until its times have settled. fi is of the file in its
// place.
func (t *Tree) Wrote(fi fs.FileInfo) (etag string) {
	id := identify(fi)
	t.written.note(id, t.today())
	t.Changed()
	return id.tag(true, time.Time{})
}

// Tag returns the entity tag that the Tree gives to a file, without reading it.
// looked is when the caller began to look at the file.
func (t *Tree) Tag(fi fs.FileInfo, looked time.Time) string {
	id := identify(fi)
	return id.tag(t.settled(id, fi, looked), looked)
}

// MediaType returns the media type of the files of a name.
func (t *Tree) MediaType(name string) string { return t.mediaType(name) }

// Own reports whether a file name is one of those that components which write
// keep for themselves, for files that are not there yet and for what is known of
// others. No Tree serves them.
func Own(name string) bool { return strings.HasPrefix(name, OwnPrefix) }

// OwnPrefix is how such names begin.
const OwnPrefix = ".kamaelia-"

// written remembers the files that this program wrote, until their times have
// settled.
type written struct {
	mu  sync.Mutex
	ids map[identity]struct{}
}

func (w *written) note(id identity, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ids == nil {
		w.ids = make(map[identity]struct{})
	}
	for old := range w.ids {
		if old.settled(now) {
			delete(w.ids, old)
		}
	}
	w.ids[id] = struct{}{}
}

func (w *written) has(id identity) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.ids[id]
	return ok
}
