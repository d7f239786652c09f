// Command webdav shares a directory with everyone who speaks WebDAV: the file
// managers of most systems, rclone, cadaver.
//
//	                                       ┌─ / ─────────────────────────▶ FILES ──┐
//	socket ─▶ READER ─▶ PARSER ─▶ ROUTER ──┤                                       ├─▶ WRITER ─▶ socket
//	                                       └─ PUT,DELETE,...,PROPFIND / ─▶ WEBDAV ─┘
//
// Give it a directory. You will see the address, and then
//
//	$ cadaver http://127.0.0.1:8080/
//	dav:/> mkcol notes
//	dav:/> put a.txt notes/a.txt
//	dav:/> edit notes/a.txt
//
// The last locks the file while you edit it. Nobody is asked for a password: put a
// filter before both handlers for that.
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
	"github.com/kamaelia-go/kamaelia/components/webdav"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "the address to listen on")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("give one directory to share: webdav DIRECTORY")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, flag.Arg(0), *listen, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir, listen string, out io.Writer) error {
	tree := &files.Tree{Dir: dir, Hidden: true}
	if err := tree.Open(); err != nil {
		return err
	}
	defer tree.Close()
	share := &webdav.Share{Dir: &upload.Dir{Tree: tree}}
	if err := share.Dir.Open(); err != nil {
		return err
	}
	defer share.Dir.Close()
	site := &pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/", Name: "FILES", Rest: true, Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree} }},
		{Path: "/", Methods: webdav.Methods(), Name: "WEBDAV", Rest: true, Handler: func() http1.HandlerPart {
			return &webdav.Handler{Share: share}
		}},
	}}}
	if err := site.Listen(listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%v/\n", site.Sockets[0].Addr())
	return site.Run(ctx)
}
