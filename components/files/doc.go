// Package files serves static files: what is to be known about one directory, and
// [Reader], the component that answers with it.
//
//	path -> Tree.Get -> *Entry -> Accept -> Evaluate, IfRange -> 200, 206, 304, 412, 416
//	             |
//	             +-> *Redirect, ErrNotFound, ErrForbidden, ErrBusy (see Status)
//
// A [Tree] is one directory, or any file system. [Tree.Get] looks a decoded URL
// path up and returns an [Entry]: the file's media type, size, validators, the
// header field lines that say so, already rendered, and the content if the file
// is small. Entries are kept in memory and trusted for [Tree.Fresh]; after that
// one stat tells whether they still hold. [Current] decides conditional requests
// (RFC 9110 section 13.2.2), for other components too.
//
// Nothing in a request can leave the directory: all names are opened through
// [os.Root]. Nothing in it can block a request: only regular files are opened.
//
// The package starts no goroutine and logs nothing.
package files
