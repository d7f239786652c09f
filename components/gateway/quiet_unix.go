//go:build unix

package gateway

import (
	"errors"

	"golang.org/x/sys/unix"
)

// quiet reports whether the other end has neither closed the connection nor said
// anything on it, as it has to be between two requests.
func (c *conn) quiet() bool {
	if c.raw == nil || c.start < c.end {
		return c.start == c.end
	}
	c.settle()
	quiet := false
	err := c.raw.Control(func(fd uintptr) {
		var b [1]byte
		_, _, err := unix.Recvfrom(int(fd), b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		quiet = errors.Is(err, unix.EAGAIN)
	})
	return err == nil && quiet
}
