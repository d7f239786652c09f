// Command chat is a chat server: what one client says, all hear.
//
//	SERVER ══▶ LINESPLIT ─▶ NAME ─▶ PUBLISHTO   SUBSCRIBETO ─▶ LINEJOIN   for each connection
//	                                    └─▶ CHAT ─▶┘
//
// Each connection publishes its lines on a backplane and subscribes to it. A client that
// reads too slowly is disconnected: others do not wait for it. You will see, in two
// terminals,
//
//	$ go run ./examples/chat &
//	$ nc 127.0.0.1 1502
//	hello
//	127.0.0.1:50044: hello
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/backplane"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// client is the protocol of a connection.
func client(peer *sockets.Peer) (axon.Component, error) {
	name := flow.Transform(func(line string) string { return fmt.Sprintf("%v: %s", peer.Remote, line) })
	return axon.Pipeline(
		&lines.LineSplit{Longest: 1000},
		name,
		&backplane.PublishTo[string]{Name: "CHAT"},
		&backplane.SubscribeTo[string]{Name: "CHAT", Slow: flow.Disconnect},
		&lines.LineJoin{},
	), nil
}

// newChat opens the socket and wires the server with its backplane.
func newChat(address string) (*axon.Graph, *sockets.ServerCore, *backplane.Backplane[string], error) {
	server, err := sockets.NewServer(sockets.Server{Address: address, Protocol: client})
	if err != nil {
		return nil, nil, nil, err
	}
	plane := backplane.New[string]("CHAT")
	g := &axon.Graph{
		Name:  "chat",
		Parts: axon.Parts{{Name: "CHAT", Component: plane}, {Name: "SERVER", Component: server}},
	}
	return g, server, plane, nil
}

func main() {
	address := flag.String("listen", "127.0.0.1:1502", "address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	g, _, _, err := newChat(*address)
	if err != nil {
		log.Fatal(err)
	}
	if err := g.Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
