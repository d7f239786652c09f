//go:build unix

package tcp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// listenUnix opens a Unix socket.
func listenUnix(path string, mode os.FileMode) (net.Listener, error) {
	var config net.ListenConfig
	if mode != 0 {
		// What the socket's file is allowed before bind it is allowed after. Nobody
		// can be in between that and the chmod below (Linux; elsewhere the umask
		// decides for that moment).
		config.Control = func(_, _ string, raw syscall.RawConn) error {
			return raw.Control(func(fd uintptr) { _ = syscall.Fchmod(int(fd), 0o600) })
		}
	}
	l, err := config.Listen(context.Background(), "unix", path)
	if errors.Is(err, syscall.EADDRINUSE) {
		if gone := removeStale(path); gone != nil {
			return nil, gone
		}
		l, err = config.Listen(context.Background(), "unix", path)
	}
	if err != nil || mode == 0 || path[0] == '@' {
		return l, err
	}
	if err := os.Chmod(path, mode); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// removeStale removes the file of a Unix socket on which nobody listens.
func removeStale(path string) error {
	before, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // gone meanwhile
	case err != nil:
		return err
	case before.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("listen unix %s: there is a file that is no socket", path)
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	switch {
	case err == nil:
		_ = conn.Close()
		return fmt.Errorf("listen unix %s: %w: another process listens there", path, syscall.EADDRINUSE)
	case !errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("listen unix %s: %w (%w)", path, syscall.EADDRINUSE, err)
	}
	// Another server may have done the same just now, and listen already.
	if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) {
		return fmt.Errorf("listen unix %s: %w", path, syscall.EADDRINUSE)
	}
	return os.Remove(path)
}

// listening reports what keeps a descriptor from being a socket that listens.
func listening(fd int) error {
	on, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
	switch {
	case errors.Is(err, syscall.EBADF):
		return errors.New("it is not open")
	case err != nil:
		return fmt.Errorf("it is no socket: %w", err)
	case on == 0:
		return errors.New("it is a socket that does not listen")
	}
	syscall.CloseOnExec(fd)
	return nil
}
