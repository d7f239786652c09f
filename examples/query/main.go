// Command query answers a method that no server knows of itself: QUERY, which asks
// with a body, and changes nothing.
//
//	                                       ┌─ GET / ───▶ TEXT ───┐
//	socket ─▶ READER ─▶ PARSER ─▶ ROUTER ──┤                     ├─▶ WRITER ─▶ socket
//	                                       └─ QUERY / ─▶ SEARCH ─┘
//
// A component (search.go) is mounted for the method, and has it at its path alone;
// GET stays with TEXT. ROUTER tells of both by OPTIONS, and by 405 for what nobody has
// mounted there. You will see the address, and then
//
//	$ curl -X QUERY -d es http://127.0.0.1:8080/
//	Thames
//	Tigris and Euphrates
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

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// list answers with all lines.
func list(_ context.Context, req *http1.Request) (*http1.Response, error) {
	return http1.Text(req, 200, rivers), nil
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
	site := &pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/", Methods: []string{"GET", "HEAD"}, Name: "TEXT", Handler: func() http1.HandlerPart { return &http1.HandlerFunc{Func: list} }},
		{Path: "/", Methods: []string{"QUERY"}, Name: "SEARCH",
			Handler: func() http1.HandlerPart { return &http1.HandlerFunc{Func: search} }},
	}}}
	if err := site.Listen(listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%v/\n", site.Sockets[0].Addr())
	return site.Run(ctx)
}
