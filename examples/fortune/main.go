// Command fortune has both ends of a protocol in one program: a server that says a
// fortune cookie to whoever connects and closes, and a client that shows it.
//
//	CLIENT ─▶ SHOW      SERVER ══▶ ONESHOT   for each connection
//
// You will see
//
//	$ go run ./examples/fortune
//	A process is a thing with an inbox, and patience.
package main

import (
	"context"
	"io"
	"log"
	"math/rand/v2"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

var cookies = []string{
	"A process is a thing with an inbox, and patience.\n",
	"What is bounded can be finished.\n",
	"Do not communicate by shared jokes; share jokes by communicating.\n",
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, to io.Writer) error {
	server, err := sockets.NewServer(sockets.Server{Address: "127.0.0.1:0", Protocol: func(*sockets.Peer) (axon.Component, error) {
		return &ends.OneShot[[]byte]{Message: []byte(cookies[rand.IntN(len(cookies))])}, nil
	}})
	if err != nil {
		return err
	}
	var sys axon.System
	defer sys.Close()
	serving, err := sys.Start(ctx, axon.Pipeline(server))
	if err != nil {
		return err
	}
	client := sockets.TCPClient(sockets.Target{Address: server.Addr().String()})
	show := &console.Echoer[[]byte]{To: to, Format: "%s"}
	if err := axon.Pipeline(client, show).Run(ctx); err != nil {
		return err
	}
	serving.Finish()
	return serving.Wait(ctx)
}
