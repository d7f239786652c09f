package upload

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"time"
)

// A File is a file that is being written, beside the place that it will have. It
// is for one goroutine. It ends with Commit, or with Abandon, which does nothing
// after Commit.
type File struct {
	dir        *Dir
	name, temp string
	file       *os.File // nil when it has ended
	size       int64
	looked     int64 // size when the disk was last asked for room
}

// Create begins a file that is to have a name, as Dir.Name returns it, and about
// size bytes, -1 if that is not known. The error is a *http1.Failure: 409 if
// there is no directory for it, 405 if it is one itself.
func (d *Dir) Create(name string, size int64) (*File, error) {
	if d.Largest > 0 && size > d.Largest {
		return nil, refuse(413, "%d bytes are more than %d", size, d.Largest)
	}
	if err := d.Room(max(size, 0)); err != nil {
		return nil, err
	}
	old, err := d.replaceable(name)
	if err != nil {
		return nil, err
	}
	d.sweep(path.Dir(name), time.Now())
	f := &File{dir: d, name: name, temp: Hide(path.Dir(name))}
	if f.file, err = d.root.OpenFile(f.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666); err != nil {
		return nil, d.Explain(err)
	}
	if old != nil {
		err = f.file.Chmod(old.Mode().Perm())
	}
	if err != nil {
		f.Abandon()
		return nil, d.Explain(err)
	}
	return f, nil
}

// replaceable tells what has a name now, nil if nothing has. A directory, and
// what is no file, is not replaced, nor is a file that may not be written. A link
// to a file is replaced itself: what it leads to stays as it is.
func (d *Dir) replaceable(name string) (fs.FileInfo, error) {
	if name == "" {
		return nil, directory(name)
	}
	fi, err := d.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil // its directory may be missing: opening will tell
	case err != nil:
		return nil, d.Explain(err)
	case fi.IsDir():
		return nil, directory(name)
	case fi.Mode()&fs.ModeSymlink != 0:
		if to, err := d.root.Stat(name); err == nil && to.IsDir() {
			return nil, directory(name)
		}
		return nil, nil
	case !fi.Mode().IsRegular():
		return nil, refuse(409, "%q is not a file", name)
	case fi.Mode().Perm()&0o222 == 0:
		return nil, refuse(403, "%q may not be written", name)
	}
	return fi, nil
}

// directory is the failure of what is for files alone.
func directory(name string) error {
	f := refuse(405, "%q is a directory", name)
	f.Header.Add("Allow", allowDirectory)
	return f
}

// Write writes more of the file. The error is a *http1.Failure.
func (f *File) Write(p []byte) (int, error) {
	const step = 16 << 20
	size := f.size + int64(len(p))
	if f.dir.Largest > 0 && size > f.dir.Largest {
		return 0, refuse(413, "more than %d bytes", f.dir.Largest)
	}
	if size-f.looked > step {
		f.looked = size
		if err := f.dir.Room(int64(len(p))); err != nil {
			return 0, err
		}
	}
	n, err := f.file.Write(p)
	f.size += int64(n)
	if err != nil {
		return n, f.dir.Explain(err)
	}
	return n, nil
}

// Room refuses to take size bytes more if the disk has none to spare: 507.
func (d *Dir) Room(size int64) error {
	if d.Spare == 0 {
		return nil
	}
	free, err := free(d.root)
	switch {
	case err != nil:
		return d.Explain(err)
	case free-d.Spare < size:
		return refuse(507, "%d bytes are free, and %d are to stay so", free, d.Spare)
	}
	return nil
}

// Commit lets the file take its place, in one step and for good: it is on the
// disk then. check is asked once more, just before, whether it is to; nothing
// else is written or deleted by this Dir in between. Commit reports whether there
// was no such file before, and the new one's entity tag.
func (f *File) Commit(check func() error) (created bool, etag string, err error) {
	defer f.Abandon()
	now := time.Now() // no later write will give the file this time: see files.Tree.Wrote
	err = errors.Join(f.dir.root.Chtimes(f.temp, now, now), f.file.Sync(), f.file.Close())
	if err != nil {
		return false, "", f.dir.Explain(err)
	}
	if created, etag, err = f.place(check, now); err == nil {
		err = f.dir.Sync(path.Dir(f.name))
	}
	return created, etag, err
}

// place is Commit's decisive step.
func (f *File) place(check func() error, stamp time.Time) (created bool, etag string, err error) {
	d := f.dir
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := check(); err != nil {
		return false, "", err
	}
	_, err = d.root.Lstat(f.name)
	created = errors.Is(err, fs.ErrNotExist)
	if err := d.root.Rename(f.temp, f.name); err != nil {
		return false, "", d.Explain(err)
	}
	f.file = nil
	fi, err := d.root.Lstat(f.name)
	if err != nil || !fi.ModTime().Equal(stamp) { // gone again, or times are coarse here
		d.Tree.Changed()
		return created, "", nil
	}
	return created, d.Tree.Wrote(fi), nil
}

// Abandon throws the file away, unless it has taken its place.
func (f *File) Abandon() {
	if f.file == nil {
		return
	}
	_ = f.file.Close()
	_ = f.dir.root.Remove(f.temp)
	f.file = nil
}
