package files

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"syscall"
)

// Errors of Get and Entry.Open. Test for them with errors.Is, or let [Status]
// do it: they usually come wrapped, with the path and the cause.
var (
	// ErrNotFound says that the path names no file that is served: 404. Names
	// that are hidden, too long, lead out of the directory or through a file,
	// and devices, FIFOs and sockets are not told from names that do not exist.
	ErrNotFound = errors.New("files: not found")

	// ErrForbidden says that the server may not read the file: 403.
	ErrForbidden = errors.New("files: forbidden")

	// ErrBusy says that the system lacks file descriptors or memory, or that
	// another program holds a lease on the file; the same request can work a
	// moment later: 503.
	ErrBusy = errors.New("files: busy")

	// ErrChanged says that the file is no longer the one an Entry tells of.
	// Get it again; a caller that gives up answers 503.
	ErrChanged = errors.New("files: file has changed")

	// ErrNoIndex says that the path names a directory, with the slash at its end,
	// in which there is no index file. It is an ErrNotFound; who lists
	// directories asks Tree.ReadDir then.
	ErrNoIndex = errors.New("no index file")
)

// Causes of ErrNotFound that no system call reports.
var (
	errHidden       = errors.New("name is hidden")
	errSpelling     = errors.New("not the name of a file")
	errNotRegular   = errors.New("not a regular file")
	errNotDirectory = errors.New("not a directory")
)

// A Redirect says that a directory was named without the slash at the end:
// 301 (RFC 9110 section 15.4.2).
type Redirect struct {
	// Location is the path with the slash, percent-encoded. It is absolute
	// within the Tree and begins with exactly one slash, so that it can't be
	// taken for another host's. The caller appends the query string and, if it
	// serves the Tree below a prefix, puts that in front.
	Location string
}

// Error makes a Redirect an error.
func (r *Redirect) Error() string { return "files: directory moved to " + r.Location }

// Status returns the status code that fits an error of Get or Entry.Open: 301
// for a Redirect, 404, 403, 503, or 500 for an error it does not know.
func Status(err error) int {
	var redirect *Redirect
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound
	case errors.As(err, &redirect):
		return http.StatusMovedPermanently
	case errors.Is(err, ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, ErrBusy), errors.Is(err, ErrChanged):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// A pathError tells which path failed, how, and why.
type pathError struct {
	path string
	// why is the kind, ErrNotFound, ErrForbidden or ErrBusy, and the cause. They
	// are asked for several times for each request that fails.
	why [2]error
}

func (e *pathError) Error() string {
	return fmt.Sprintf("%v: %q: %v", e.why[0], e.path, e.why[1])
}

func (e *pathError) Unwrap() []error { return e.why[:] }

// notFound says that path is not served because of cause.
func notFound(path string, cause error) error {
	return &pathError{path, [2]error{ErrNotFound, cause}}
}

// missing are the system's errors that mean "there is no such file" to a
// client. EINVAL, EILSEQ and ErrInvalid come from file systems that can't store
// the name, ENXIO and ENODEV from opening a socket or a device nobody serves.
var missing = []error{
	fs.ErrNotExist, syscall.ENOTDIR, syscall.ENAMETOOLONG, syscall.ELOOP,
	syscall.EINVAL, syscall.EILSEQ, fs.ErrInvalid, syscall.ENXIO, syscall.ENODEV,
}

// busy are the system's errors that pass. EAGAIN is the answer to a
// non-blocking open of a file that another program holds a lease on.
var busy = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EAGAIN}

// explain turns an error of the system into one of this package's. escape is
// what os.Root says to a name that leads out.
func explain(path string, cause, escape error) error {
	is := func(target error) bool { return errors.Is(cause, target) }
	switch {
	case is(escape) || slices.ContainsFunc(missing, is):
		return notFound(path, cause)
	case is(fs.ErrPermission):
		return &pathError{path, [2]error{ErrForbidden, cause}}
	case slices.ContainsFunc(busy, is):
		return &pathError{path, [2]error{ErrBusy, cause}}
	}
	return fmt.Errorf("files: %q: %w", path, cause)
}

// escapeError returns the error with which root refuses a name that leads out
// of it. Package os does not export it, so it is asked for once.
func escapeError(root *os.Root) error {
	_, err := root.Lstat("..")
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return fs.ErrInvalid
}
