package tcp_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

func TestReader_Conform(t *testing.T) {
	t.Run("a silent client", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			here, _ := net.Pipe()
			return &tcp.Reader{Conn: here}
		}, axontest.Except(axontest.EndsOnFinish, "it tells its receiver, who ends first"),
			axontest.Except(axontest.EndsWithoutReceiver, "it tells its receiver, who ends first"))
	})
	t.Run("a talkative client", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &tcp.Reader{Conn: newParrot("hello", 100)} })
	})
}

// A hearing is a Reader at its ends, with a client.
type hearing struct {
	*tcp.Reader
	*axontest.Harness
	t      *testing.T
	client net.Conn
}

func newHearing(t *testing.T, opts ...func(*tcp.Reader)) *hearing {
	here, there := net.Pipe()
	x := &hearing{t: t, client: there, Reader: &tcp.Reader{Conn: here}}
	for _, o := range opts {
		o(x.Reader)
	}
	x.Harness = axontest.Run(t, x.Reader)
	return x
}

// hears takes what the socket says, as text.
func (x *hearing) hears() string {
	x.t.Helper()
	c := axontest.Recv(x.Harness, &x.Outbox)
	defer c.Release()
	return tell(c)
}

func tell(c *tcp.Chunk) string {
	return [...]string{string(c.Data), "timeout", "closing", "reset"}[c.Event]
}

func (x *hearing) ended() bool {
	x.Settle()
	select {
	case <-x.Ended():
		return true
	default:
		return false
	}
}

// signalFinish tells the Reader to finish, as the end of a server does.
func (x *hearing) signalFinish() { x.Signal(axon.Signal{Kind: axon.Finish}) }

func (x *hearing) says(s string) {
	x.t.Helper()
	if _, err := io.WriteString(x.client, s); err != nil {
		x.t.Fatal(err)
	}
}

func TestReader(t *testing.T) {
	for name, f := range map[string]func(t *testing.T){
		"bytes, then the end": func(t *testing.T) {
			x := newHearing(t)
			for _, s := range []string{"one", "two"} {
				x.says(s)
				if got := x.hears(); got != s {
					t.Errorf("heard %q", got)
				}
			}
			_ = x.client.Close()
			if !x.ended() {
				t.Error("goes on")
			}
			if rest := axontest.Rest(x.Harness, &x.Outbox); len(rest) > 0 {
				t.Errorf("heard %q", tell(rest[0]))
			}
		},
		"long": func(t *testing.T) {
			x := newHearing(t)
			all := strings.Repeat("0123456789", 50_000)
			go func() {
				_, _ = io.WriteString(x.client, all)
				_ = x.client.Close()
			}()
			var got strings.Builder
			for _, c := range axontest.Rest(x.Harness, &x.Outbox) {
				got.Write(c.Data)
				c.Release()
			}
			if got.String() != all {
				t.Errorf("%d of %d bytes came", got.Len(), len(all))
			}
		},
		"a deadline, again and again": func(t *testing.T) {
			x := newHearing(t)
			for range 3 {
				_ = x.SetReadDeadline(time.Now().Add(time.Second))
				if got := x.hears(); got != "timeout" {
					t.Errorf("heard %q", got)
				}
			}
			x.says("more")
			if got := x.hears(); got != "more" {
				t.Errorf("heard %q", got)
			}
		},
		"nothing at first": func(t *testing.T) {
			x := newHearing(t, func(r *tcp.Reader) { r.First = time.Minute })
			start := time.Now()
			if got := x.hears(); got != "timeout" || time.Since(start) != time.Minute {
				t.Errorf("heard %q after %v", got, time.Since(start))
			}
		},
		"finish": func(t *testing.T) {
			x := newHearing(t)
			x.says("one")
			x.signalFinish()
			if got := x.hears() + " " + x.hears(); got != "one closing" {
				t.Errorf("heard %q", got)
			}
			x.signalFinish() // once is enough
			x.says("two")
			if got := x.hears(); got != "two" {
				t.Errorf("heard %q", got)
			}
			if x.ended() {
				t.Error("has ended though the client goes on")
			}
		},
		"finish at once": func(t *testing.T) {
			x := newHearing(t, func(r *tcp.Reader) { r.First = time.Minute })
			x.signalFinish()
			start := time.Now()
			if got := x.hears(); got != "closing" || time.Since(start) > 20*time.Millisecond {
				t.Errorf("heard %q after %v", got, time.Since(start))
			}
		},
		"shutdown": func(t *testing.T) {
			x := newHearing(t)
			x.Shutdown()
			if err := x.Wait(); err != nil {
				t.Error(err)
			}
		},
		"connection closed on our side": func(t *testing.T) {
			x := newHearing(t)
			x.Settle()
			_ = x.Conn.Close()
			if !x.ended() {
				t.Error("goes on")
			}
		},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
	}
}

// What had come before the server closes is not lost: its sender is owed an answer.
func TestReader_FinishAfterBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		r := &tcp.Reader{Conn: here}
		h := axontest.Run(t, r, axontest.Hold(&r.Outbox))
		x := &hearing{Reader: r, Harness: h, t: t, client: there}
		x.says("one")
		x.says("two")
		go func() { _, _ = there.Write([]byte("three")) }() // it ends when it is read
		x.Settle()                                          // three is not read yet
		x.signalFinish()
		axontest.Release(h, &r.Outbox)
		if got := x.hears() + " " + x.hears() + " " + x.hears() + " " + x.hears(); got != "one two three closing" {
			t.Errorf("heard %q", got)
		}
		_ = there.Close()
	})
}

// A deadline that the receiver sets does not hide that the server is closing.
func TestReader_FinishMeetsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		r := &tcp.Reader{Conn: here}
		h := axontest.Run(t, r, axontest.Hold(&r.Outbox))
		x := &hearing{Reader: r, Harness: h, t: t, client: there}
		x.says("one")
		x.says("two")
		x.Settle() // blocked: the receiver is busy
		x.signalFinish()
		_ = r.SetReadDeadline(time.Now().Add(time.Hour))
		axontest.Release(h, &r.Outbox)
		start := time.Now()
		if got := x.hears() + " " + x.hears() + " " + x.hears(); got != "one two closing" || time.Since(start) > 20*time.Millisecond {
			t.Errorf("heard %q after %v", got, time.Since(start))
		}
		start = time.Now()
		_ = r.SetReadDeadline(time.Now().Add(time.Hour))
		if got := x.hears(); got != "timeout" || time.Since(start) != time.Hour {
			t.Errorf("then %q after %v", got, time.Since(start))
		}
	})
}

// connected returns the two ends of a connection by a listener of Listen, the server's
// first.
func connected(t *testing.T, address string) (server, client net.Conn) {
	t.Helper()
	l, err := tcp.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial(l.Addr().Network(), l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = server.Close(), client.Close() })
	return server, client
}

// A connection that is to go on with another graph does so from the next bytes on, also
// when these come as the server closes.
func TestReader_FinishMeetsYield(t *testing.T) {
	conn, client := connected(t, "127.0.0.1:0")
	var yields atomic.Bool
	handed := make(chan string, 1)
	r := &tcp.Reader{Conn: conn, Yield: func(uint64) bool { return yields.Load() },
		Hand: func(_ net.Conn, c *tcp.Chunk) { handed <- tell(c); c.Release() }}
	h := axontest.Run(t, r, axontest.Hold(&r.Outbox))
	x := &hearing{Reader: r, Harness: h, t: t, client: client}
	for _, word := range []string{"one", "two"} {
		x.says(word)
		x.Settle() // at last it is blocked: the receiver is busy
	}
	yields.Store(true)
	x.says("three")
	x.signalFinish()
	axontest.Release(h, &r.Outbox)
	heard := ""
	for _, c := range axontest.Rest(h, &r.Outbox) {
		heard += tell(c) + " "
	}
	if heard != "one two " {
		t.Errorf("heard %q", heard)
	}
	select {
	case got := <-handed:
		if got != "three" {
			t.Errorf("%q is handed on", got)
		}
	default:
		t.Error("nothing is handed on")
	}
}

// When nobody wants the bytes any more they are thrown away for a while.
func TestReader_Linger(t *testing.T) {
	for _, linger := range []time.Duration{0, 10 * time.Second} {
		t.Run(fmt.Sprint(linger), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newHearing(t, func(r *tcp.Reader) { r.Linger = linger })
				x.says("one")
				x.hears()
				axontest.Gone(x.Harness, &x.Outbox)
				for range 10 {
					x.says("more")
				}
				if x.ended() {
					t.Fatal("does not linger")
				}
				start := time.Now()
				if err := x.Wait(); err != nil {
					t.Error(err)
				}
				want := linger
				if want == 0 {
					want = 2 * time.Second
				}
				if d := time.Since(start); d != want {
					t.Errorf("lingered for %v, want %v", d, want)
				}
			})
		})
	}
	t.Run("until the client closes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := newHearing(t)
			axontest.Gone(x.Harness, &x.Outbox)
			x.says("one")
			_ = x.client.Close()
			if !x.ended() {
				t.Error("goes on")
			}
		})
	})
	t.Run("when the server closes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := newHearing(t)
			axontest.Gone(x.Harness, &x.Outbox)
			x.says("one")
			x.Settle()
			start := time.Now()
			x.signalFinish()
			if err := x.Wait(); err != nil {
				t.Error(err)
			}
			if d := time.Since(start); d != 2*time.Second {
				t.Errorf("lingered for %v", d)
			}
		})
	})
	// The Writer has set the time to linger.
	t.Run("until a deadline that was set", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := newHearing(t)
			x.Settle()
			axontest.Gone(x.Harness, &x.Outbox)
			_ = x.SetReadDeadline(time.Now().Add(time.Second))
			start := time.Now()
			if err := x.Wait(); err != nil {
				t.Error(err)
			}
			if d := time.Since(start); d != time.Second {
				t.Errorf("lingered for %v", d)
			}
		})
	})
}

// Sockets are read by another way than other connections.
func TestReader_Sockets(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			address := "127.0.0.1:0"
			if network == "unix" {
				address = "unix:" + t.TempDir() + "/socket"
			}
			conn, client := connected(t, address)
			r := &tcp.Reader{Conn: conn}
			h := axontest.Run(t, r)
			x := &hearing{Reader: r, Harness: h, t: t, client: client}
			x.says("hello")
			if got := x.hears(); got != "hello" {
				t.Errorf("heard %q", got)
			}
			_ = x.SetReadDeadline(time.Now().Add(time.Millisecond))
			if got := x.hears(); got != "timeout" {
				t.Errorf("heard %q", got)
			}
			x.signalFinish()
			if got := x.hears(); got != "closing" {
				t.Errorf("heard %q", got)
			}
			if tc, ok := client.(*net.TCPConn); ok {
				_ = tc.SetLinger(0)
				_ = tc.Close()
				if got := x.hears(); got != "reset" {
					t.Errorf("heard %q", got)
				}
			}
			_ = client.Close()
			if err := h.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func ExampleReader() {
	here, there := net.Pipe()
	go func() {
		_, _ = io.WriteString(there, "hello")
		_ = there.Close()
	}()
	reader, printer := &tcp.Reader{Conn: here}, &printer{}
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "READER", Component: reader}, {Name: "PRINTER", Component: printer}},
		Links: axon.Links{axon.Link(&reader.Outbox, &printer.Inbox)},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello
}

// printer prints what a socket says.
type printer struct{ Inbox axon.Inbox[*tcp.Chunk] }

func (p *printer) Main(ctx context.Context) error {
	for c := range p.Inbox.All(ctx) {
		fmt.Printf("%s\n", c.Data)
		c.Release()
	}
	return nil
}

// The client's leaving is told, whether or not it is heard by the receiver.
func TestReader_Gone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var causes []error
		x := newHearing(t, func(r *tcp.Reader) { r.Gone = func(err error) { causes = append(causes, err) } })
		x.client.Close()
		if !x.ended() || len(causes) != 1 || causes[0] != io.EOF {
			t.Errorf("told %v", causes)
		}
	})
}
