package files

import (
	"errors"
	"time"
)

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
	f, err := t.find(path)
	if err != nil {
		if s != nil {
			t.cache.remove(s.entry)
		}
		if errors.Is(err, ErrNotFound) {
			t.misses.note(path, err, now)
		}
		return nil, err
	}
	if s != nil && f.holds(s.entry) {
		s.checked.Store(int64(now))
		s.touch()
		return s.entry, nil
	}
	e, err := t.load(path, f)
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
