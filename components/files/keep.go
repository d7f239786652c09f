package files

import (
	"io/fs"
	"os"
	"sync/atomic"
	"time"
)

// A keeper holds a large file open while it is being sent, for all who send it at
// the same time: none of them moves its offset. To open a file costs about as much
// as to send 50 KB of it, and the kernel sends one that it has read before with less
// work than one that was just opened. The file is closed when the last of its users
// has let go of it.
type keeper struct {
	entry   *Entry
	file    *os.File
	users   atomic.Int32 // responses, and Readers that keep it for the next range
	checked atomic.Int64 // when the file was looked at, as Tree.elapsed
}

// join adds a user, unless the last one has left.
func (k *keeper) join() bool {
	for n := k.users.Load(); n > 0; n = k.users.Load() {
		if k.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
	return false
}

// Close implements io.Closer, for one user.
func (k *keeper) Close() error {
	if k.users.Add(-1) > 0 {
		return nil
	}
	k.entry.kept.CompareAndSwap(k, nil)
	return k.file.Close()
}

// Open opens the file once more, for who needs an offset of its own.
func (k *keeper) Open() (fs.File, error) { return k.entry.Open() }

// holds reports whether the file is what the entry tells of. It is trusted for as
// long as an entry is: that it was replaced shows by another entry, that it was
// written in place here.
func (k *keeper) holds(now time.Duration) bool {
	if now-time.Duration(k.checked.Load()) < k.entry.tree.opts.fresh {
		return true
	}
	fi, err := k.file.Stat()
	k.checked.Store(int64(now))
	return err == nil && identify(fi) == k.entry.id
}

// lend opens the file of an entry for one more user, by way of the keeper. If the
// file is not an *os.File, only the first result is of use.
func (e *Entry) lend() (fs.File, *keeper, error) {
	now := e.tree.elapsed()
	if k := e.kept.Load(); k != nil && k.join() {
		if k.holds(now) {
			return k.file, k, nil
		}
		_ = k.Close()
	}
	f, err := e.Open()
	if err != nil {
		return nil, nil, err
	}
	file, ok := f.(*os.File)
	if !ok {
		return f, nil, nil
	}
	k := &keeper{entry: e, file: file}
	k.users.Store(1)
	k.checked.Store(int64(now))
	e.kept.Store(k) // one that others have opened at the same moment goes with them
	return file, k, nil
}

// open is lend for a Reader that is asked for a range: who asks for one range of a
// large file asks for more, so it keeps the file until it is asked for another.
func (r *Reader) open(e *Entry) (fs.File, *keeper, error) {
	if k := r.kept; k != nil && k.entry == e && k.holds(e.tree.elapsed()) {
		k.users.Add(1)
		return k.file, k, nil
	}
	r.letGo()
	f, k, err := e.lend()
	if k != nil {
		k.users.Add(1)
		r.kept = k
	}
	return f, k, err
}

// letGo closes the file that is kept, but for those who still send from it.
func (r *Reader) letGo() {
	if r.kept != nil {
		_ = r.kept.Close()
		r.kept = nil
	}
}
