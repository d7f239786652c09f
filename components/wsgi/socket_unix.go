//go:build unix

package wsgi

import (
	"errors"
	"net"
	"os"
	"syscall"

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
	fds, err := pair(unix.SOCK_STREAM)
	if err != nil {
		return nil, nil, err
	}
	if ours, err = socketOf(os.NewFile(uintptr(fds[0]), "control")); err != nil {
		_ = unix.Close(fds[1])
		return nil, nil, err
	}
	return ours, os.NewFile(uintptr(fds[1]), "control"), nil
}

// pair returns a pair of sockets that no program inherits by accident: a worker that
// held another one's would keep it from seeing its end.
func pair(kind int) (fds [2]int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fds, err = unix.Socketpair(unix.AF_UNIX, kind, 0)
	if err != nil {
		return fds, os.NewSyscallError("socketpair", err)
	}
	unix.CloseOnExec(fds[0])
	unix.CloseOnExec(fds[1])
	return fds, nil
}

// socketOf makes a connection of a file, which is closed.
func socketOf(f *os.File) (*net.UnixConn, error) {
	conn, err := net.FileConn(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	socket, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errFrame, conn.Close())
	}
	return socket, nil
}

// A queue carries requests to the threads of a worker, as datagrams. The server has
// both ends, so that it can take back what no thread has taken.
type queue struct{ in, out int }

// newQueue makes a queue, and returns the end for a program with it.
func newQueue() (*queue, *os.File, error) {
	fds, err := pair(queueKind)
	if err != nil {
		return nil, nil, err
	}
	_ = unix.SetsockoptInt(fds[0], unix.SOL_SOCKET, unix.SO_SNDBUF, 2*largestMessage) // as far as the system allows
	theirs, err := unix.FcntlInt(uintptr(fds[1]), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, nil, errors.Join(os.NewSyscallError("fcntl", err), unix.Close(fds[0]), unix.Close(fds[1]))
	}
	return &queue{fds[0], fds[1]}, os.NewFile(uintptr(theirs), "queue"), nil
}

// put adds a request; or an empty one, that ends a thread. It does not wait for
// room: then it returns errFull.
func (q *queue) put(message []byte) error {
	for {
		_, err := transmit(uintptr(q.in), message)
		switch err {
		case unix.EINTR:
		case unix.EAGAIN, unix.ENOBUFS:
			return errFull
		case unix.EMSGSIZE:
			return errLarge
		default:
			return err
		}
	}
}

// takeBack takes the beginning of the request that would be the next one for a
// thread. It reports whether there is one.
func (q *queue) takeBack(start []byte) bool {
	for {
		n, _, err := unix.Recvfrom(q.out, start, unix.MSG_DONTWAIT)
		if err != unix.EINTR {
			return err == nil && n > 0
		}
	}
}

func (q *queue) close() {
	_ = unix.Close(q.in)
	_ = unix.Close(q.out)
}

const (
	errAgain     = unix.EAGAIN
	errInterrupt = unix.EINTR
	errReset     = unix.ECONNRESET
)
