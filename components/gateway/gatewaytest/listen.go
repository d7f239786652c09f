package gatewaytest

import (
	"net"
	"sync"
	"testing"
)

// Listen serves connections as the test says, until it ends.
func Listen(t testing.TB, speak func(conn net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				speak(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	return l.Addr().String()
}

// Open opens an Upstream for a test, which is to see that nothing is left of the
// requests. load tells how many there are at its Gate.
func Open[U interface {
	Open() error
	Close() error
}](t testing.TB, u U, load func() (running, waiting int)) U {
	t.Helper()
	if err := u.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if running, waiting := load(); running != 0 || waiting != 0 {
			t.Errorf("%d are at work, %d wait", running, waiting)
		}
		_ = u.Close()
	})
	return u
}
