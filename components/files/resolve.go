package files

import (
	"errors"
	"os"
	"slices"
	"strings"
)

// found is what a path stands for: a file by its name relative to the root, which
// version of it there is now, and which files in other codings are beside it.
type found struct {
	name   string
	id     identity
	beside []sibling
}

// find tells which file path stands for. It opens nothing: opening a device can
// have effects, and opening a FIFO waits for its other end.
func (t *Tree) find(path string) (found, error) {
	if err := t.allowed(path); err != nil {
		return found{}, err
	}
	name, slash := strings.CutSuffix(path[1:], "/")
	if slash || name == "" {
		return t.findIndex(path, name)
	}
	fi, err := t.stat(path, name)
	switch {
	case err != nil:
		return found{}, err
	case fi.IsDir():
		return found{}, &Redirect{Location: location(path)}
	case !fi.Mode().IsRegular():
		return found{}, notFound(path, errNotRegular)
	}
	return found{name, identify(fi), t.siblings(path, name)}, nil
}

// findIndex finds the index file of the directory dir ("" is the root), which
// was asked for as path. That dir is a directory need not be looked up before:
// nothing is found below a file.
func (t *Tree) findIndex(path, dir string) (found, error) {
	for _, name := range t.opts.index {
		if dir != "" {
			name = dir + "/" + name
		}
		fi, err := t.stat(path, name)
		if errors.Is(err, ErrNotFound) {
			continue
		} else if err != nil {
			return found{}, err
		}
		if fi.Mode().IsRegular() {
			return found{name, identify(fi), t.siblings(path, name)}, nil
		}
	}
	if _, err := t.directory(path); err != nil {
		return found{}, err
	}
	return found{}, notFound(path, ErrNoIndex)
}

// holds reports whether e is still what was found.
func (f *found) holds(e *Entry) bool {
	// An entry that is not settled is read again even if it looks the same: see
	// settled.
	return e.rests && e.name == f.name && e.id == f.id && slices.Equal(e.beside, f.beside)
}

// allowed refuses the paths that no file can have or that are hidden. Dot
// segments were resolved by the parser; what is left of them names nothing.
// (os.Root would stop ".." at the root, but resolve it below.)
func (t *Tree) allowed(path string) error {
	if path == "" || path[0] != '/' || strings.IndexByte(path, 0) >= 0 {
		return notFound(path, errSpelling)
	}
	if os.PathSeparator != '/' && strings.ContainsAny(path, `\:`) {
		return notFound(path, errSpelling) // another separator, a drive, a stream
	}
	first := true
	for segment := range strings.SplitSeq(path[1:], "/") {
		switch {
		case segment == "." || segment == "..":
			return notFound(path, errSpelling)
		case !strings.HasPrefix(segment, "."):
		case Own(segment), !t.Hidden && !(first && segment == ".well-known"):
			return notFound(path, errHidden)
		}
		first = false
	}
	return nil
}

// mergeSlashes returns path with each run of slashes replaced by one.
func mergeSlashes(path string) string {
	if !strings.Contains(path, "//") {
		return path
	}
	b := make([]byte, 0, len(path))
	for i := range len(path) {
		if path[i] != '/' || i == 0 || path[i-1] != '/' {
			b = append(b, path[i])
		}
	}
	return string(b)
}

// location returns path with a slash at the end, percent-encoded for a Location
// field. All but the characters of a path segment (pchar, RFC 3986 section 3.3)
// are encoded; the backslash among them, which browsers take for a slash. The
// path begins with one slash, because it went through mergeSlashes.
func location(path string) string {
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(path)+1)
	for i := range len(path) {
		if c := path[i]; c == '/' || isPathChar(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(append(b, '/'))
}

// isPathChar reports whether c may stand in a path segment as it is.
func isPathChar(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-._~!$&'()*+,;=:@", c) >= 0
}
