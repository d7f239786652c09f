//go:build !unix

package wsgi

import (
	"errors"
	"net"
	"os"
)

// There are no workers here: they need sockets that pass descriptors on.

type ear struct{}

func (*ear) receive(uintptr, []byte) (n, fd int, err error) { return 0, -1, errors.ErrUnsupported }

func transmit(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }

func transmitWith(uintptr, []byte, uintptr) (int, error) { return 0, errors.ErrUnsupported }

func socketPair() (*net.UnixConn, *os.File, error) { return nil, nil, errors.ErrUnsupported }

func socketOf(*os.File) (*net.UnixConn, error) { return nil, errors.ErrUnsupported }

type queue struct{}

func newQueue() (*queue, *os.File, error) { return nil, nil, errors.ErrUnsupported }

func (*queue) put([]byte) error { return errors.ErrUnsupported }

func (*queue) takeBack([]byte) bool { return false }

func (*queue) close() {}

var (
	errAgain     = errors.New("wsgi: again")
	errInterrupt = errors.New("wsgi: interrupted")
	errReset     = errors.New("wsgi: reset")
)
