//go:build !unix

package tcp

import "syscall"

// newRawReader has no way to read a socket by its descriptor on this system.
func newRawReader(syscall.RawConn) func(large bool) (*Chunk, error) { return nil }
