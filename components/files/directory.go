package files

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"time"
)

// An Info tells of one name in a directory: see Tree.ReadDir.
type Info struct {
	// Name is the name in the directory, without a slash.
	Name string

	// Dir says that it is a directory. A link to one is one.
	Dir bool

	// Size is the file's size in bytes, 0 for a directory.
	Size int64

	// ModTime is when it was modified, in whole seconds; see Entry.ModTime.
	ModTime time.Time
}

// ReadDir returns what the directory holds that an absolute URL path names, with
// or without a slash at its end, sorted by name. It lists what Get would serve
// or redirect: names that are hidden, links that are not followed, and what is
// neither a file nor a directory are left out. Errors are as those of Get; what
// is not a directory is ErrNotFound.
//
// Nothing of it is kept: each call reads the directory and looks at each name.
func (t *Tree) ReadDir(path string) ([]Info, error) {
	infos, _, err := t.ReadSome(path, math.MaxInt)
	return infos, err
}

// ReadSome is ReadDir for directories that may be huge. It returns the first ones
// by name, at most that many, and how many names there are in all. However many
// these are, it holds no more than about three times what it returns, and looks
// at no other.
func (t *Tree) ReadSome(path string, most int) (infos []Info, total int, err error) {
	if t.store == nil {
		return nil, 0, errNotOpen
	}
	path = mergeSlashes(path)
	dir, err := t.directory(path)
	if err != nil {
		return nil, 0, err
	}
	names, total, err := t.names(path, dir, most)
	if err != nil {
		return nil, 0, explain(path, err, t.escape)
	}
	looked := t.today()
	infos = make([]Info, 0, len(names))
	for _, name := range names {
		fi, err := t.stat(path, below(dir, name))
		if err != nil || !fi.IsDir() && !fi.Mode().IsRegular() {
			total-- // gone meanwhile, or a link that leads nowhere
			continue
		}
		info := Info{Name: name, Dir: fi.IsDir(), ModTime: modTime(fi.ModTime(), looked)}
		if !info.Dir {
			info.Size = fi.Size()
		}
		infos = append(infos, info)
	}
	return infos, total, nil
}

// names reads the names in a directory that may be served, and returns the first
// ones, sorted, and how many there are.
func (t *Tree) names(path, dir string, most int) (names []string, total int, err error) {
	f, err := t.store.open(dir)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	next := func() ([]fs.DirEntry, error) {
		if d, ok := f.(fs.ReadDirFile); ok {
			return d.ReadDir(1 << 10)
		}
		all, err := t.store.readDir(dir)
		return all, cmp.Or(err, io.EOF)
	}
	first := func() {
		slices.Sort(names)
		names = names[:min(len(names), max(most, 0))]
	}
	for at := strings.TrimSuffix(path, "/") + "/"; ; {
		entries, err := next()
		for _, e := range entries {
			if t.allowed(at+e.Name()) != nil {
				continue
			}
			total++
			if names = append(names, e.Name()); len(names)/2 > most {
				first()
			}
		}
		if err != nil {
			first()
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return names, total, err
		}
	}
}

// directory returns the name of the directory that path stands for.
func (t *Tree) directory(path string) (string, error) {
	if err := t.allowed(path); err != nil {
		return "", err
	}
	name := strings.Trim(path, "/")
	if name == "" {
		return ".", nil
	}
	fi, err := t.stat(path, name)
	switch {
	case err != nil:
		return "", err
	case !fi.IsDir():
		return "", notFound(path, errNotDirectory)
	}
	return name, nil
}

// below returns the name of a name in a directory.
func below(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}
