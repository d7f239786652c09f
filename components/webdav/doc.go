// Package webdav shares a directory by WebDAV, of the classes 1 and 2 (RFC 4918).
//
//	OPTIONS PUT DELETE MKCOL COPY MOVE PROPFIND PROPPATCH LOCK UNLOCK
//	    └─▶ If ─▶ locks ─▶ upload.Dir: files and collections, as a whole or not at all
//	                   └─▶ side files: dead properties
//
// A [Handler] is the component, one for each connection. A [Share] is what they
// share: the directory, and the locks, which are kept in memory. GET and HEAD are
// for a files.Reader at the same prefix, so that reading a share costs what
// reading files does.
package webdav
