//go:build !unix

package tcp

import "syscall"

// An inquiry is nothing here.
type inquiry struct{}

// newRawReader has no way to read a socket by its descriptor on this system.
func newRawReader(syscall.RawConn, func(*Chunk) bool) source { return nil }
