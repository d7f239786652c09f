package upload

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/components/files"
)

// A Dir is a directory that may be written to. Set the fields, call Open, then
// use it from as many goroutines as you like.
type Dir struct {
	// Tree is the same directory as it is read. It must be open. What it does not
	// serve can not be written either: names that begin with a dot, unless it has
	// Hidden, and what lies behind links that it does not follow.
	Tree *files.Tree

	// Largest is the size of the largest file, in bytes; 0 means no limit. A
	// larger one is answered 413.
	Largest int64

	// Spare is how many bytes of the disk are to be left free; 0 means none. A
	// file that would take them is answered 507, as is one for which there is no
	// room at all.
	Spare int64

	root   *os.Root
	escape error      // what root says to a name that leads out of it
	mu     sync.Mutex // held while a file takes its place, or goes

	sweeping sync.Mutex
	swept    map[string]time.Time // when directories were looked through
}

// Validate reports every mistake in the fields at once.
func (d *Dir) Validate() error {
	var errs []error
	if d.Tree == nil {
		errs = append(errs, errors.New("upload: a Dir needs a Tree"))
	} else if d.Tree.FS != nil {
		errs = append(errs, errors.New("upload: a Tree of an FS can not be written"))
	}
	if d.Largest < 0 {
		errs = append(errs, fmt.Errorf("upload: Largest is negative: %d", d.Largest))
	}
	if d.Spare < 0 {
		errs = append(errs, fmt.Errorf("upload: Spare is negative: %d", d.Spare))
	}
	return errors.Join(errs...)
}

// Open opens the directory.
func (d *Dir) Open() error {
	if err := d.Validate(); err != nil {
		return err
	}
	name := d.Tree.Dir
	if name == "" {
		name = "."
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	d.root, d.swept = root, make(map[string]time.Time)
	// Package os does not export the error, so it is asked for once.
	_, err = root.Lstat("..")
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		d.escape = pe.Err
	}
	return nil
}

// Close closes the directory. Files that are being written can not take their
// places any more.
func (d *Dir) Close() error {
	if d.root == nil {
		return nil
	}
	return d.root.Close()
}

// Root is the directory, for who does more to it than this package does.
func (d *Dir) Root() *os.Root { return d.root }

// Name returns the file name, relative to the directory and with slashes, that an
// absolute URL path stands for: "" is the directory itself. The path is decoded,
// and has no dot segments, as an http1.Request's. The error is a *http1.Failure.
//
// Whatever the path is, os.Root lets nothing out of the directory; Name refuses
// what can not or must not be written.
func (d *Dir) Name(target string) (string, error) {
	name := strings.Trim(target, "/")
	if name == "" {
		return "", nil
	}
	if strings.Contains(name, "\x00") || os.PathSeparator != '/' && strings.ContainsAny(name, `\:`) {
		return "", refuse(400, "%q is not the name of a file", target)
	}
	first := true
	for segment := range strings.SplitSeq(name, "/") {
		switch {
		case segment == "" || segment == "." || segment == "..":
			return "", refuse(400, "%q is not the name of a file", target)
		case files.Own(segment):
			return "", refuse(403, "%q is the server's own", target)
		case segment[0] == '.' && !d.Tree.Hidden && !(first && segment == ".well-known"):
			return "", refuse(403, "%q is hidden", target)
		}
		first = false
	}
	return name, d.reaches(name)
}

// reaches refuses a name whose way leads over a symbolic link, if the Tree does
// not follow all those that stay inside.
func (d *Dir) reaches(name string) error {
	if d.Tree.Links == files.LinksInside {
		return nil
	}
	for i, c := range name {
		if c != '/' {
			continue
		}
		if fi, err := d.root.Lstat(name[:i]); err == nil && fi.Mode()&os.ModeSymlink != 0 {
			return refuse(403, "%q lies behind a symbolic link", name)
		}
	}
	return nil
}

// unfinished is what the names of files begin with that are being written, and of
// directories that are being deleted.
const unfinished = files.OwnPrefix + "upload-"

// Hide returns a new name in a directory for what is not there yet, or no more. It
// is not served, and goes a day after a crash.
func Hide(dir string) string { return path.Join(dir, unfinished+rand.Text()) }

// Do runs f while nothing else is written or deleted by way of this Dir.
func (d *Dir) Do(f func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return f()
}
