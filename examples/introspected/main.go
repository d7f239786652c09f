// Command introspected is a server that can be watched from outside: what it is made of,
// line by line, in the text protocol of Kamaelia's Introspector.
//
//	SERVER ══▶ an echo for each connection
//	WATCH  ══▶ LINESPLIT ─▶ INTROSPECTOR ─▶ LINEJOIN   for each that watches
//
// You will see
//
//	$ go run ./examples/introspected &
//	$ nc 127.0.0.1 1500
//	DEL ALL
//	ADD NODE 1:SERVER SERVER randompos component
//	...
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/introspect"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// newServers opens both sockets.
func newServers(address, watch string) (g *axon.Graph, server, watcher *sockets.ServerCore, err error) {
	echo := func(*sockets.Peer) (axon.Component, error) {
		return axon.Func(func(ctx context.Context, in *axon.Inbox[[]byte], out *axon.Outbox[[]byte]) error {
			for b := range in.All(ctx) {
				if err := out.Send(ctx, b); err != nil {
					return err
				}
			}
			return nil
		}), nil
	}
	if server, err = sockets.NewServer(sockets.Server{Address: address, Protocol: echo}); err != nil {
		return nil, nil, nil, err
	}
	if watcher, err = sockets.NewServer(sockets.Server{Address: watch, Protocol: introspect.Protocol, Most: 10}); err != nil {
		_ = server.Close()
		return nil, nil, nil, err
	}
	g = &axon.Graph{Name: "introspected", Parts: axon.Parts{{Name: "SERVER", Component: server}, {Name: "WATCH", Component: watcher}}}
	return g, server, watcher, nil
}

func main() {
	address := flag.String("listen", "127.0.0.1:1501", "address to listen on")
	watch := flag.String("watch", "127.0.0.1:1500", "address to be watched at")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	g, _, _, err := newServers(*address, *watch)
	if err != nil {
		log.Fatal(err)
	}
	if err := g.Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
