// Command echo is a server that says what it hears: the smallest one.
//
//	socket ─▶ SERVER ══▶ RECEIVE ─▶ ECHO ─▶ SEND   for each connection
//
// You will see
//
//	$ go run ./examples/echo &
//	$ echo hello | nc -N 127.0.0.1 1501
//	hello
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

// Echo says what it hears. It ends when the client has finished.
type Echo struct {
	axon.Base
	Inbox  axon.Inbox[[]byte]  // what the client sends
	Outbox axon.Outbox[[]byte] // what is sent to it
}

// Main implements axon.Component.
func (e *Echo) Main(ctx context.Context) error {
	for b := range e.Inbox.All(ctx) {
		if err := e.Outbox.Send(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// newServer opens the socket.
func newServer(address string) (*sockets.ServerCore, error) {
	return sockets.NewServer(sockets.Server{
		Address:  address,
		Protocol: func(*sockets.Peer) (axon.Component, error) { return &Echo{}, nil },
	})
}

func main() {
	address := flag.String("listen", "127.0.0.1:1501", "address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server, err := newServer(*address)
	if err != nil {
		log.Fatal(err)
	}
	if err := axon.Pipeline(server).Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
