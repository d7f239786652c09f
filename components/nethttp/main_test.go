package nethttp_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// patience bounds every wait of a test that could be for ever.
const patience = 10 * time.Second

// mounted is a server with one http.Handler.
func mounted(handler http.Handler) *pipelines.Server {
	return &pipelines.Server{Mounts: []pipelines.Mount{{Path: "/", Name: "APP", Handler: func() http1.HandlerPart {
		return &nethttp.Handler{HTTP: handler}
	}}}}
}

// serve runs a server and returns its address. At the end of the test the server
// must come to an orderly end.
func serve(t testing.TB, s *pipelines.Server) (address string) {
	t.Helper()
	socket, err := tcp.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sys := new(axon.System)
	running, err := sys.Start(context.Background(), &axon.Graph{
		Name:  "server",
		Parts: axon.Parts{{Name: "LISTENER", Component: s.Listener(socket)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		running.Finish()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := running.Wait(ctx); err != nil {
			t.Errorf("the server does not end: %v", err)
			_ = running.Snapshot().WriteText(t.Output())
		}
		sys.Close()
	})
	return socket.Addr().String()
}

// client returns a client with connections of its own.
func client(t testing.TB) *http.Client {
	tr := &http.Transport{DisableCompression: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// do sends a request and returns the response with its whole body.
func do(t testing.TB, c *http.Client, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("body of %s %s: %v", req.Method, req.URL, err)
	}
	return resp, string(body)
}

func request(t testing.TB, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// get gets a page from the server at an address.
func get(t testing.TB, address, path string) (*http.Response, string) {
	t.Helper()
	return do(t, client(t), request(t, "GET", "http://"+address+path, nil))
}

// dial connects to a server, for requests written by hand.
func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return c
}

// within waits for a channel.
func within[T any](t testing.TB, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("no %s within %v", what, patience)
	}
	return v
}
