// Command wsgi has two applications in Python and a component of its own in one
// graph.
//
//	                                  ┌▶ SHOP ◀═▶ workers of shop:application
//	socket ─▶ READER ─▶ PARSER ─▶ ROUTER ─▶ CLOCK ◀═▶ workers of clock:application ─▶ WRITER ─▶ socket
//	                                  └▶ HELLO
//
// Before SHOP stands GREETER, a filter in Go that gives each customer a name: the
// application sees it as REMOTE_USER. You will see the address, and then
//
//	$ curl http://127.0.0.1:8080/shop/teapot
//	teapot: 12 for Ada
//	$ curl http://127.0.0.1:8080/clock
//	$ curl http://127.0.0.1:8080/
//	GET /shop/teapot, or /clock
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

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/wsgi"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "the address to listen on")
	dir := flag.String("dir", "examples/wsgi", "the directory of the applications")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *dir, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen, dir string, out io.Writer) error {
	shop := &wsgi.App{Dir: dir, Module: "shop", Workers: 1}
	clock := &wsgi.App{Dir: dir, Module: "clock", Workers: 1, Threads: 8}
	for _, app := range []*wsgi.App{shop, clock} {
		if err := app.Open(); err != nil {
			return err
		}
	}
	greeter := pipelines.Before{Name: "GREETER", Filter: func() http1.RequestFilterPart {
		return &http1.RequestFilterFunc{Func: greet}
	}}
	site := &pipelines.Site{Server: pipelines.Server{
		Mounts: []pipelines.Mount{
			{Path: "/", Name: "HELLO", Handler: func() http1.HandlerPart { return &http1.HandlerFunc{Func: hello} }},
			{Path: "/shop", Name: "SHOP", Before: []pipelines.Before{greeter}, Handler: func() http1.HandlerPart {
				return &wsgi.Handler{App: shop, Prefix: "/shop"}
			}},
			{Path: "/clock", Name: "CLOCK", Handler: func() http1.HandlerPart {
				return &wsgi.Handler{App: clock, Prefix: "/clock"}
			}},
		},
		Beside: []func() *axon.Graph{shop.Graph, clock.Graph},
	}}
	if err := site.Listen(listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%v/\n", site.Sockets[0].Addr())
	return site.Run(ctx)
}
