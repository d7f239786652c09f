package sockets_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

func TestMain(m *testing.M) { axontest.Main(m) }

type (
	in  = axon.Inbox[[]byte]
	out = axon.Outbox[[]byte]
)

// echo is the protocol that says what it hears.
func echo(*sockets.Peer) (axon.Component, error) {
	return axon.Func(func(ctx context.Context, in *in, out *out) error {
		for b := range in.All(ctx) {
			if err := out.Send(ctx, b); err != nil {
				return err
			}
		}
		return nil
	}), nil
}

// serve runs a server until the end of the test, and returns what it fails with.
func serve(t *testing.T, s sockets.Server) (*sockets.ServerCore, *axon.Running, chan error) {
	t.Helper()
	if s.Address == "" {
		s.Address = "127.0.0.1:0"
	}
	c, err := sockets.NewServer(s)
	if err != nil {
		t.Fatal(err)
	}
	failures := make(chan error, 16)
	keep := axon.Consume(func(ctx context.Context, in *axon.Inbox[error]) error {
		for err := range in.All(ctx) {
			failures <- err
		}
		return nil
	})
	sys := &axon.System{}
	t.Cleanup(sys.Close)
	r, err := sys.Start(context.Background(), &axon.Graph{Name: "test", Parts: axon.Parts{{Name: "SERVER", Component: c}, {Name: "KEEP", Component: keep}},
		Links: axon.Links{axon.Link(&c.Failures, &keep.Inbox)}})
	if err != nil {
		t.Fatal(err)
	}
	return c, r, failures
}

func dial(t *testing.T, c *sockets.ServerCore) net.Conn {
	t.Helper()
	conn, err := net.Dial(c.Addr().Network(), c.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	return conn
}

// All that a client sends comes back, after it has closed its half.
func TestEchoWithHalfClose(t *testing.T) {
	addresses := []string{"127.0.0.1:0", "unix:" + filepath.Join(t.TempDir(), "s")}
	if l, err := net.Listen("tcp", "[::1]:0"); err == nil {
		l.Close()
		addresses = append(addresses, "[::1]:0")
	}
	for _, address := range addresses {
		t.Run(strings.SplitN(address, ":", 2)[0], func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.HasPrefix(address, "unix:") {
				t.Skip("Unix sockets differ")
			}
			c, _, _ := serve(t, sockets.Server{Address: address, Protocol: echo})
			conn := dial(t, c)
			sent := bytes.Repeat([]byte("0123456789abcdef"), 200<<10/16)
			go func() {
				_, _ = conn.Write(sent)
				_ = conn.(interface{ CloseWrite() error }).CloseWrite()
			}()
			if got, err := io.ReadAll(conn); err != nil || !bytes.Equal(got, sent) {
				t.Errorf("%d bytes of %d came back: %v", len(got), len(sent), err)
			}
		})
	}
}

// What a protocol says before it ends reaches the client, who has said something that
// nobody reads; and the connection is closed.
func TestLastWords(t *testing.T) {
	motd := func(p *sockets.Peer) (axon.Component, error) {
		return &ends.OneShot[[]byte]{Message: fmt.Appendf(nil, "hello %v, this is %v", p.Remote, p.Local)}, nil
	}
	c, _, _ := serve(t, sockets.Server{Protocol: motd, Times: sockets.Times{Linger: 100 * time.Millisecond}})
	conn := dial(t, c)
	fmt.Fprint(conn, "is anybody there?")
	got, err := io.ReadAll(conn)
	if want := fmt.Sprintf("hello %v, this is %v", conn.LocalAddr(), conn.RemoteAddr()); err != nil || string(got) != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	for c.Usage().Open > 0 { // until the connection's graph has ended
		<-time.After(time.Millisecond)
	}
}

// A protocol may talk as long as it likes to a client that has finished, and listen to
// one that it has nothing to say to.
func TestHalvesEndByThemselves(t *testing.T) {
	heard := make(chan string, 1)
	listen := func(*sockets.Peer) (axon.Component, error) {
		return axon.Consume(func(ctx context.Context, in *in) error {
			all := bytes.Join(slices.Collect(in.All(ctx)), nil)
			heard <- string(all)
			return nil
		}), nil
	}
	c, _, _ := serve(t, sockets.Server{Protocol: listen})
	conn := dial(t, c)
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("a server that says nothing: %d bytes, %v", n, err)
	}
	fmt.Fprint(conn, "but it ")
	fmt.Fprint(conn, "listens")
	_ = conn.(*net.TCPConn).CloseWrite()
	if got := <-heard; got != "but it listens" {
		t.Errorf("heard %q", got)
	}
}

// A protocol that fails costs its own connection alone.
func TestFailures(t *testing.T) {
	n := 0
	c, _, failures := serve(t, sockets.Server{Protocol: func(p *sockets.Peer) (axon.Component, error) {
		switch n++; n {
		case 1:
			return nil, errors.New("not today")
		case 2:
			return axon.Func(func(ctx context.Context, in *in, _ *out) error { _, _ = in.Recv(ctx); panic("as told") }), nil
		case 3:
			return nil, nil
		case 4:
			return &ends.NullSink[int]{}, nil
		}
		return echo(p)
	}})
	good := make(chan net.Conn, 1)
	for i, want := range []string{"not today", "panic: as told", "no protocol", "inbox of int"} {
		conn := dial(t, c)
		fmt.Fprint(conn, "x")
		if _, err := io.ReadAll(conn); err != nil && !errors.Is(err, io.EOF) && i != 1 {
			_ = err // a reset is as good
		}
		if err := <-failures; !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want ... %s ...", err, want)
		}
	}
	good <- dial(t, c)
	conn := <-good
	fmt.Fprint(conn, "still there")
	b := make([]byte, 11)
	if _, err := io.ReadFull(conn, b); err != nil || string(b) != "still there" {
		t.Errorf("%q %v", b, err)
	}
}

// One connection too many waits until another has ended.
func TestMost(t *testing.T) {
	c, _, _ := serve(t, sockets.Server{Protocol: echo, Most: 1})
	first, second := dial(t, c), dial(t, c)
	say := func(conn net.Conn, s string) string {
		fmt.Fprint(conn, s)
		b := make([]byte, len(s))
		_, _ = io.ReadFull(conn, b)
		return string(b)
	}
	if got := say(first, "one"); got != "one" {
		t.Error(got)
	}
	if open := c.Usage().Open; open != 1 {
		t.Errorf("%d are open", open)
	}
	_ = first.Close()
	if got := say(second, "two"); got != "two" {
		t.Error(got)
	}
}

// stopper ends the whole server when a client says so.
type stopper struct {
	axon.Base
	Inbox        axon.Inbox[[]byte]
	Outbox       axon.Outbox[[]byte]
	ServerSignal axon.Outbox[axon.Signal]
}

func (s *stopper) Main(ctx context.Context) error {
	for b := range s.Inbox.All(ctx) {
		k := axon.Finish
		if strings.HasPrefix(string(b), "now") {
			k = axon.Shutdown
		}
		if err := errors.Join(s.Outbox.Send(ctx, []byte("bye")), s.ServerSignal.Send(ctx, axon.Signal{Kind: k})); err != nil {
			return err
		}
	}
	return nil
}

func TestServerSignal(t *testing.T) {
	for _, how := range []string{"later", "now"} {
		t.Run(how, func(t *testing.T) {
			c, r, _ := serve(t, sockets.Server{Protocol: func(*sockets.Peer) (axon.Component, error) { return &stopper{}, nil }})
			bystander, conn := dial(t, c), dial(t, c)
			fmt.Fprint(conn, how)
			got, _ := io.ReadAll(conn)
			if how == "later" && string(got) != "bye" {
				t.Errorf("got %q", got)
			}
			if _, err := io.ReadAll(bystander); err != nil && how == "later" {
				t.Error(err)
			}
			if err := r.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// A finish lets a protocol send what it has to; a shutdown does not.
func TestFinishDrains(t *testing.T) {
	begun := make(chan bool)
	c, r, _ := serve(t, sockets.Server{Protocol: func(*sockets.Peer) (axon.Component, error) {
		return axon.Func(func(ctx context.Context, in *in, out *out) error {
			close(begun)
			n := 0
			for b := range in.All(ctx) {
				n += len(b)
			}
			for range 100 {
				if err := out.Send(ctx, bytes.Repeat([]byte{'x'}, 10_000)); err != nil {
					return err
				}
			}
			return nil
		}), nil
	}})
	conn := dial(t, c)
	<-begun
	r.Finish()
	if got, err := io.ReadAll(conn); err != nil || len(got) != 1_000_000 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if err := r.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

// A client that takes nothing is given up.
func TestStall(t *testing.T) {
	c, _, failures := serve(t, sockets.Server{Times: sockets.Times{Stall: 50 * time.Millisecond, Linger: time.Millisecond}, Protocol: func(*sockets.Peer) (axon.Component, error) {
		return axon.Produce(func(ctx context.Context, out *out) error {
			for {
				if err := out.Send(ctx, make([]byte, 1<<20)); err != nil {
					return err
				}
			}
		}), nil
	}})
	dial(t, c)
	if err := <-failures; !strings.Contains(err.Error(), "took nothing for 50ms") {
		t.Error(err)
	}
}

func TestTLSFromTheStart(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "localhost")
	secured := make(chan bool, 1)
	c, _, _ := serve(t, sockets.Server{TLS: securetest.Load(t, pair).Config(), Protocol: func(p *sockets.Peer) (axon.Component, error) {
		secured <- p.TLS != nil && p.TLS.HandshakeComplete
		return echo(p)
	}})
	client := sockets.TCPClient(sockets.Target{Address: c.Addr().String(), TLS: securetest.Client(t, "localhost", pair)})
	sink := &ends.DataSink[[]byte]{}
	if err := axon.Pipeline(ends.Data([]byte("in "), []byte("secret")), client, sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := bytes.Join(sink.Items(), nil); string(got) != "in secret" || !<-secured {
		t.Errorf("got %q", got)
	}
}

// mail is a server, or a client, that begins in plain text.
type mail struct {
	axon.Base
	config   *tls.Config
	server   bool
	log      []string
	Inbox    axon.Inbox[[]byte]
	Outbox   axon.Outbox[[]byte]
	StartTLS axon.Outbox[sockets.StartTLS]
	Secured  axon.Inbox[tls.ConnectionState]
}

func (m *mail) Main(ctx context.Context) error {
	say := func(s string) error { return m.Outbox.Send(ctx, []byte(s)) }
	hear := func() string {
		b, _ := m.Inbox.Recv(ctx)
		m.log = append(m.log, string(b))
		return string(b)
	}
	secure := func(last string) error {
		if err := m.StartTLS.Send(ctx, sockets.StartTLS{Config: m.config, Server: m.server, Say: []byte(last)}); err != nil {
			return err
		}
		_, err := m.Secured.Recv(ctx)
		return err
	}
	if m.server {
		if hear() == "STARTTLS" {
			if err := secure("220 ready"); err != nil {
				return err
			}
		}
		return say("250 " + hear())
	}
	if err := say("STARTTLS"); err != nil {
		return err
	}
	hear()
	if err := secure(""); err != nil {
		return err
	}
	if err := say("secret"); err != nil {
		return err
	}
	hear()
	return nil
}

func TestStartTLS(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "localhost")
	for name, times := range map[string]sockets.Times{"usual times": {}, "no limit for a stall": {Stall: -1}} {
		t.Run(name, func(t *testing.T) {
			c, _, _ := serve(t, sockets.Server{Times: times, Protocol: func(*sockets.Peer) (axon.Component, error) {
				return &mail{config: securetest.Load(t, pair).Config(), server: true}, nil
			}})
			conn := sockets.TCPClient(sockets.Target{Address: c.Addr().String(), Times: times})
			m := &mail{config: securetest.Client(t, "localhost", pair)}
			g := &axon.Graph{Name: "client", Parts: axon.Parts{{Name: "CONN", Component: conn}, {Name: "MAIL", Component: m}},
				Links: axon.Links{axon.Link(&m.Outbox, &conn.Inbox), axon.Link(&conn.Outbox, &m.Inbox),
					axon.Link(&m.StartTLS, &conn.StartTLS), axon.Link(&conn.Secured, &m.Secured)}}
			m.Inbox.Size = 16
			if err := g.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if want := []string{"220 ready", "250 secret"}; !slices.Equal(m.log, want) {
				t.Errorf("the client heard %q, want %q", m.log, want)
			}
		})
	}
}

func TestClientFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	client := sockets.TCPClient(sockets.Target{Address: address})
	if err := axon.Pipeline(ends.Data([]byte("x")), client, &ends.NullSink[[]byte]{}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "sockets: dial tcp "+address) {
		t.Error(err)
	}
	if _, err := sockets.NewServer(sockets.Server{}); err == nil {
		t.Error("a server without a protocol")
	}
	if _, err := sockets.NewServer(sockets.Server{Address: "nonsense", Protocol: echo}); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Error(err)
	}
}

// The client hears why the server has gone.
func TestClosed(t *testing.T) {
	a, b := net.Pipe()
	c := sockets.NewConnection(a, sockets.Times{})
	h := axontest.Run(t, c)
	go func() { fmt.Fprint(b, "last"); b.Close() }()
	if got := axontest.Recv(h, &c.Outbox); string(got) != "last" {
		t.Errorf("%q", got)
	}
	if got := axontest.Recv(h, &c.Closed); got != io.EOF {
		t.Error(got)
	}
}

func TestConform(t *testing.T) {
	t.Run("Connection", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			a, b := net.Pipe()
			t.Cleanup(func() { _ = b.Close() })
			go func() { // the peer
				_, _ = io.Copy(b, b)
				_ = b.Close()
			}()
			return sockets.NewConnection(a, sockets.Times{Silence: 50 * time.Millisecond})
		}, axontest.RealTime(), axontest.Feed("inbox", []byte("hello")),
			axontest.FeedFunc("startTLS", func() []sockets.StartTLS { return nil }))
	})
	t.Run("ServerCore", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			s, err := sockets.NewServer(sockets.Server{Address: "127.0.0.1:0", Protocol: echo})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}, axontest.RealTime())
	})
}

func Example() {
	shout := func(*sockets.Peer) (axon.Component, error) {
		return axon.Func(func(ctx context.Context, in *axon.Inbox[[]byte], out *axon.Outbox[[]byte]) error {
			for b := range in.All(ctx) {
				if err := out.Send(ctx, bytes.ToUpper(b)); err != nil {
					return err
				}
			}
			return nil
		}), nil
	}
	server, err := sockets.NewServer(sockets.Server{Address: "127.0.0.1:0", Protocol: shout})
	if err != nil {
		fmt.Println(err)
		return
	}
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(context.Background(), &axon.Graph{Name: "shout", Parts: axon.Parts{{Name: "SERVER", Component: server}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	sink := &ends.DataSink[[]byte]{}
	client := sockets.TCPClient(sockets.Target{Address: server.Addr().String()})
	if err := axon.Pipeline(ends.Data([]byte("hello")), client, sink).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s\n", bytes.Join(sink.Items(), nil))
	running.Finish()
	fmt.Println(running.Wait(context.Background()))
	// Output:
	// HELLO
	// <nil>
}
