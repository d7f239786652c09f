package http1

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// paper is a connection that keeps what is written to it. There is nothing to
// read.
type paper struct {
	mu     sync.Mutex
	text   bytes.Buffer
	writes int
	err    error // what Write returns
	half   bool  // CloseWrite was called
	closed chan struct{}
	once   sync.Once
}

func newPaper() *paper { return &paper{closed: make(chan struct{})} }

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return 0, p.err
	}
	p.writes++
	return p.text.Write(b)
}

func (p *paper) written() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.writes
}

func (p *paper) Read([]byte) (int, error)         { <-p.closed; return 0, io.EOF }
func (p *paper) Close() error                     { p.once.Do(func() { close(p.closed) }); return nil }
func (p *paper) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (p *paper) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (p *paper) SetDeadline(time.Time) error      { return nil }
func (p *paper) SetReadDeadline(time.Time) error  { return nil }
func (p *paper) SetWriteDeadline(time.Time) error { return nil }

func (p *paper) CloseWrite() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.half = true
	return nil
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// ending tells how the connection was closed.
func (p *paper) ending() string {
	select {
	case <-p.closed:
		return "closed"
	default:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.half {
		return "half closed"
	}
	return "open"
}
