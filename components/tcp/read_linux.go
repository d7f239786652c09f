package tcp

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An inquiry is a read that also asks how much is left: tcp(7), TCP_INQ.
type inquiry struct {
	head    unix.Msghdr
	part    unix.Iovec
	control [inquirySpace]byte
}

// inquirySpace is the room that the answer takes, a 32-bit number behind a head.
const inquirySpace = 32

// receive reads what is there into a chunk, from a socket that does not block. It
// reports whether something may be left: bytes, or that the peer has closed its half.
// The scheduler need not be told of a system call that returns at once.
func receive(fd uintptr, c *Chunk, exact bool) (n int, left bool, err error) {
	if !exact {
		n, _, errno := syscall.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(c.buf))), uintptr(len(c.buf)))
		if errno != 0 {
			return 0, true, errno
		}
		return int(n), true, nil
	}
	q := &c.inquiry
	q.part.Base = unsafe.SliceData(c.buf)
	q.part.SetLen(len(c.buf))
	q.head.Iov, q.head.Control = &q.part, &q.control[0]
	q.head.SetIovlen(1)
	q.head.SetControllen(len(q.control))
	r, _, errno := syscall.RawSyscall(unix.SYS_RECVMSG, fd, uintptr(unsafe.Pointer(&q.head)), 0)
	if errno != 0 {
		return 0, true, errno
	}
	return int(r), q.left(), nil
}

func (q *inquiry) left() bool {
	if int(q.head.Controllen) < unix.CmsgLen(4) {
		return true // it does not say
	}
	answer := (*unix.Cmsghdr)(unsafe.Pointer(&q.control[0]))
	if answer.Level != unix.IPPROTO_TCP || answer.Type != unix.TCP_CM_INQ {
		return true
	}
	return *(*int32)(unsafe.Pointer(&q.control[unix.CmsgLen(0)])) != 0
}

// tellsLeft lets a socket say with each receive what is left, and reports whether it
// does: a socket of TCP, since Linux 4.18.
func tellsLeft(fd uintptr) bool {
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_INQ, 1) == nil
}
