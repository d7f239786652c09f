package tcp

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// How a connection that says nothing is asked whether it is still there.
const (
	keepAliveIdle  = 15 // seconds of silence before the first probe
	keepAliveEvery = 15 // seconds between two of them
	keepAliveMost  = 9  // probes without an answer before it counts as lost
)

// listenTCP opens a socket whose connections are probed when they are silent.
// Linux lets accepted sockets have the options of the one that listens, so they
// are set once here. Go would set them for each connection: four system calls.
func listenTCP(address string) (net.Listener, error) {
	config := net.ListenConfig{
		KeepAlive: -1,
		Control: func(_, _ string, raw syscall.RawConn) error {
			var failed error
			err := raw.Control(func(fd uintptr) {
				failed = errors.Join(
					syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1),
					syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, keepAliveIdle),
					syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, keepAliveEvery),
					syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, keepAliveMost))
			})
			return errors.Join(err, failed)
		},
	}
	return config.Listen(context.Background(), "tcp", address)
}
