// Command upload serves a directory that everyone may write to.
//
//	                                       ┌─ /notes ────────────────────▶ FILES ──┐
//	socket ─▶ READER ─▶ PARSER ─▶ ROUTER ──┤                                       ├─▶ WRITER ─▶ socket
//	                                       └─ PUT,DELETE,OPTIONS /notes ─▶ UPLOAD ─┘
//
// Give it a directory. You will see the address, and then
//
//	$ echo hello | curl -T - http://127.0.0.1:8080/notes/a.txt
//	$ curl http://127.0.0.1:8080/notes/a.txt
//	hello
//	$ curl -X DELETE http://127.0.0.1:8080/notes/a.txt
//
// A file is there as a whole or not at all, whatever happens meanwhile. Try to lose
// an update: put it twice, the second time with -H "If-None-Match: *".
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
	"github.com/kamaelia-go/kamaelia/components/upload"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "the address to listen on")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("give one directory to serve: upload DIRECTORY")
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
	writable := &upload.Dir{Tree: tree, Largest: 100 << 20, Spare: 1 << 30}
	if err := writable.Open(); err != nil {
		return err
	}
	defer writable.Close()
	site := &pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/notes", Name: "FILES", Rest: true, Handler: func() http1.HandlerPart {
			return &files.Reader{Tree: tree, Prefix: "/notes"}
		}},
		{Path: "/notes", Methods: []string{"PUT", "DELETE", "OPTIONS"}, Name: "UPLOAD", Rest: true, Handler: func() http1.HandlerPart {
			return &upload.Writer{Dir: writable, Prefix: "/notes"}
		}},
	}}}
	if err := site.Listen(listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%v/notes/\n", site.Sockets[0].Addr())
	return site.Run(ctx)
}
