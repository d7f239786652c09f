package wsgi

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An ear receives by recvmsg(2), since a descriptor may come with any message. It
// is kept, so that nothing is made for each call.
type ear struct {
	msg syscall.Msghdr
	iov syscall.Iovec
	oob [24]byte // room for one descriptor: CmsgSpace(4)
}

// receive reads into p what is there. The socket does not block, so the scheduler
// need not be told of the system call. fd is a descriptor that came with it, or -1.
func (e *ear) receive(socket uintptr, p []byte) (n, fd int, err error) {
	e.iov.Base = unsafe.SliceData(p)
	e.iov.SetLen(len(p))
	e.msg.Iov, e.msg.Iovlen = &e.iov, 1
	e.msg.Control = &e.oob[0]
	e.msg.SetControllen(len(e.oob))
	got, _, errno := syscall.RawSyscall(unix.SYS_RECVMSG, socket, uintptr(unsafe.Pointer(&e.msg)), unix.MSG_CMSG_CLOEXEC)
	e.iov.Base = nil
	if errno != 0 {
		return 0, -1, errno
	}
	if e.msg.Controllen == 0 {
		return int(got), -1, nil
	}
	return int(got), descriptor(e.oob[:e.msg.Controllen]), nil
}

// queueKind keeps datagrams apart, and tells the end of the other side.
const queueKind = unix.SOCK_SEQPACKET

// transmit writes what the socket takes now.
func transmit(socket uintptr, p []byte) (int, error) {
	const flags = unix.MSG_NOSIGNAL | unix.MSG_DONTWAIT
	n, _, errno := syscall.RawSyscall6(unix.SYS_SENDTO, socket, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), flags, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// transmitWith writes what the socket takes now, and passes a descriptor on.
func transmitWith(socket uintptr, p []byte, fd uintptr) (int, error) {
	rights := unix.UnixRights(int(fd))
	iov := syscall.Iovec{Base: unsafe.SliceData(p)}
	iov.SetLen(len(p))
	msg := syscall.Msghdr{Iov: &iov, Iovlen: 1, Control: &rights[0]}
	msg.SetControllen(len(rights))
	n, _, errno := syscall.RawSyscall(unix.SYS_SENDMSG, socket, uintptr(unsafe.Pointer(&msg)), unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
