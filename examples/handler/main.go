// Command handler puts components of its own into the ready-made web server.
//
//	                                       ┌─ /hello ─▶ HELLO ─┐
//	socket ─▶ READER ─▶ PARSER ─▶ ROUTER ──┤                   ├─▶ WRITER ─▶ socket
//	                                       └─ /time ──▶ TIME ──┘
//
// Each connection has a HELLO and a TIME of its own, which start with its first
// request for them. You will see the address, and then
//
//	$ curl http://127.0.0.1:8080/hello?name=Ada
//	Hello, Ada! You are number 1.
//
// and the number grows. Ctrl-C ends it when the requests under way are done.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// now is a handler that needs no component of its own.
func now(_ context.Context, req *http1.Request) (*http1.Response, error) {
	return http1.Text(req, 200, time.Now().Format(time.RFC3339)+"\n"), nil
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "the address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen string, out io.Writer) error {
	visits := new(atomic.Int64)
	server := pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/hello", Name: "HELLO", Handler: func() http1.HandlerPart { return &Hello{Visits: visits} }},
		{Path: "/time", Name: "TIME", Handler: func() http1.HandlerPart { return &http1.HandlerFunc{Func: now} }},
	}}
	site := &pipelines.Site{Server: server}
	if err := site.Listen(listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%v/hello?name=world\n", site.Sockets[0].Addr())
	return site.Run(ctx)
}
