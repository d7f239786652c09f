// Command board is a bulletin board that grows in six steps, from an echo to what could be
// used. Its README goes through them.
//
//	SERVER ══▶ LINESPLIT ─▶ [ LOGIN, then RETRIEVE, then MENU, then SAVE ] ─▶ LINEJOIN
//
// Give it a directory with a file "users", as htpasswd writes it. You will see
//
//	$ go run ./examples/board -dir board -step 6 &
//	$ nc 127.0.0.1 1506
//	name?
//	ann
//	password?
//	secret
//	Hello, ann. There are 2 new messages.
//	list, read NUMBER, post TEXT, or quit?
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

// newServer opens the directory and the socket.
func newServer(step int, dir, listen string) (*sockets.ServerCore, error) {
	b, err := openBoard(dir)
	if err != nil {
		return nil, err
	}
	protocols := []func(*sockets.Peer) (axon.Component, error){
		step1, step2, step3, b.step4, b.step5, b.step6,
	}
	return sockets.NewServer(sockets.Server{Address: listen, Protocol: protocols[step-1], Most: 100})
}

func main() {
	step := flag.Int("step", 6, "how far the board has grown, from 1 to 6")
	dir := flag.String("dir", ".", "directory of the users and messages")
	listen := flag.String("listen", "127.0.0.1:1506", "address to listen on")
	flag.Parse()
	if *step < 1 || *step > 6 {
		log.Fatalf("board: -step is %d, want 1 to 6", *step)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server, err := newServer(*step, *dir, *listen)
	if err != nil {
		log.Fatal(err)
	}
	if err := axon.Pipeline(server).Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
