// Command static serves a directory as a web site.
//
//	socket ─▶ READER ─▶ PARSER ─▶ ROUTER ─▶ FILES ─▶ WRITER ─▶ socket   for each connection
//
// It knows the types of files, index pages, ranges and conditions. You will see its address;
// open it in a browser:
//
//	$ go run ./examples/static examples/site
//	http://127.0.0.1:8080/
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "the address to listen on")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("give one directory to serve: static DIRECTORY")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, flag.Arg(0), *listen, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir, listen string, out io.Writer) error {
	tree := &files.Tree{Dir: dir}
	if err := tree.Open(); err != nil {
		return err
	}
	defer tree.Close()
	site := &pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/", Name: "FILES", Rest: true, Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree} }},
	}}}
	if err := site.Listen(listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%v/\n", site.Sockets[0].Addr())
	return site.Run(ctx)
}
