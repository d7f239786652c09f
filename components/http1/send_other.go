//go:build !linux

package http1

import (
	"net"
	"syscall"
)

// A rawConn is for systems on which a file can be sent from any offset.
type rawConn struct{ raw syscall.RawConn }

func newRawConn(net.Conn) *rawConn { return nil }

func (*rawConn) sendFile(*sender, *Section) (int64, error) { panic("http1: no sendfile") }

func (*rawConn) write([]byte) (int, error) { panic("http1: no raw socket") }

func (*rawConn) unread() bool { panic("http1: no raw socket") }

func (*rawConn) shutdown() { panic("http1: no raw socket") }
