// Command grey stands before a mail server and lets wait who has not written before: most
// of those who send unwanted mail do not come again. A greylisting proxy for SMTP.
//
//	SERVER ══▶ STRICT ─▶ SPLIT ─▶ PROXY ─▶ JOIN              for each connection
//	                             │ ▲  │
//	                     forward │ │  └ seen ─▶ ENCODE ─▶ LINE ─▶ KEEP, for all
//	                             ▼ │ replies
//	                        the mail server
//
// You will see
//
//	$ go run ./examples/grey -listen 127.0.0.1:2525 -server 127.0.0.1:25 -file seen.json &
//	$ printf 'EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nQUIT\r\n' | nc -N 127.0.0.1 2525
//	...
//	451 4.7.1 Greylisted, please come again in 5m0s
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/fileio"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// newGrey opens the socket and wires the proxy with the file of those who were let in.
func newGrey(listen, server, file string, list *Greylist) (*axon.Graph, *sockets.ServerCore, error) {
	if err := list.Load(file); err != nil {
		return nil, nil, err
	}
	keep := &fileio.Writer{Name: file, Append: true}
	protocol := func(peer *sockets.Peer) (axon.Component, error) {
		return newSession(peer, server, list, &keep.Inbox), nil
	}
	proxy, err := sockets.NewServer(sockets.Server{Address: listen, Protocol: protocol, Most: 500, Each: 20})
	if err != nil {
		return nil, nil, err
	}
	bad := &console.Echoer[error]{To: os.Stderr}
	g := &axon.Graph{
		Name: "grey",
		Parts: axon.Parts{
			{Name: "SERVER", Component: proxy},
			{Name: "KEEP", Component: keep},
			{Name: "BAD", Component: bad},
		},
		Links: axon.Links{
			axon.Shared(&keep.Inbox, proxy), // its sessions link to it
			axon.Link(&proxy.Failures, &bad.Inbox),
		},
	}
	return g, proxy, nil
}

func main() {
	listen := flag.String("listen", "127.0.0.1:2525", "address to listen on")
	server := flag.String("server", "127.0.0.1:25", "address of the mail server")
	file := flag.String("file", "seen.json", "file of those who were let in")
	wait := flag.Duration("wait", 5*time.Minute, "how long who is new has to wait")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	g, _, err := newGrey(*listen, *server, *file, &Greylist{Wait: *wait})
	if err != nil {
		log.Fatal(err)
	}
	if err := g.Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
