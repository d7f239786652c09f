package udp_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/udp"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// hear runs a graph of a peer that listens, and returns what it hears first.
func hear[T any](t *testing.T, p *udp.Peer[T], n int) (heard chan udp.Datagram, done chan error) {
	t.Helper()
	heard, done = make(chan udp.Datagram, n), make(chan error, 1)
	keep := axon.Consume(func(ctx context.Context, in *axon.Inbox[udp.Datagram]) error {
		for d := range in.All(ctx) {
			heard <- d
		}
		return nil
	})
	g := &axon.Graph{Name: "hear", Parts: axon.Parts{{Name: "PEER", Component: p}, {Name: "KEEP", Component: keep}},
		Links: axon.Links{axon.Link(&p.Outbox, &keep.Inbox)}}
	sys := &axon.System{}
	t.Cleanup(sys.Close)
	r, err := sys.Start(context.Background(), g)
	if err != nil {
		t.Fatal(err)
	}
	go func() { <-r.Done(); done <- r.Wait(context.Background()) }()
	return heard, done
}

func TestPeers(t *testing.T) {
	a, err := udp.PostboxPeer(udp.Options{Local: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	heard, _ := hear(t, a, 10)
	b, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0", Remote: a.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	from := b.Addr()
	if err := axon.Pipeline(ends.Data([]byte("one")), b, &ends.NullSink[udp.Datagram]{}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := <-heard; string(d.Data) != "one" || d.Peer != from {
		t.Errorf("heard %s from %v, want one from %v", d.Data, d.Peer, from)
	}
	c, err := udp.PostboxPeer(udp.Options{Local: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := axon.Pipeline(ends.Data(udp.Datagram{Data: []byte("two"), Peer: a.Addr()}, udp.Datagram{Data: []byte("to nobody")}), c, &ends.NullSink[udp.Datagram]{}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := <-heard; string(d.Data) != "two" {
		t.Errorf("heard %s", d.Data)
	}
}

// The target of a peer can change: what was said before a message counts for it.
func TestTargettedPeer(t *testing.T) {
	a, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	heard, _ := hear(t, a, 10)
	b, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	h := axontest.Run(t, b)
	axontest.Send(h, &b.Target, a.Addr())
	axontest.Send(h, &b.Inbox, []byte("to a"))
	if d := <-heard; string(d.Data) != "to a" {
		t.Errorf("heard %s", d.Data)
	}
	h.Finish()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}

// A peer that lingers hears the answer to its last word.
func TestLinger(t *testing.T) {
	a, err := udp.PostboxPeer(udp.Options{Local: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	echo := axon.Func(func(ctx context.Context, in *axon.Inbox[udp.Datagram], out *axon.Outbox[udp.Datagram]) error {
		d, err := in.Recv(ctx)
		if err != nil {
			return err
		}
		return out.Send(ctx, d)
	})
	echo.Inbox.Size = 4
	g := &axon.Graph{Name: "echo", Parts: axon.Parts{{Name: "PEER", Component: a}, {Name: "ECHO", Component: echo}},
		Links: axon.Links{axon.Link(&a.Outbox, &echo.Inbox), axon.Link(&echo.Outbox, &a.Inbox)}}
	sys := &axon.System{}
	defer sys.Close()
	if _, err := sys.Start(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	b, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0", Remote: a.Addr().String(), Linger: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	sink := &ends.DataSink[udp.Datagram]{}
	if err := axon.Pipeline(ends.Data([]byte("hello")), b, sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := sink.Items(); len(got) != 1 || string(got[0].Data) != "hello" {
		t.Errorf("heard %v", got)
	}
}

func TestMulticast(t *testing.T) {
	m, err := udp.Multicast(udp.Options{Local: "127.0.0.1:0", Remote: "224.0.0.251:39461"}, nil)
	if err != nil {
		t.Skipf("needs multicast: %v", err)
	}
	h := axontest.Run(t, m)
	if err := axontest.Offer(h, &m.Inbox, []byte("all")); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(2 * time.Second)
	for {
		if d, ok := axontest.Try(h, &m.Outbox); ok {
			if string(d.Data) != "all" {
				t.Errorf("heard %s", d.Data)
			}
			return
		}
		select {
		case <-deadline:
			t.Skip("needs multicast that comes back")
		case <-time.After(time.Millisecond):
		}
	}
}

func TestMistakes(t *testing.T) {
	for name, open := range map[string]func() error{
		"local":  func() error { _, err := udp.SimplePeer(udp.Options{Local: "nowhere"}); return err },
		"remote": func() error { _, err := udp.PostboxPeer(udp.Options{Remote: "nowhere"}); return err },
		"group":  func() error { _, err := udp.Multicast(udp.Options{Remote: "nowhere"}, nil); return err },
	} {
		if err := open(); err == nil || !strings.HasPrefix(err.Error(), "udp: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component {
		p, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		return p
	}, axontest.RealTime(), axontest.Feed("inbox", []byte("x")), axontest.Feed("target", netip.MustParseAddrPort("127.0.0.1:9")),
		axontest.Except(axontest.EndsOnFinish, "a peer that only listens has no end: see TestFinishSignal"),
		axontest.Except(axontest.EndsWithoutReceiver, "as above"))
}

func TestFinishSignal(t *testing.T) {
	for _, unlinked := range []bool{false, true} {
		p, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0"})
		if err != nil {
			t.Fatal(err)
		}
		var o []axontest.Option
		if unlinked {
			o = append(o, axontest.Unlinked(&p.Inbox), axontest.Unlinked(&p.Target))
		}
		h := axontest.Run(t, p, o...)
		h.Settle()
		h.Signal(axon.Signal{Kind: axon.Finish})
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
	}
}

func Example() {
	listener, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	speaker, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0", Remote: listener.Addr().String()})
	if err != nil {
		fmt.Println(err)
		return
	}
	first := axon.Consume(func(ctx context.Context, in *axon.Inbox[udp.Datagram]) error {
		d, err := in.Recv(ctx)
		fmt.Printf("%s\n", d.Data)
		return err
	})
	words := ends.Data([]byte("hello"))
	g := &axon.Graph{
		Name: "udp",
		Parts: axon.Parts{{Name: "WORDS", Component: words}, {Name: "SPEAKER", Component: speaker},
			{Name: "LISTENER", Component: listener}, {Name: "FIRST", Component: first}},
		Links: axon.Links{
			axon.Link(&words.Outbox, &speaker.Inbox),
			axon.Link(&listener.Outbox, &first.Inbox),
			axon.Link(&first.Signal, &listener.Control), // its end is the listener's
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: hello
}

// A shutdown ends a peer at once, however long it would listen for an answer to its last
// words.
func TestShutdownDoesNotLinger(t *testing.T) {
	for range 50 {
		p, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0", Remote: "127.0.0.1:9", Linger: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		h := axontest.Run(t, p)
		h.Shutdown()
		select {
		case <-h.Ended():
		case <-time.After(4 * time.Second):
			t.Fatal("it listens on")
		}
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
	}
}
