package introspect_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/introspect"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &introspect.Introspector{} }, axontest.Feed("inbox", "GET ALL", "nonsense"))
}

// What is told of a line of two parts, and when a graph comes and goes.
func TestIntrospector(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &ends.DataSink[string]{}
		comes := axon.Produce(func(ctx context.Context, out *axon.Outbox[string]) error {
			time.Sleep(1500 * time.Millisecond)
			inner := axon.Produce(func(context.Context, *axon.Outbox[int]) error { time.Sleep(time.Second); return nil })
			_, err := axon.Spawn(ctx, &axon.Graph{Name: "guest", Parts: axon.Parts{{Name: "GUEST", Component: inner}}, Links: axon.Links{axon.Discard(&inner.Outbox)}})
			if err != nil {
				return err
			}
			time.Sleep(3 * time.Second)
			return nil
		})
		look := &introspect.Introspector{}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "COMES", Component: comes}, {Name: "LOOK", Component: look}, {Name: "KEEP", Component: sink}},
			Links: axon.Links{axon.Link(&comes.Outbox, &look.Inbox), axon.Link(&look.Outbox, &sink.Inbox)}}
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := sink.Items()
		if got[0] != "DEL ALL" {
			t.Errorf("it begins with %s", got[0])
		}
		for _, want := range []string{"ADD NODE 1:COMES COMES randompos component", "ADD NODE 1:LOOK.inbox inbox randompos inbox",
			"ADD LINK 1:LOOK 1:LOOK.outbox", "ADD LINK 1:LOOK.outbox 1:KEEP.inbox", "ADD NODE 2:GUEST GUEST randompos component",
			"DEL NODE 2:GUEST", "DEL LINK 2:GUEST 2:GUEST.outbox"} {
			if !slices.Contains(got, want) {
				t.Errorf("no line %q in\n%s", want, strings.Join(got, "\n"))
			}
		}
		if n := strings.Count(strings.Join(got, "\n"), "ADD NODE 1:COMES "); n != 1 {
			t.Errorf("COMES was added %d times", n)
		}
		for _, line := range got { // every line can be read, and leads to nodes that are there
			if _, err := lines.Words(line); err != nil {
				t.Error(err)
			}
		}
	})
}

// A client of the server sees the server, and itself.
func TestProtocol(t *testing.T) {
	server, err := sockets.NewServer(sockets.Server{Address: "127.0.0.1:0", Protocol: introspect.Protocol})
	if err != nil {
		t.Fatal(err)
	}
	var sys axon.System
	defer sys.Close()
	if _, err := sys.Start(t.Context(), &axon.Graph{Name: "watched", Parts: axon.Parts{{Name: "SERVER", Component: server}}}); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	in := bufio.NewScanner(conn)
	until := func(want string) {
		t.Helper()
		for in.Scan() {
			if strings.Contains(in.Text(), want) {
				return
			}
		}
		t.Fatalf("no line with %q: %v", want, in.Err())
	}
	until("DEL ALL")
	until("INTROSPECTOR randompos component")
	until("ADD LINK")
	fmt.Fprint(conn, "GET ALL\n")
	until("DEL ALL")
	until("SERVER randompos component")
}

func Example() {
	sink := axon.Consume(func(ctx context.Context, in *axon.Inbox[string]) error {
		for range 3 {
			line, err := in.Recv(ctx)
			if err != nil {
				return err
			}
			fmt.Println(line)
		}
		return nil
	})
	if err := axon.Pipeline(&introspect.Introspector{Every: time.Millisecond}, sink).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// DEL ALL
	// ADD NODE 1:CONSUMER CONSUMER randompos component
	// ADD NODE 1:CONSUMER.control control randompos inbox
}
