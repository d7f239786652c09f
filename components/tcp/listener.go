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

// Full says what becomes of a connection when too many are open.
type Full uint8

const (
	// Queue leaves it in the kernel's queue until another has ended: its client
	// waits. One too many of a single address is closed, since it would keep
	// others from coming.
	Queue Full = iota
	// Answer runs the Listener's Refusal for it.
	Answer
	// Close closes it at once.
	Close
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

	// Quota bounds how many connections may be open at once, and counts them.
	// Listeners may share one; nil means no limit.
	Quota *Quota

	// Full says what happens to a connection that the Quota has no room for.
	Full Full

	// Refusal makes the graph that tells a client that there is no room, where
	// Full is Answer.
	Refusal func(net.Conn) (*axon.Graph, error)

	// Rota, if set, lets a graph serve one connection after the other. The
	// Readers of its graphs share it.
	Rota *Rota

	// Continues, if set, is asked when the graph of a connection has ended, with
	// what has ended it, whether the connection goes on with another one. Its graph
	// is made by Connection then.
	Continues func(net.Conn, error) bool

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
	if l.Quota == nil {
		l.Quota = new(Quota)
	}
	pause := time.Duration(0)
	for {
		if l.Full == Queue {
			if err := l.Quota.wait(ctx); err != nil {
				return err
			}
		}
		conn, err := l.Socket.Accept()
		switch {
		case err == nil:
			pause = 0
			l.take(ctx, conn)
			continue
		case l.isClosing() || ctx.Err() != nil:
			return nil
		case !passes(err):
			return fmt.Errorf("tcp: accept: %w", err)
		}
		_ = l.Failures.TrySend(fmt.Errorf("tcp: accept: %w", err))
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		l.sleep(ctx, pause)
	}
}

// take finds a place for a connection, or turns it away.
func (l *Listener) take(ctx context.Context, conn net.Conn) {
	for {
		p, v := l.Quota.enter(conn.RemoteAddr())
		switch {
		case v == welcome:
			l.serve(ctx, conn, l.Connection, l.Rota, func() { l.Quota.leave(p) })
			return
		case v == full && l.Full == Queue:
			// Another Listener with the same Quota was quicker.
			if l.Quota.wait(ctx) == nil {
				continue
			}
			_ = conn.Close()
			return
		}
		done, told := l.Quota.refuse()
		switch {
		case told && l.Full == Answer && l.Refusal != nil:
			l.serve(ctx, conn, l.Refusal, nil, done)
			return
		case told:
			done()
		}
		_ = conn.Close()
		return
	}
}

// serve gives a connection to a graph that waits in the Rota, or starts one for
// it. It takes care that the connection is closed, and its place given back, when
// the graph has done with it.
func (l *Listener) serve(ctx context.Context, conn net.Conn, blueprint func(net.Conn) (*axon.Graph, error), rota *Rota, leave func()) {
	var ended func(error)
	ended = func(err error) {
		if l.Continues != nil && l.Continues(conn, err) {
			l.start(ctx, conn, blueprint, rota, ended)
			return
		}
		_ = conn.Close()
		if err != nil && ctx.Err() == nil {
			_ = l.Failures.TrySend(fmt.Errorf("tcp: connection from %v: %w", conn.RemoteAddr(), err))
		}
		leave()
	}
	if !rota.take(conn, ended) {
		l.start(ctx, conn, blueprint, rota, ended)
	}
}

// start starts a graph for a connection.
func (l *Listener) start(ctx context.Context, conn net.Conn, blueprint func(net.Conn) (*axon.Graph, error), rota *Rota, ended func(error)) {
	g, err := made(conn, blueprint)
	if err == nil {
		ended = rota.enter(conn, ended)
		g.OnEnd(ended)
		_, err = axon.Spawn(ctx, g)
	}
	if err != nil {
		ended(err)
	}
}

// made makes the graph for a connection. A panic costs that connection alone.
func made(conn net.Conn, blueprint func(net.Conn) (*axon.Graph, error)) (g *axon.Graph, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("making its graph panicked: %v", r)
		}
	}()
	if g, err = blueprint(conn); g == nil && err == nil {
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
