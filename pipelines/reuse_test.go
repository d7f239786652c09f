package pipelines_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// countGraphs counts the graphs of connections that are made.
func (x *served) countGraphs() *atomic.Int32 {
	n := new(atomic.Int32)
	x.sys.Watch(func(e axon.Event) {
		if e.Kind == axon.GraphStarted && e.Graph == "connection" {
			n.Add(1)
		}
	})
	return n
}

const lastRequest = "GET /%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

func TestReuse_OneGraphServesManyConnections(t *testing.T) {
	x := serve(t, &pipelines.Server{Reuse: true, Mounts: mount(echo)})
	made := x.countGraphs()
	for i := range 200 {
		c := x.dial()
		name := fmt.Sprint(i)
		c.says(fmt.Sprintf(lastRequest, name))
		if a := c.hears("GET"); a.StatusCode != 200 || !strings.Contains(a.body, "/"+name) || !a.Close {
			t.Fatalf("%d: %+v", i, a)
		}
		c.closed()
	}
	// A connection may come before the last one is over for its graph.
	if n := made.Load(); n > 20 {
		t.Errorf("%d graphs for 200 connections", n)
	}
	x.finish()
}

func TestReuse_OnlyWhatEndedWell(t *testing.T) {
	for name, c := range map[string]struct {
		talk func(c *client)
		well bool
	}{
		"last answer": {func(c *client) {
			c.says(fmt.Sprintf(lastRequest, "x"))
			c.hears("GET")
		}, true},
		"a failure": {func(c *client) {
			c.says(fmt.Sprintf(lastRequest, "missing"))
			c.hears("GET")
		}, true},
		"with a body": {func(c *client) {
			c.says("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody")
			c.hears("POST")
		}, true},
		"HTTP/1.0": {func(c *client) {
			c.says("GET / HTTP/1.0\r\n\r\n")
			c.hears("GET")
		}, true},
		"client leaves": {func(c *client) { c.asks("/x"); c.Close() }, false},
		"bytes behind the last request": {func(c *client) {
			c.says(fmt.Sprintf(lastRequest, "x") + "more")
			c.hears("GET")
		}, false},
		"bad request": {func(c *client) {
			c.says("GET  / HTTP/1.1\r\n\r\n")
			c.hears("GET")
		}, false},
		"half a body": {func(c *client) {
			c.says("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbo")
			_ = c.Conn.(*net.TCPConn).CloseWrite()
			_, _ = c.listen("POST")
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			x := serve(t, &pipelines.Server{Reuse: true, Mounts: mount(func(ctx context.Context, req *http1.Request) (*http1.Response, error) {
				if req.Path == "/missing" {
					return nil, &http1.Failure{Status: 404, Cause: errors.New("as asked")}
				}
				return echo(ctx, req)
			})})
			made := x.countGraphs()
			ended := make(chan struct{}, 1)
			x.sys.Watch(func(e axon.Event) {
				if e.Kind == axon.GraphEnded && e.Graph == "connection" {
					select {
					case ended <- struct{}{}:
					default:
					}
				}
			})
			first := x.dial()
			c.talk(first)
			if c.well {
				first.closed()
				// Its graph waits, or is about to.
				for n := int32(2); n > 1; {
					before := made.Load()
					second := x.dial()
					second.says(fmt.Sprintf(lastRequest, "y"))
					if a := second.hears("GET"); a.StatusCode != 200 {
						t.Fatalf("%+v", a)
					}
					second.closed()
					n = made.Load() - before + 1
				}
			} else {
				select {
				case <-ended:
				case <-time.After(10 * time.Second):
					t.Error("its graph does not end")
				}
			}
			x.finish()
		})
	}
}

// A graph is not used again whose error component has failed.
func TestReuse_BrokenErrorComponent(t *testing.T) {
	x := serve(t, &pipelines.Server{Reuse: true, Patience: time.Millisecond,
		Errors: func() http1.ErrorPart {
			return &mistaken{how: func(context.Context, *mistaken, *http1.Failure) error { panic("as asked") }}
		},
		Mounts: mount(func(context.Context, *http1.Request) (*http1.Response, error) {
			return nil, &http1.Failure{Status: 404, Cause: errors.New("as asked")}
		})})
	made := x.countGraphs()
	for range 5 {
		c := x.dial()
		c.says(fmt.Sprintf(lastRequest, "x"))
		if a := c.hears("GET"); a.StatusCode != 404 {
			t.Errorf("%+v", a)
		}
		c.closed()
	}
	if n := made.Load(); n != 5 {
		t.Errorf("%d graphs for 5 connections", n)
	}
	x.finish()
}

// A late answer to a request of an earlier connection does not reach the next.
func TestReuse_LateAnswer(t *testing.T) {
	x := serve(t, &pipelines.Server{Reuse: true, Mounts: []pipelines.Mount{{Path: "/", Name: "TWICE", Handler: func() http1.HandlerPart { return &twice{} }}}})
	for i := range 50 {
		c := x.dial()
		c.says(fmt.Sprintf(lastRequest, fmt.Sprint(i)))
		if a := c.hears("GET"); a.body != fmt.Sprintf("/%d", i) {
			t.Fatalf("%d: %+v", i, a)
		}
		c.closed()
	}
	x.finish()
}

// twice answers each request, and after it the one before once more.
type twice struct {
	http1.Handler
	last *http1.Request
}

func (h *twice) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		if h.last != nil {
			if err := h.Answer(ctx, http1.Text(h.last, 200, "late "+h.last.Path)); err != nil {
				return err
			}
		}
		if err := h.Answer(ctx, http1.Text(req, 200, req.Path)); err != nil {
			return err
		}
		h.last = req
	}
	return nil
}

// Clients of all kinds at once: each gets the answers to its own requests, and no
// other notices those that break off.
func TestReuse_ManyClients(t *testing.T) {
	x := serve(t, &pipelines.Server{Reuse: true, Mounts: mount(func(ctx context.Context, req *http1.Request) (*http1.Response, error) {
		if strings.HasSuffix(req.Path, "7") {
			panic("as asked")
		}
		return echo(ctx, req)
	})})
	var clients sync.WaitGroup
	for k := range 8 {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(uint64(k), 1))
			for i := range 60 {
				conn, err := net.Dial("tcp", x.addr)
				if err != nil {
					t.Error(err)
					return
				}
				c := &client{x.t, conn, bufio.NewReader(conn)}
				name := fmt.Sprintf("%d-%d", k, i)
				switch random.IntN(4) {
				case 0: // breaks off
					c.says(fmt.Sprintf(lastRequest, name)[:random.IntN(40)])
				case 1: // asks and leaves
					c.says(request("/" + name))
				case 2: // asks twice at once
					c.says(request("/"+name+"a") + fmt.Sprintf(lastRequest, name))
					if a, err := c.listen("GET"); err != nil || !strings.Contains(a.body, name+"a") {
						t.Errorf("%s: %v, %v", name, a, err)
					}
					fallthrough
				default:
					if random.IntN(4) > 2 {
						c.says(fmt.Sprintf(lastRequest, name))
					}
				}
				conn.Close()
				c = x.dial()
				c.says(fmt.Sprintf(lastRequest, name))
				a, err := c.listen("GET")
				want := 200
				if strings.HasSuffix(name, "7") {
					want = 500
				}
				if err != nil || a.StatusCode != want || want == 200 && !strings.Contains(a.body, name) {
					t.Errorf("%s: %+v, %v", name, a, err)
				}
				c.Close()
			}
		})
	}
	clients.Wait()
	x.finish()
}

// A server that ends does not wait for graphs that wait.
func TestReuse_Finish(t *testing.T) {
	for range 20 {
		x := serve(t, &pipelines.Server{Reuse: true, Mounts: mount(echo)})
		c := x.dial()
		c.says(fmt.Sprintf(lastRequest, "x"))
		c.hears("GET")
		c.closed()
		x.finish()
	}
}
