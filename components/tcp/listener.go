package tcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Listener accepts connections and runs a graph for each.
//
//	socket ──▶ [ Listener ] ══▶ a graph for each connection
//
// On finish it accepts no more, tells its connections to finish, and ends when
// they have. When the system is out of file descriptors or memory it waits a
// little and tries again; connections wait in the kernel's queue meanwhile.
type Listener struct {
	axon.Base

	// Socket is the socket it accepts from; the Listener closes it.
	Socket net.Listener

	// Connection makes the graph for a connection. An error, as that of
	// building a graph, closes the connection and goes to Failures.
	Connection func(net.Conn) (*axon.Graph, error)

	// Most is how many connections may be open at once; 0 means no limit. More
	// wait in the kernel's queue.
	Most int

	// Failures reports what went wrong with accepting and with whole
	// connections. It may stay unlinked.
	Failures axon.Outbox[error] `axon:"optional"`

	mu      sync.Mutex
	closing bool
	pause   context.CancelFunc // of the pause that Main makes
}

var (
	_ axon.Component   = (*Listener)(nil)
	_ axon.Finisher    = (*Listener)(nil)
	_ axon.Interrupter = (*Listener)(nil)
)

// Listen opens a socket for a Listener. The address is "host:port" or
// "unix:PATH".
func Listen(address string) (net.Listener, error) {
	network := "tcp"
	if len(address) > 5 && address[:5] == "unix:" {
		network, address = "unix", address[5:]
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, fmt.Errorf("tcp: %w", err)
	}
	return l, nil
}

// Finish closes the socket.
func (l *Listener) Finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closing = true
	_ = l.Socket.Close()
	if l.pause != nil {
		l.pause()
	}
}

// Interrupt closes the socket.
func (l *Listener) Interrupt() { l.Finish() }

func (l *Listener) isClosing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closing
}

// Main implements axon.Component.
func (l *Listener) Main(ctx context.Context) error {
	var slots chan struct{}
	if l.Most > 0 {
		slots = make(chan struct{}, l.Most)
	}
	pause := time.Duration(0)
	for {
		if slots != nil {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		conn, err := l.Socket.Accept()
		switch {
		case err == nil:
			pause = 0
			l.serve(ctx, conn, slots)
			continue
		case l.isClosing() || ctx.Err() != nil:
			return nil
		case !passes(err):
			return fmt.Errorf("tcp: accept: %w", err)
		}
		_ = l.Failures.TrySend(fmt.Errorf("tcp: accept: %w", err))
		if slots != nil {
			<-slots
		}
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		l.sleep(ctx, pause)
	}
}

// serve starts the graph of a connection. What accepted it takes care that the
// connection is closed when the graph has ended.
func (l *Listener) serve(ctx context.Context, conn net.Conn, slots chan struct{}) {
	g, err := l.graph(conn)
	if err == nil {
		g.OnEnd(func(err error) {
			_ = conn.Close()
			if err != nil && ctx.Err() == nil {
				_ = l.Failures.TrySend(fmt.Errorf("tcp: connection from %v: %w", conn.RemoteAddr(), err))
			}
			if slots != nil {
				<-slots
			}
		})
		if _, err = axon.Spawn(ctx, g); err == nil {
			return
		}
	}
	_ = conn.Close()
	if slots != nil {
		<-slots
	}
	_ = l.Failures.TrySend(fmt.Errorf("tcp: connection from %v: %w", conn.RemoteAddr(), err))
}

// graph makes the graph for a connection. A panic costs that connection alone.
func (l *Listener) graph(conn net.Conn) (g *axon.Graph, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("making its graph panicked: %v", r)
		}
	}()
	if g, err = l.Connection(conn); g == nil && err == nil {
		err = errors.New("no graph was made for it")
	}
	return g, err
}

// passes reports whether accepting may work again later.
func passes(err error) bool {
	for _, e := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
		syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EINTR, syscall.EPROTO, syscall.EPERM} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// sleep waits, unless the Listener is told to end.
func (l *Listener) sleep(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	l.mu.Lock()
	l.pause = cancel
	if l.closing {
		cancel()
	}
	l.mu.Unlock()
	<-ctx.Done()
}
