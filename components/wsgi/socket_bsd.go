//go:build unix && !linux

package wsgi

import (
	"golang.org/x/sys/unix"
)

// An ear receives by recvmsg(2), since a descriptor may come with any message.
type ear struct{ oob [64]byte }

// receive reads into p what is there. fd is a descriptor that came with it, or -1.
func (e *ear) receive(socket uintptr, p []byte) (n, fd int, err error) {
	n, oobn, _, _, err := unix.Recvmsg(int(socket), p, e.oob[:], 0)
	if err != nil || oobn == 0 {
		return max(n, 0), -1, err
	}
	if fd = descriptor(e.oob[:oobn]); fd >= 0 {
		unix.CloseOnExec(fd)
	}
	return n, fd, nil
}

// queueKind keeps datagrams apart.
const queueKind = unix.SOCK_DGRAM

// transmit writes what the socket takes now.
func transmit(socket uintptr, p []byte) (int, error) {
	if err := unix.Sendto(int(socket), p, unix.MSG_DONTWAIT, nil); err != nil {
		return 0, err
	}
	return len(p), nil
}

// transmitWith writes what the socket takes now, and passes a descriptor on.
func transmitWith(socket uintptr, p []byte, fd uintptr) (int, error) {
	return unix.SendmsgN(int(socket), p, unix.UnixRights(int(fd)), nil, unix.MSG_DONTWAIT)
}
