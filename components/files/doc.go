// Package files serves static files: what a file component needs to know about
// one directory, and nothing about graphs.
//
//	path -> Tree.Get -> *Entry -> Evaluate -> 200, 304 or 412
//	             |
//	             +-> *Redirect, ErrNotFound, ErrForbidden, ErrBusy (see Status)
//
// A [Tree] is one directory. [Tree.Get] looks a decoded URL path up and returns
// an [Entry]: the file's media type, size, validators, the header field lines
// that say so, already rendered, and the content if the file is small. Entries
// are kept in memory and trusted for [Tree.Fresh]; after that one stat tells
// whether they still hold. [Evaluate] decides a conditional request (RFC 9110
// section 13.2.2).
//
// Nothing in a request can leave the directory: all names are opened through
// [os.Root]. Nothing in it can block a request: only regular files are opened.
//
// This part of the package starts no goroutine and logs nothing.
package files
