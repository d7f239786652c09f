package tcp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// A greeter says hello, and ends when the client does or the server finishes.
type greeter struct {
	conn net.Conn
	axon.Base
}

func (g *greeter) Main(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = g.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	_, _ = io.WriteString(g.conn, "hello")
	_, err := io.Copy(io.Discard, g.conn)
	return err
}

func greet(conn net.Conn) (*axon.Graph, error) {
	return &axon.Graph{Name: "greeting", Parts: axon.Parts{{Name: "GREETER", Component: &greeter{conn: conn}}}}, nil
}

func TestListener_Conform(t *testing.T) {
	for name, script := range map[string]func(h *hatch){
		"nobody comes":  func(*hatch) {},
		"one comes":     func(h *hatch) { h.comes() },
		"passing error": func(h *hatch) { h.fails(syscall.EMFILE); h.fails(syscall.ECONNABORTED); h.comes() },
	} {
		for _, most := range []int{0, 1, 2} {
			t.Run(fmt.Sprint(name, ", most ", most), func(t *testing.T) {
				axontest.Conform(t, func() axon.Component {
					h := newHatch()
					script(h)
					return &tcp.Listener{Socket: h, Connection: quietly, Quota: &tcp.Quota{Most: most}}
				})
			})
		}
	}
}

// quietly makes connections that wait for the end.
func quietly(conn net.Conn) (*axon.Graph, error) {
	return &axon.Graph{Name: "quiet", Parts: axon.Parts{{Name: "QUIET", Component: &quiet{}}}}, nil
}

type quiet struct{ axon.Base }

func (*quiet) Main(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func hears(t *testing.T, conn net.Conn) string {
	t.Helper()
	_ = conn.SetDeadline(time.Now().Add(time.Hour))
	b := make([]byte, 5)
	if _, err := io.ReadFull(conn, b); err != nil {
		return err.Error()
	}
	return string(b)
}

func TestListener_Accepts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHatch()
		l := &tcp.Listener{Socket: h, Connection: greet}
		x := axontest.Run(t, l)
		for range 3 {
			c := h.comes()
			if got := hears(t, c); got != "hello" {
				t.Errorf("heard %q", got)
			}
			_ = c.Close()
		}
		last := h.comes()
		hears(t, last)
		x.Finish()
		if err := x.Wait(); err != nil {
			t.Error(err)
		}
		if got := hears(t, last); got != "EOF" {
			t.Errorf("after the end: %q", got)
		}
	})
}

// Without file descriptors accepting waits, longer each time, and recovers.
func TestListener_OutOfFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHatch()
		for range 12 {
			h.fails(syscall.EMFILE)
		}
		l := &tcp.Listener{Socket: h, Connection: greet, Quota: &tcp.Quota{Most: 1}}
		x := axontest.Run(t, l)
		c := h.comes()
		start := time.Now()
		var pauses []time.Duration
		for range 12 {
			if err := axontest.Recv(x, &l.Failures); !errors.Is(err, syscall.EMFILE) {
				t.Errorf("told of %v", err)
			}
			pauses = append(pauses, time.Since(start))
		}
		if got := hears(t, c); got != "hello" {
			t.Errorf("heard %q", got)
		}
		if d := time.Since(start); d < 4*time.Second || d > 20*time.Second {
			t.Errorf("twelve failures took %v: %v", d, pauses)
		}
		_ = c.Close()
	})
}

// Other errors end the Listener: nobody would hear of a server that is deaf.
func TestListener_Fails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHatch()
		l := &tcp.Listener{Socket: h, Connection: greet}
		x := axontest.Run(t, l)
		h.fails(syscall.EINVAL)
		if err := x.Wait(); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("ends with %v", err)
		}
	})
}

// A connection whose graph is broken costs itself.
func TestListener_BrokenConnection(t *testing.T) {
	for name, broken := range map[string]func(net.Conn) (*axon.Graph, error){
		"error":    func(net.Conn) (*axon.Graph, error) { return nil, errTest },
		"no graph": func(net.Conn) (*axon.Graph, error) { return nil, nil },
		"panic":    func(net.Conn) (*axon.Graph, error) { panic(errTest) },
		"unbuilt": func(conn net.Conn) (*axon.Graph, error) {
			r := &tcp.Reader{Conn: conn}
			return &axon.Graph{Name: "unlinked", Parts: axon.Parts{{Name: "READER", Component: r}}}, nil
		},
		"fails": func(net.Conn) (*axon.Graph, error) {
			return &axon.Graph{Name: "failing", Parts: axon.Parts{{Name: "FAILING", Component: &failing{}}}}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHatch()
				first := true
				l := &tcp.Listener{Socket: h, Quota: &tcp.Quota{Most: 1}, Connection: func(conn net.Conn) (*axon.Graph, error) {
					if first {
						first = false
						return broken(conn)
					}
					return greet(conn)
				}}
				x := axontest.Run(t, l)
				if got := hears(t, h.comes()); got != "EOF" {
					t.Errorf("heard %q", got)
				}
				if err := axontest.Recv(x, &l.Failures); err == nil || !strings.HasPrefix(err.Error(), "tcp: connection from pipe: ") {
					t.Errorf("told of %v", err)
				}
				c := h.comes()
				if got := hears(t, c); got != "hello" {
					t.Errorf("the next one heard %q", got)
				}
				_ = c.Close()
			})
		})
	}
}

type failing struct{}

func (*failing) Main(context.Context) error { return errTest }

// No more connections than Most are open at once.
func TestListener_Most(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHatch()
		l := &tcp.Listener{Socket: h, Connection: greet, Quota: &tcp.Quota{Most: 2}}
		x := axontest.Run(t, l)
		var conns []net.Conn
		var mu sync.Mutex
		greeted := 0
		for range 5 {
			c := h.comes()
			conns = append(conns, c)
			go func() {
				if hears(t, c) == "hello" {
					mu.Lock()
					greeted++
					mu.Unlock()
				}
			}()
		}
		for i, want := range []int{2, 3, 4, 5, 5} {
			x.Settle()
			mu.Lock()
			if greeted != want {
				t.Errorf("%d were greeted, want %d", greeted, want)
			}
			mu.Unlock()
			_ = conns[i].Close()
		}
	})
	t.Run("and a finish", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := newHatch()
			x := axontest.Run(t, &tcp.Listener{Socket: h, Connection: greet, Quota: &tcp.Quota{Most: 1}})
			c := h.comes()
			hears(t, c)
			x.Finish()
			if err := x.Wait(); err != nil {
				t.Error(err)
			}
		})
	})
}

// A finish does not wait for the end of a pause.
func TestListener_FinishInPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHatch()
		for range 20 {
			h.fails(syscall.ENFILE)
		}
		x := axontest.Run(t, &tcp.Listener{Socket: h, Connection: greet})
		time.Sleep(5*time.Second + time.Millisecond)
		start := time.Now()
		x.Finish()
		if err := x.Wait(); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d > 0 {
			t.Errorf("it took %v", d)
		}
	})
}

func TestListen(t *testing.T) {
	l, err := tcp.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := tcp.Listen(l.Addr().String()); !errors.Is(err, syscall.EADDRINUSE) || !strings.HasPrefix(err.Error(), "tcp: ") {
		t.Errorf("a port in use: %v", err)
	}
	u, err := tcp.Listen("unix:" + t.TempDir() + "/socket")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	if u.Addr().Network() != "unix" {
		t.Errorf("%v", u.Addr().Network())
	}
}

func ExampleListener() {
	socket, err := tcp.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	listener := &tcp.Listener{Socket: socket, Connection: greet}
	g := &axon.Graph{Name: "example", Parts: axon.Parts{{Name: "LISTENER", Component: listener}}}
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(context.Background(), g)
	if err != nil {
		fmt.Println(err)
		return
	}
	conn, err := net.Dial("tcp", socket.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	word := make([]byte, 5)
	_, _ = io.ReadFull(conn, word)
	fmt.Printf("%s\n", word)
	_ = conn.Close()
	running.Finish()
	fmt.Println(running.Wait(context.Background()))
	// Output:
	// hello
	// <nil>
}

// A graph that has begun to wait for another connection just after the graphs that wait
// were dismissed does not wait.
func TestRota_DismissMeetsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, rota := newHatch(), &tcp.Rota{}
		ended := make(chan struct{})
		l := &tcp.Listener{Socket: h, Rota: rota, Connection: func(conn net.Conn) (*axon.Graph, error) {
			r, sink := &tcp.Reader{Conn: conn, Rota: rota}, &printer{}
			r.Free = func() bool {
				rota.Dismiss() // between this look and the wait
				return true
			}
			g := &axon.Graph{Name: "connection", Parts: axon.Parts{{Name: "READER", Component: r}, {Name: "SINK", Component: sink}},
				Links: axon.Links{axon.Link(&r.Outbox, &sink.Inbox)}}
			g.OnEnd(func(error) { close(ended) })
			return g, nil
		}}
		x := axontest.Run(t, l)
		_ = h.comes().Close()
		x.Settle()
		select {
		case <-ended:
		default:
			t.Error("the graph waits")
		}
		x.Finish()
		if err := x.Wait(); err != nil {
			t.Error(err)
		}
	})
}
