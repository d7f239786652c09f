package pipelines_test

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A client that does not hang up after its last answer is not waited for.
func TestConnection_ClientStays(t *testing.T) {
	t.Parallel()
	socket, err := tcp.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &pipelines.Server{Mounts: []pipelines.Mount{{Path: "/", Name: "BYE", Handler: func() http1.HandlerPart {
		return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			resp := http1.Text(req, 200, "bye")
			resp.Close = true
			return resp, nil
		}}
	}}}}
	sys := new(axon.System)
	defer sys.Close()
	ended := make(chan struct{}, 1)
	defer sys.Watch(func(e axon.Event) {
		if e.Kind == axon.GraphEnded && e.Graph == "connection" {
			ended <- struct{}{}
		}
	})()
	running, err := sys.Start(t.Context(), &axon.Graph{
		Name: "server", Parts: axon.Parts{{Name: "LISTENER", Component: s.Listener(socket)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", socket.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if _, err := io.ReadAll(c); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("the connection's graph still runs")
		_ = running.Snapshot().WriteText(t.Output())
	}
}

// A shutdown ends the requests of a connection whose parts rest, too.
func TestLinger_Shutdown(t *testing.T) {
	entered, ended, never := make(chan struct{}), make(chan error, 1), make(chan struct{})
	defer close(never)
	s := &pipelines.Server{Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		close(entered)
		select {
		case <-req.Context().Done():
			ended <- context.Cause(req.Context())
		case <-never:
		}
		return nil, errors.New("as the test wants it")
	})}
	socket, err := tcp.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x := &served{t: t, addr: socket.Addr().String(), sys: &axon.System{Linger: -1}}
	x.run, err = x.sys.Start(context.Background(), &axon.Graph{
		Name: "server", Parts: axon.Parts{{Name: "LISTENER", Component: s.Listener(socket)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.sys.Close)
	x.dial().says(request("/a"))
	<-entered
	for deadline := time.Now().Add(10 * time.Second); !x.rests("PARSER"); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("PARSER does not rest")
		}
	}
	why := errors.New("enough")
	x.run.Stop(why)
	select {
	case err := <-ended:
		if !errors.Is(err, why) {
			t.Error(err)
		}
	case <-time.After(2 * time.Second):
		t.Error("the request goes on")
	}
}

// rests reports whether a part of the only connection is asleep.
func (x *served) rests(name string) bool {
	for _, g := range x.run.Snapshot().Parts[0].Graphs {
		for _, p := range g.Parts {
			if p.Name == name {
				return p.State == axon.Asleep.String()
			}
		}
	}
	return false
}
