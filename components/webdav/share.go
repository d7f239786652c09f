package webdav

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/upload"
)

// A Share is a directory that WebDAV clients work in. All connections share one.
type Share struct {
	// Dir is the directory; it must be open.
	Dir *upload.Dir

	// Infinity says to answer a PROPFIND of a whole tree (Depth: infinity). If it
	// is not set, that is 403, as RFC 4918 section 9.1 allows: it can cost a walk
	// over the whole disk.
	Infinity bool

	// LockTime is how long a lock lasts that is not refreshed, at most; 0 means an
	// hour. A client may ask for less.
	LockTime time.Duration

	// Locks is how many locks there may be at once; 0 means 10,000. More are
	// answered 507.
	Locks int

	// XML bounds the body of a request that is XML, and the dead properties of a
	// resource, in bytes; 0 means 256 KiB. A larger body is answered 413, more
	// properties 507.
	XML int64

	locks locks
}

// Validate reports every mistake in the fields at once.
func (s *Share) Validate() error {
	var errs []error
	if s.Dir == nil {
		errs = append(errs, errors.New("webdav: a Share needs a Dir"))
	}
	if s.LockTime < 0 || s.Locks < 0 || s.XML < 0 {
		errs = append(errs, errors.New("webdav: LockTime, Locks and XML are not negative"))
	}
	return errors.Join(errs...)
}

func (s *Share) lockTime() time.Duration { return cmp.Or(s.LockTime, time.Hour) }
func (s *Share) mostLocks() int          { return cmp.Or(s.Locks, 10_000) }
func (s *Share) mostXML() int64          { return cmp.Or(s.XML, 256<<10) }

// stat tells what a name stands for: a file or a directory. Links count for what
// they lead to, if the Tree follows them. What is neither does not exist.
func (s *Share) stat(name string) (fs.FileInfo, error) {
	root := s.Dir.Root()
	name = cmp.Or(name, ".")
	fi, err := root.Lstat(name)
	if err == nil && fi.Mode()&fs.ModeSymlink != 0 {
		if s.Dir.Tree.Links != files.LinksInside {
			return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
		}
		fi, err = root.Stat(name)
	}
	if err == nil && !fi.IsDir() && !fi.Mode().IsRegular() {
		err = &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return fi, err
}

// find is stat for the resource of a request: 404 if there is none.
func (s *Share) find(name string) (fs.FileInfo, error) {
	fi, err := s.stat(name)
	if err == nil {
		return fi, nil
	}
	f := s.Dir.Explain(err)
	if f.Status == 409 || f.Status == 414 { // there is nothing on the way to it
		f.Status = 404
	}
	return nil, f
}

// exists reports whether anything has a name, a link that leads nowhere too.
func (s *Share) exists(name string) bool {
	_, err := s.Dir.Root().Lstat(cmp.Or(name, "."))
	return err == nil
}

// shows reports whether a name in a directory is to be seen.
func (s *Share) shows(dir, name string) bool {
	if !strings.HasPrefix(name, ".") {
		return true
	}
	return !files.Own(name) && (s.Dir.Tree.Hidden || dir == "" && name == ".well-known")
}

// refuse makes the failure of a request.
func refuse(status int, format string, args ...any) *http1.Failure {
	return &http1.Failure{Status: status, Cause: fmt.Errorf("webdav: "+format, args...)}
}

// notAllowed is the failure of a method that is not for what there is.
func notAllowed(allow, format string, args ...any) *http1.Failure {
	f := refuse(405, format, args...)
	f.Header.Add("Allow", allow)
	return f
}

// What may be done with a collection, with a file, and where there is nothing
// (RFC 9110 section 10.2.1).
const (
	allowCollection = "GET, HEAD, DELETE, OPTIONS, COPY, LOCK, MOVE, PROPFIND, PROPPATCH, UNLOCK"
	allowFile       = "GET, HEAD, PUT, DELETE, OPTIONS, COPY, LOCK, MOVE, PROPFIND, PROPPATCH, UNLOCK"
	allowNothing    = "PUT, OPTIONS, LOCK, MKCOL"
)

// under reports whether name lies below dir, at any depth.
func under(name, dir string) bool {
	if dir == "" {
		return name != ""
	}
	return len(name) > len(dir) && name[len(dir)] == '/' && name[:len(dir)] == dir
}

// parent returns the name of the directory that a name is in.
func parent(name string) string {
	i := strings.LastIndexByte(name, '/')
	return name[:max(i, 0)]
}

// below returns the name of a name in a directory.
func below(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}
