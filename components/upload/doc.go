// Package upload makes a directory writable over HTTP: PUT and DELETE (RFC 9110
// sections 9.3.4 and 9.3.5).
//
//	PUT ─▶ preconditions ─▶ .kamaelia-upload-... ─▶ fsync ─▶ preconditions, rename ─▶ fsync
//	                         body, streamed           under the Dir's lock
//
// A [Writer] is the component, one for each connection. A [Dir] is what they
// share: the directory, its limits, and the lock under which a file takes its
// place. A file is written beside its place, under a hidden name, and takes its
// name as a whole or not at all: neither an upload that breaks off nor a crash
// leaves half a file. A files.Reader at the same prefix reads the directory.
package upload
