package gateway

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
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
		n, err := raw(unix.SYS_WRITE, fd, c.request, 0)
		if c.fault = err; err == nil {
			c.request = c.request[n:]
		}
		c.take(fd)
		return len(c.request) > 0 // then it does not fit, or is not taken
	}
	if !c.local || !c.brief {
		c.got, c.fault = raw(unix.SYS_READ, fd, c.in[c.end:], 0)
	} else if c.got, c.fault = raw(unix.SYS_RECVFROM, fd, c.in[c.end:], unix.MSG_PEEK); c.got > 0 {
		c.seen = c.got
	}
	return c.fault != syscall.EAGAIN
}

// read reads, and before that writes what is held.
//
// Linux wakes whoever waits at the other end of a socket of Unix when bytes are taken
// from it, since there is room for more then. A program that has answered waits for
// the next request: it would be woken for nothing, by a signal to another processor.
// So an answer that is likely to be complete is looked at, and taken behind the next
// request, which wakes the program anyway.
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
	case len(c.request) > 0 && !c.kept && lost(c.fault):
		c.request = nil // it has closed the connection, perhaps with an answer
		return c.Read(c.in[c.end:])
	case c.fault != nil:
		return 0, c.fault
	}
	return c.got, nil
}

// settle takes what was only looked at.
func (c *conn) settle() {
	if c.seen > 0 {
		_ = c.raw.Control(c.take)
	}
}

// take is settle with the socket.
func (c *conn) take(fd uintptr) {
	for c.seen > 0 {
		n, err := raw(unix.SYS_READ, fd, c.in[max(c.end-c.seen, 0):][:c.seen], 0) // the same bytes again
		if c.seen -= n; n == 0 || err != nil {
			c.seen = 0
		}
	}
}

// raw calls the system, which returns at once.
func raw(call, fd uintptr, b []byte, flags uintptr) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall6(call, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), flags, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
		default:
			return 0, errno
		}
	}
}
