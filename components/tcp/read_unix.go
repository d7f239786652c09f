//go:build unix && !linux

package tcp

import "syscall"

// An inquiry is nothing here: a socket does not say what is left.
type inquiry struct{}

// receive reads what is there into a chunk, from a socket that does not block.
func receive(fd uintptr, c *Chunk, _ bool) (n int, left bool, err error) {
	n, err = syscall.Read(int(fd), c.buf)
	return max(n, 0), true, err
}

func tellsLeft(uintptr) bool { return false }
