package http2

import (
	"net"
	"sync"
)

// onceListener accepts one connection, and then waits for its end.
type onceListener struct {
	mu    sync.Mutex
	conn  net.Conn // nil when it was accepted
	ended event
	shut  event
}

// An event happens once.
type event struct {
	once sync.Once
	over chan struct{}
}

func newOnceListener(conn net.Conn) *onceListener {
	return &onceListener{conn: conn, ended: event{over: make(chan struct{})}, shut: event{over: make(chan struct{})}}
}

func (e *event) happens() { e.once.Do(func() { close(e.over) }) }

var _ net.Listener = (*onceListener)(nil)

// Accept implements net.Listener.
func (l *onceListener) Accept() (net.Conn, error) {
	l.mu.Lock()
	conn := l.conn
	l.conn = nil
	l.mu.Unlock()
	if conn != nil {
		return conn, nil
	}
	select {
	case <-l.ended.over:
	case <-l.shut.over:
	}
	return nil, net.ErrClosed
}

// taken reports whether the connection was accepted.
func (l *onceListener) taken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn == nil
}

// Close implements net.Listener. The connection goes on.
func (l *onceListener) Close() error {
	l.shut.happens()
	return nil
}

// Addr implements net.Listener.
func (l *onceListener) Addr() net.Addr { return &net.UnixAddr{Name: "http2"} }
