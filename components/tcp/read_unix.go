//go:build unix && !linux

package tcp

import "syscall"

// readNow reads what is there, from a socket that does not block.
func readNow(fd uintptr, b []byte) (int, error) { return syscall.Read(int(fd), b) }
