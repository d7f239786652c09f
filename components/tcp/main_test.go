package tcp_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// A hatch is a socket that accepts what a test gives it.
type hatch struct {
	calls chan call
	once  sync.Once
	shut  chan struct{}
}

type call struct {
	conn net.Conn
	err  error
}

func newHatch() *hatch { return &hatch{calls: make(chan call, 100), shut: make(chan struct{})} }

func (h *hatch) Accept() (net.Conn, error) {
	select {
	case <-h.shut:
		return nil, net.ErrClosed
	default:
	}
	select {
	case c := <-h.calls:
		return c.conn, c.err
	case <-h.shut:
		return nil, net.ErrClosed
	}
}

func (h *hatch) Close() error   { h.once.Do(func() { close(h.shut) }); return nil }
func (h *hatch) Addr() net.Addr { return &net.UnixAddr{Name: "hatch"} }

// comes lets a client come, and returns its end of the connection.
func (h *hatch) comes() net.Conn {
	here, there := net.Pipe()
	h.calls <- call{conn: here}
	return there
}

// fails lets accepting fail.
func (h *hatch) fails(err error) { h.calls <- call{err: &net.OpError{Op: "accept", Err: err}} }

// A parrot is a connection whose client says the same again and again, and then
// closes.
type parrot struct {
	net.Conn
	word string
	left int
}

func newParrot(word string, times int) *parrot {
	here, there := net.Pipe()
	_ = there.Close()
	return &parrot{here, word, times}
}

func (p *parrot) Read(b []byte) (int, error) {
	if p.left--; p.left < 0 {
		return p.Conn.Read(b)
	}
	return copy(b, p.word), nil
}

var errTest = errors.New("as the test wants it")

// A sayer says one word and is gone.
type sayer struct {
	conn net.Conn
	word string
}

func (s *sayer) Main(context.Context) error {
	_, err := io.WriteString(s.conn, s.word)
	if errors.Is(err, io.ErrClosedPipe) {
		err = nil
	}
	return err
}
