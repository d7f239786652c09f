package http1

import (
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A rawConn is the socket itself. It sends files by sendfile(2), from any offset,
// so that several connections can share one open file.
type rawConn struct {
	raw  syscall.RawConn
	try  func(fd uintptr) bool // is once
	left []byte                // of what write writes
	err  error
}

func newRawConn(conn net.Conn) *rawConn {
	switch c := conn.(type) {
	case *net.TCPConn:
		if raw, err := c.SyscallConn(); err == nil {
			return &rawConn{raw: raw}
		}
	case *net.UnixConn:
		if raw, err := c.SyscallConn(); err == nil {
			return &rawConn{raw: raw}
		}
	}
	return nil
}

// write writes p. The socket does not block, so the scheduler need not be told of
// the system call.
func (r *rawConn) write(p []byte) (n int, err error) {
	if r.try == nil {
		r.try = r.once
	}
	r.left, r.err = p, nil
	err = r.raw.Write(r.try)
	n = len(p) - len(r.left)
	if err == nil {
		err = r.err
	}
	r.left = nil
	return n, err
}

// once writes what the socket takes now. It returns false if there is more.
func (r *rawConn) once(fd uintptr) bool {
	for len(r.left) > 0 {
		n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(r.left))), uintptr(len(r.left)))
		switch errno {
		case 0:
			r.left = r.left[n:]
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			r.err = errno
			return true
		}
	}
	return true
}

// shutdown ends the connection for all who have its socket.
func (r *rawConn) shutdown() {
	_ = r.raw.Control(func(fd uintptr) { _ = unix.Shutdown(int(fd), unix.SHUT_RDWR) })
}

// unread reports whether something came that was not read.
func (r *rawConn) unread() (is bool) {
	_ = r.raw.Control(func(fd uintptr) {
		n, err := unix.IoctlGetInt(int(fd), unix.TIOCINQ)
		is = err == nil && n > 0
	})
	return is
}

// most is what one sendfile may take: the deadline is looked at in between.
const most = 4 << 20

// sendFile sends a section of a file, behind a buffer that is empty. It returns the
// number of bytes that were sent; fewer than the section's size with no error mean
// that the file has ended.
//
// The head has left before, in a packet of its own. To hold it back by MSG_MORE, so
// that they leave together, costs more than that packet does: a third of all that
// sending 100 KB takes.
func (r *rawConn) sendFile(s *sender, f *Section) (sent int64, err error) {
	s.arm()
	in, err := f.File.SyscallConn()
	if err != nil {
		return 0, err
	}
	var file int
	if err := in.Control(func(fd uintptr) { file = int(fd) }); err != nil {
		return 0, err
	}
	offset := f.Offset
	werr := r.raw.Write(func(fd uintptr) bool {
		for sent < f.Size {
			n, e := unix.Sendfile(int(fd), file, &offset, int(min(f.Size-sent, most)))
			switch {
			case n > 0:
				sent += int64(n)
				s.arm()
			case e == unix.EINTR:
			case e == unix.EAGAIN:
				return false
			case e != nil:
				err = e
				return true
			default:
				return true // the end of the file
			}
		}
		return true
	})
	if werr != nil {
		err = werr
	}
	return sent, err
}
