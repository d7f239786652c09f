package http2

import (
	"net"
	"sync"
)

// onceListener accepts one connection, and then waits for its end.
type onceListener struct {
	mu    sync.Mutex
	conn  net.Conn // nil when it was accepted
	once  sync.Once
	ended chan struct{}
}

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
	<-l.ended
	return nil, net.ErrClosed
}

// taken reports whether the connection was accepted.
func (l *onceListener) taken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn == nil
}

func (l *onceListener) end() { l.once.Do(func() { close(l.ended) }) }

// Close implements net.Listener. The connection goes on.
func (l *onceListener) Close() error { return nil }

// Addr implements net.Listener.
func (l *onceListener) Addr() net.Addr { return &net.UnixAddr{Name: "http2"} }
