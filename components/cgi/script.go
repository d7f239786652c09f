package cgi

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/kamaelia-go/kamaelia/components/gateway"
)

// A script is what a request's path leads to.
type script struct {
	name        string // SCRIPT_NAME, not encoded
	info        string // PATH_INFO
	file        string // absolute
	interpreter string // "" if it is run itself
	slash       bool   // there is none: it is a directory whose slash is missing
}

// nph reports whether the script makes the whole head of its answer itself.
func (s *script) nph() bool { return strings.HasPrefix(filepath.Base(s.file), "nph-") }

// find finds the script for a path below a prefix. What it returns as an error is
// a *http1.Failure.
func (d *Dir) find(prefix, at string) (*script, error) {
	below := strings.TrimPrefix(at, prefix)
	if strings.ContainsRune(at, 0) {
		return nil, gateway.Refuse(400, "cgi: a NUL in the path")
	}
	if d.file != "" {
		s := &script{name: prefix, info: below, file: d.file}
		info, err := os.Stat(d.file)
		if err != nil {
			return nil, missing(at, err)
		}
		return s, d.runnable(s, info)
	}
	rest, name := strings.TrimPrefix(below, "/"), "."
	for rest != "" {
		segment, after, more := strings.Cut(rest, "/")
		if segment == "" || segment[0] == '.' || strings.ContainsRune(segment, '\\') && filepath.Separator == '\\' {
			return nil, gateway.Refuse(404, "cgi: %q: there is no script of such a name", at)
		}
		name = path.Join(name, segment)
		info, err := d.root.Stat(filepath.FromSlash(name))
		switch {
		case err != nil:
			return nil, missing(at, err)
		case info.IsDir():
			rest = after
			if rest == "" && !more {
				return d.index(prefix, name, at, true)
			}
			continue
		}
		s := &script{name: prefix + "/" + name, file: filepath.Join(d.Path, filepath.FromSlash(name))}
		if more {
			s.info = "/" + after
		}
		return s, d.runnable(s, info)
	}
	return d.index(prefix, name, at, below == "")
}

// index finds the script that stands for a directory. bare says that the slash
// behind its name is missing.
func (d *Dir) index(prefix, dir, at string, bare bool) (*script, error) {
	names := d.Index
	if names == nil {
		names = []string{"index.cgi"}
		for _, ext := range slices.Sorted(maps.Keys(d.Interpreters)) {
			names = append(names, "index"+ext)
		}
	}
	for _, name := range names {
		name = path.Join(dir, name)
		info, err := d.root.Stat(filepath.FromSlash(name))
		if err != nil || info.IsDir() {
			continue
		}
		s := &script{name: prefix + "/" + name, file: filepath.Join(d.Path, filepath.FromSlash(name)), slash: bare}
		return s, d.runnable(s, info)
	}
	return nil, gateway.Refuse(403, "cgi: %q is a directory without an index script", at)
}

// runnable looks how the script is run. Nobody is told what is in a file that is
// none.
func (d *Dir) runnable(s *script, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return gateway.Refuse(403, "cgi: %s is not a file", s.file)
	}
	if s.interpreter = d.Interpreters[filepath.Ext(s.file)]; s.interpreter != "" {
		return nil
	}
	if !executable(s.file, info, d.User != "") {
		return gateway.Refuse(403, "cgi: %s may not be run", s.file)
	}
	return nil
}

// missing makes a failure of what looking for a file gave. Why it is not there,
// or out of reach, is for the log.
func missing(at string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return gateway.Refuse(403, "cgi: %q: %w", at, err)
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return gateway.Refuse(503, "cgi: %q: %w", at, err)
	}
	return gateway.Refuse(404, "cgi: %q: %w", at, err)
}
