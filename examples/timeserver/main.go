// Command timeserver tells the time to all who connect, from one clock.
//
//	TICK ─▶ TEXT ─▶ PUBLISHTO ─▶ TIME ══▶ SUBSCRIBETO   for each connection
//
// You will see
//
//	$ go run ./examples/timeserver &
//	$ nc 127.0.0.1 1503
//	15:04:05
//	15:04:06
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/backplane"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/sockets"
	"github.com/kamaelia-go/kamaelia/components/timer"
)

// newTimeServer opens the socket and wires the clock to the connections.
func newTimeServer(address string, every time.Duration) (*axon.Graph, *sockets.ServerCore, error) {
	server, err := sockets.NewServer(sockets.Server{
		Address: address,
		Protocol: func(*sockets.Peer) (axon.Component, error) {
			return &backplane.SubscribeTo[[]byte]{Name: "TIME", Slow: flow.DropOldest, Buffer: 1}, nil
		},
	})
	if err != nil {
		return nil, nil, err
	}
	text := flow.Transform(func(t time.Time) []byte { return t.AppendFormat(nil, "15:04:05\n") })
	clock := axon.Pipeline(&timer.PeriodicTick{Every: every}, text, &backplane.PublishTo[[]byte]{Name: "TIME"})
	g := &axon.Graph{
		Name: "time server",
		Parts: axon.Parts{
			{Name: "CLOCK", Component: clock},
			{Name: "TIME", Component: backplane.New[[]byte]("TIME")},
			{Name: "SERVER", Component: server},
		},
	}
	return g, server, nil
}

func main() {
	address := flag.String("listen", "127.0.0.1:1503", "address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	g, _, err := newTimeServer(*address, time.Second)
	if err != nil {
		log.Fatal(err)
	}
	if err := g.Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
