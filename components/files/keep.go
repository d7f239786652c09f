package files

import (
	"io/fs"
	"os"
	"sync/atomic"
	"time"
)

// A keeper holds the file open that a range was last sent of: who asks for one
// range of a large file asks for more, and to open it costs more than to send a
// few bytes of it. Several responses may be sending from it at once; none moves
// its offset. It is closed when the Reader has let go of it and the last of them
// has been sent.
type keeper struct {
	entry *Entry
	file  *os.File
	users atomic.Int32 // the Reader, and the responses

	checked time.Duration // when the file was looked at, as Tree.elapsed
}

// Close implements io.Closer, for one user.
func (k *keeper) Close() error {
	if k.users.Add(-1) > 0 {
		return nil
	}
	return k.file.Close()
}

// open opens the file of an entry to send ranges of it, by way of the keeper if it
// has it. If the file is not an *os.File, only the first result is of use.
func (r *Reader) open(e *Entry) (fs.File, *keeper, error) {
	now := e.tree.elapsed()
	if k := r.kept; k != nil && k.entry == e && k.holds(now) {
		k.users.Add(1)
		return k.file, k, nil
	}
	r.letGo()
	f, err := e.Open()
	if err != nil {
		return nil, nil, err
	}
	file, ok := f.(*os.File)
	if !ok {
		return f, nil, nil
	}
	r.kept = &keeper{entry: e, file: file, checked: now}
	r.kept.users.Store(2)
	return file, r.kept, nil
}

// holds reports whether the file is what the entry tells of. It is trusted for as
// long as an entry is: that it was replaced shows by another entry, that it was
// written in place here.
func (k *keeper) holds(now time.Duration) bool {
	if now-k.checked < k.entry.tree.opts.fresh {
		return true
	}
	fi, err := k.file.Stat()
	k.checked = now
	return err == nil && identify(fi) == k.entry.id
}

// letGo closes the file that is kept, but for those who still send from it.
func (r *Reader) letGo() {
	if r.kept != nil {
		_ = r.kept.Close()
		r.kept = nil
	}
}
