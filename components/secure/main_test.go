package secure_test

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// A parrot says what it hears.
type parrot struct {
	axon.Base
	conn net.Conn
}

func (p *parrot) Main(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { p.conn.Close() })
	defer stop()
	_, _ = io.Copy(p.conn, p.conn)
	return p.conn.Close()
}

// quiet waits for the end.
type quiet struct{ axon.Base }

func (*quiet) Main(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// sockets returns the two ends of a connection, the server's first.
func sockets(t *testing.T) (server, client net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = server.Close(), client.Close() })
	return server, client
}
