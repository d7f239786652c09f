// Command cgi runs programs for a web server, in a way of its own, and shows what
// they say when they fail.
//
//	socket ─▶ READER ─▶ PARSER ─▶ ROUTER ─▶ PROGRAMS ══▶ a program ─▶ WRITER ─▶ socket
//	                                           └─ failures ─▶ GUARD ─▶ ERRORS
//
// PROGRAMS is a component that stands in the place of the server's own: it runs
// each program as another user, if it may, and with few files open. ERRORS makes a
// page of a program's failure, with what that has said on its standard error. You
// will see the address, and then
//
//	$ curl http://127.0.0.1:8080/whoami
//	user 65534, at most 32 files, asked by 127.0.0.1
//	$ curl http://127.0.0.1:8080/broken
//	/broken has failed: it ended without a complete head: ...
//
//	    no such table: visitors
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

	"github.com/kamaelia-go/kamaelia/components/cgi"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "the address to listen on")
	programs := flag.String("programs", "examples/cgi/programs", "the directory of the programs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *programs, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen, programs string, out io.Writer) error {
	dir := &cgi.Dir{Path: programs}
	if err := dir.Open(); err != nil {
		return err
	}
	defer dir.Close()
	site := &pipelines.Site{Server: pipelines.Server{
		Mounts: []pipelines.Mount{{Path: "/", Name: "PROGRAMS", Handler: func() http1.HandlerPart { return NewGuest(dir) }}},
		Errors: func() http1.ErrorPart { return &Reasons{} },
	}}
	if err := site.Listen(listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%v/whoami\n", site.Sockets[0].Addr())
	return site.Run(ctx)
}
