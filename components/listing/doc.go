// Package listing shows what is in a directory that has no index file: as a page
// for people, or as JSON for programs (RFC 9110 section 12.5.1).
//
//	ROUTER ─▶ FILES ─ directories ─▶ LISTING ─▶ WRITER
//
// A [Lister] stands behind a files.Reader, and gets the requests that this one
// has no file for. Nothing is listed unless it is there.
package listing
