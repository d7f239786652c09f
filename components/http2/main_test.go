package http2_test

import (
	"context"
	"net"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// sockets returns the two ends of a connection, the server's first.
func sockets(t testing.TB) (server, client net.Conn) {
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

// application is a graph that answers with the path.
func application(t testing.TB) *nethttp.Graph {
	s := &pipelines.Server{Mounts: []pipelines.Mount{{Path: "/", Name: "PATH", Handler: func() http1.HandlerPart {
		return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return http1.Text(req, 200, req.Path), nil
		}}
	}}}}
	g := &nethttp.Graph{Application: s.Application}
	t.Cleanup(func() { g.Close() })
	return g
}

// quiet makes a graph that waits for the end.
func quiet(net.Conn) (*axon.Graph, error) {
	return &axon.Graph{Name: "quiet", Parts: axon.Parts{{Name: "QUIET", Component: &waiter{}}}}, nil
}

type waiter struct{ axon.Base }

func (*waiter) Main(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
