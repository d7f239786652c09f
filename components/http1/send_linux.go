package http1

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// A rawConn sends files by sendfile(2), from any offset, so that several
// connections can share one open file.
type rawConn struct{ raw syscall.RawConn }

func newRawConn(conn net.Conn) *rawConn {
	switch c := conn.(type) {
	case *net.TCPConn:
		if raw, err := c.SyscallConn(); err == nil {
			return &rawConn{raw}
		}
	case *net.UnixConn:
		if raw, err := c.SyscallConn(); err == nil {
			return &rawConn{raw}
		}
	}
	return nil
}

// most is what one sendfile may take: the deadline is looked at in between.
const most = 4 << 20

// sendFile sends the buffer and the section behind it. It returns the number of
// bytes of the section that were sent; fewer than its size with no error mean
// that the file has ended.
func (r *rawConn) sendFile(s *sender, f *Section) (sent int64, err error) {
	head := s.buf
	offset := f.Offset
	s.arm()
	in, err := f.File.SyscallConn()
	if err != nil {
		return 0, err
	}
	var file int
	if err := in.Control(func(fd uintptr) { file = int(fd) }); err != nil {
		return 0, err
	}
	werr := r.raw.Write(func(fd uintptr) bool {
		for len(head) > 0 {
			n, e := unix.SendmsgN(int(fd), head, nil, nil, unix.MSG_MORE|unix.MSG_NOSIGNAL)
			switch {
			case e == unix.EINTR:
			case e == unix.EAGAIN:
				return false
			case e != nil:
				err = e
				return true
			default:
				head = head[n:]
			}
		}
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
	s.sent()
	if werr != nil {
		err = werr
	}
	return sent, err
}
