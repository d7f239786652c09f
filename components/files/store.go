package files

import (
	"io/fs"
	"os"
	"syscall"
)

// A store is where a Tree's files are. Names are relative to its root and have
// slashes between their parts; "." is the root.
type store interface {
	stat(name string) (fs.FileInfo, error)  // of what a name leads to
	lstat(name string) (fs.FileInfo, error) // of the name itself: it may be a link
	open(name string) (fs.File, error)
	readDir(name string) ([]fs.DirEntry, error)
	absent(name string) bool // true says that stat would fail, for less than stat costs
	close() error
}

// disk is a directory. os.Root lets no name out of it.
type disk struct {
	root *os.Root
	glance
}

func (d disk) stat(name string) (fs.FileInfo, error)  { return d.root.Stat(name) }
func (d disk) lstat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }

func (d disk) close() error {
	d.glance.close()
	return d.root.Close()
}

// open opens without blocking, which makes no difference to a regular file.
func (d disk) open(name string) (fs.File, error) {
	f, err := d.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d disk) readDir(name string) ([]fs.DirEntry, error) {
	f, err := d.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// system is a file system of any kind. What it makes of links is its own
// business, and so is whether one can get out of it.
type system struct{ fsys fs.FS }

func (s system) absent(string) bool { return false }
func (s system) close() error       { return nil }

// valid turns away the names that no file system has, with the error that it
// would have for a file which is not there.
func valid(op, name string) error {
	if fs.ValidPath(name) {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

func (s system) stat(name string) (fs.FileInfo, error) {
	if err := valid("stat", name); err != nil {
		return nil, err
	}
	return fs.Stat(s.fsys, name)
}

func (s system) lstat(name string) (fs.FileInfo, error) {
	if err := valid("lstat", name); err != nil {
		return nil, err
	}
	return fs.Lstat(s.fsys, name)
}

func (s system) open(name string) (fs.File, error) {
	if err := valid("open", name); err != nil {
		return nil, err
	}
	return s.fsys.Open(name)
}

func (s system) readDir(name string) ([]fs.DirEntry, error) {
	if err := valid("readdir", name); err != nil {
		return nil, err
	}
	return fs.ReadDir(s.fsys, name)
}
