// Command logs gathers lines of many servers, keeps them in a file, and passes them on to all
// who connect: a relay and an aggregator of logs.
//
//	TCPCLIENT ─▶ LINESPLIT ─▶ NAME ─▶ LINEJOIN ─▶ KEEP   for each source
//	KEEP ─▶ PUBLISHTO ─▶ LOG ══▶ SUBSCRIBETO             for each who listens
//
// A source that can not be reached, or goes, costs the others nothing. You will see
//
//	$ go run ./examples/logs -to all.log 127.0.0.1:1503 127.0.0.1:1504 &
//	$ nc 127.0.0.1 1505
//	127.0.0.1:1503 15:04:05
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"strconv"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/backplane"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/fileio"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// newLogs opens the socket and wires the sources, the file and those who listen.
func newLogs(listen, file string, sources []string) (*axon.Graph, *sockets.ServerCore, error) {
	server, err := sockets.NewServer(sockets.Server{Address: listen, Protocol: func(*sockets.Peer) (axon.Component, error) {
		return &backplane.SubscribeTo[[]byte]{Name: "LOG", Slow: flow.Disconnect}, nil
	}})
	if err != nil {
		return nil, nil, err
	}
	keep, publish := &fileio.Writer{Name: file, Append: true}, &backplane.PublishTo[[]byte]{Name: "LOG"}
	bad := &console.Echoer[error]{To: os.Stderr}
	g := &axon.Graph{Name: "logs", Parts: axon.Parts{
		{Name: "LOG", Component: backplane.New[[]byte]("LOG")},
		{Name: "KEEP", Component: keep},
		{Name: "PUBLISHTO", Component: publish},
		{Name: "SERVER", Component: server},
		{Name: "BAD", Component: bad},
	}, Links: axon.Links{
		axon.Link(&keep.Outbox, &publish.Inbox),
		axon.Link(&server.Failures, &bad.Inbox),
	}}
	for i, address := range sources {
		from := source(address)
		part := axon.Part{Name: "SOURCE" + strconv.Itoa(i+1), Component: from, Policy: axon.Policy{Then: axon.StopPart}}
		g.Parts = append(g.Parts, part)
		g.Links = append(g.Links, axon.Link(axon.OutboxOf[[]byte](from, "outbox"), &keep.Inbox))
	}
	return g, server, nil
}

func main() {
	listen := flag.String("listen", "127.0.0.1:1505", "address to listen on")
	to := flag.String("to", "all.log", "file that the lines go to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	g, _, err := newLogs(*listen, *to, flag.Args())
	if err != nil {
		log.Fatal(err)
	}
	var sys axon.System
	defer sys.Close()
	sys.Watch(func(e axon.Event) {
		if e.Kind == axon.PartFailed && e.Graph == g.Name {
			log.Print(e.Err) // a source can not be reached, or has broken off
		}
	})
	if err := sys.Run(ctx, g); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
