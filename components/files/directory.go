package files

import (
	"cmp"
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
	if t.store == nil {
		return nil, errNotOpen
	}
	path = mergeSlashes(path)
	dir, err := t.directory(path)
	if err != nil {
		return nil, err
	}
	names, err := t.store.readDir(dir)
	if err != nil {
		return nil, explain(path, err, t.escape)
	}
	at, looked := strings.TrimSuffix(path, "/")+"/", t.today()
	infos := make([]Info, 0, len(names))
	for _, entry := range names {
		name := entry.Name()
		if t.allowed(at+name) != nil {
			continue
		}
		fi, err := t.stat(path, below(dir, name))
		if err != nil || !fi.IsDir() && !fi.Mode().IsRegular() {
			continue // gone meanwhile, or a link that leads nowhere
		}
		info := Info{Name: name, Dir: fi.IsDir(), ModTime: modTime(fi.ModTime(), looked)}
		if !info.Dir {
			info.Size = fi.Size()
		}
		infos = append(infos, info)
	}
	slices.SortFunc(infos, func(a, b Info) int { return cmp.Compare(a.Name, b.Name) })
	return infos, nil
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
