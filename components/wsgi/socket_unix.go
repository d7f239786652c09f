//go:build unix

package wsgi

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// descriptor returns the descriptor that came with a message, or -1. More than one
// are closed: no worker sends such.
func descriptor(oob []byte) int {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return -1
	}
	fd := -1
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, one := range fds {
			if fd >= 0 {
				_ = unix.Close(one)
				continue
			}
			fd = one
		}
	}
	return fd
}

// socketPair returns a pair of sockets: our end, and the one for a program.
func socketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	unix.CloseOnExec(fds[0])
	unix.CloseOnExec(fds[1])
	if ours, err = socketOf(fds[0]); err != nil {
		_ = unix.Close(fds[1])
		return nil, nil, err
	}
	return ours, os.NewFile(uintptr(fds[1]), "control"), nil
}

// socketOf returns the connection of a descriptor, which belongs to it then.
func socketOf(fd int) (*net.UnixConn, error) {
	f := os.NewFile(uintptr(fd), "worker")
	defer f.Close() // the connection has a copy
	conn, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		_ = conn.Close()
		return nil, net.UnknownNetworkError(conn.LocalAddr().Network())
	}
	return unixConn, nil
}

func closeDescriptor(fd int) { _ = unix.Close(fd) }

const (
	errAgain     = unix.EAGAIN
	errInterrupt = unix.EINTR
	errReset     = unix.ECONNRESET // the worker has ended before it has read all that was sent
	errPipe      = unix.EPIPE
)
