//go:build unix

package http2

import (
	"io"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// begins reports whether a connection begins with a word. It waits until that is
// sure. A socket is only looked into, so that it stays what it is.
func begins(conn net.Conn, word string) (net.Conn, bool, error) {
	var raw syscall.RawConn
	if sc, ok := conn.(syscall.Conn); ok {
		raw, _ = sc.SyscallConn()
	}
	if raw == nil {
		return beginsByReading(conn, word)
	}
	var fault error
	is := false
	buf := make([]byte, len(word))
	err := raw.Read(func(fd uintptr) bool {
		for ended := false; ; {
			n, _, err := unix.Recvfrom(int(fd), buf, unix.MSG_PEEK)
			switch {
			case err == unix.EINTR:
				continue
			case err == unix.EAGAIN:
				return false
			case err != nil:
				fault = err
				return true
			case n == 0:
				fault = io.EOF
				return true
			}
			var differs bool
			if differs, is = matches(buf[:n], word); differs || is || ended {
				return true
			}
			if ended = saysNoMore(fd); !ended {
				return false // wait until more has come
			}
			// What came before its end may have come since: look again.
		}
	})
	if err != nil {
		return conn, false, err
	}
	return conn, is, fault
}
