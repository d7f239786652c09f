// Command irclog sits in a channel of IRC and writes down what is said, a file for each day.
//
//	    ┌───────────── LINEJOIN ◀──┐
//	    ▼                          │
//	TCPCLIENT ─▶ LINESPLIT ─▶ IRC ─┴ heard ─▶ ENTRY ─▶ DAILY ─▶ files
//
// You will see, after some talk,
//
//	$ go run ./examples/irclog -server irc.example.org:6667 -channel '#go' -to logs &
//	$ cat 'logs/#go-2026-11-28.log'
//	15:04:05 *** bob has joined
//	15:04:09 <bob> hello, all
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/irc"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// newLogger wires a client for one channel. IRC stands first: it is told of a finish, and
// says good-bye.
func newLogger(server, nick, channel, dir string) *axon.Graph {
	talk := &irc.Client{Nick: nick, Channels: []string{channel}}
	client := sockets.TCPClient(sockets.Target{Address: server})
	split, join := &lines.LineSplit{}, &lines.LineJoin{End: "\r\n"}
	entry := &flow.PureTransformer[irc.Message, string]{Do: entries(channel)}
	daily := &Daily{Dir: dir, Name: channel}
	return &axon.Graph{
		Name: "irclog",
		Parts: axon.Parts{
			{Name: "IRC", Component: talk},
			{Name: "TCPCLIENT", Component: client},
			{Name: "LINESPLIT", Component: split},
			{Name: "LINEJOIN", Component: join},
			{Name: "ENTRY", Component: entry},
			{Name: "DAILY", Component: daily},
		},
		Links: axon.Links{
			axon.Link(&client.Outbox, &split.Inbox),
			axon.Back(&split.Outbox, &talk.Inbox),
			axon.Link(&talk.Outbox, &join.Inbox),
			axon.Link(&join.Outbox, &client.Inbox),
			axon.Link(&talk.Heard, &entry.Inbox),
			axon.Link(&entry.Outbox, &daily.Inbox),
		},
	}
}

func main() {
	server := flag.String("server", "127.0.0.1:6667", "address of the server")
	nick := flag.String("nick", "scribe", "nickname of the logger")
	channel := flag.String("channel", "#kamaelia", "channel to log")
	dir := flag.String("to", ".", "directory for the files")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(context.Background(), newLogger(*server, *nick, *channel, *dir))
	if err != nil {
		log.Fatal(err)
	}
	context.AfterFunc(ctx, running.Finish)
	if err := running.Wait(context.Background()); err != nil {
		log.Fatal(err)
	}
	if ctx.Err() == nil {
		log.Fatalf("%s has closed the connection", *server)
	}
}
