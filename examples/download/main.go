// Command download fetches URLs, and keeps each in a file of its own.
//
//	URLS ─▶ CLIENT ── outbox ───▶ SAVE ─▶ SHOW ─▶ screen
//	           └───── failures ─▶ BAD ──────▲
//
// URLs come as arguments, or a line each from the standard input. You will see
//
//	$ go run ./examples/download -to pages http://localhost:8080/index.html http://localhost:1/
//	pages/index.html: 5120 bytes
//	httpclient: Get "http://localhost:1/": dial tcp [::1]:1: connect: connection refused
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/httpclient"
)

// newDownload wires a source of URLs to a directory.
func newDownload(urls axon.Component, dir *os.Root, to io.Writer) *axon.Graph {
	asked := flow.Transform(func(url string) httpclient.Request { return httpclient.Request{URL: url} })
	client := &httpclient.Client{}
	save := &Save{Dir: dir}
	bad := flow.Transform(func(f *httpclient.Failure) string { return f.Error() })
	show := &console.Echoer[string]{To: to}
	return &axon.Graph{
		Name: "download",
		Parts: axon.Parts{
			{Name: "URLS", Component: urls}, {Name: "ASKED", Component: asked}, {Name: "CLIENT", Component: client},
			{Name: "SAVE", Component: save}, {Name: "BAD", Component: bad}, {Name: "SHOW", Component: show},
		},
		Links: axon.Links{
			axon.Link(axon.OutboxOf[string](urls, "outbox"), &asked.Inbox),
			axon.Link(&asked.Outbox, &client.Inbox),
			axon.Link(&client.Outbox, &save.Inbox),
			axon.Link(&save.Outbox, &show.Inbox),
			axon.Link(&client.Failures, &bad.Inbox),
			axon.Link(&bad.Outbox, &show.Inbox),
		},
	}
}

func main() {
	to := flag.String("to", ".", "directory for the files")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.OpenRoot(*to)
	if err != nil {
		log.Fatal(err)
	}
	var urls axon.Component = ends.Data(flag.Args()...)
	if flag.NArg() == 0 {
		urls = &console.Reader{}
	}
	if err := newDownload(urls, dir, os.Stdout).Run(ctx); err != nil {
		log.Fatal(err)
	}
}
