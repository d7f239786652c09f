package gateway

import (
	"syscall"
	"unsafe"
)

// hold has the request written at the next read, in one go with the wait for its
// answer: so nothing is read before there can be something. The scheduler need not
// be told of system calls that return at once.
func (c *conn) hold(request []byte) (held bool) {
	if c.raw == nil {
		return false
	}
	if c.step == nil {
		c.step = c.next
	}
	c.request = request
	return true
}

// next is called with the socket: to write, and then each time that there may be
// something to read. It reports whether there was.
func (c *conn) next(fd uintptr) bool {
	if len(c.request) > 0 {
		n, err := raw(syscall.SYS_WRITE, fd, c.request)
		if c.fault = err; err == nil {
			c.request = c.request[n:]
		}
		return len(c.request) > 0 // then it does not fit, or is not taken
	}
	c.got, c.fault = raw(syscall.SYS_READ, fd, c.in[c.end:])
	return c.fault != syscall.EAGAIN
}

// read reads, and before that writes what is held.
func (c *conn) read() (int, error) {
	if len(c.request) == 0 {
		return c.Read(c.in[c.end:])
	}
	c.got, c.fault = 0, nil
	switch err := c.raw.Read(c.step); {
	case err != nil:
		return 0, err
	case len(c.request) > 0 && (c.fault == nil || c.fault == syscall.EAGAIN):
		if _, err := c.Write(c.request); err != nil {
			return 0, err
		}
		c.request = nil
		return c.Read(c.in[c.end:])
	case c.fault != nil:
		return 0, c.fault
	}
	return c.got, nil
}

// raw calls the system, which returns at once.
func raw(call, fd uintptr, b []byte) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall(call, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
		default:
			return 0, errno
		}
	}
}
