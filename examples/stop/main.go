// Command stop is a server that a client can end as a whole.
//
//	SERVER ══▶ LINESPLIT ─▶ COMMANDS ─▶ LINEJOIN   for each connection
//	   ◀─────────── serverSignal ─┘
//
// On "stop" it finishes: nobody else may connect, and the others' inputs finish. You will
// see
//
//	$ go run ./examples/stop &
//	$ echo stop | nc -N 127.0.0.1 1504
//	bye
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

func main() {
	address := flag.String("listen", "127.0.0.1:1504", "address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server, err := sockets.NewServer(sockets.Server{Address: *address, Protocol: newSession})
	if err != nil {
		log.Fatal(err)
	}
	if err := axon.Pipeline(server).Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
