// Command errors answers every failure of the web server with JSON, by an error
// component of its own.
//
//	PARSER, ROUTER, DRINKS, WRITER ── failures ──▶ GUARD ⇄ ERRORS
//
// You will see the address, and then
//
//	$ curl http://127.0.0.1:8080/nothing
//	{"error":"Not Found","path":"/nothing","stage":"ROUTER","status":404}
//
// and the like for /drinks/coffee, which the handler refuses, for /drinks/broken,
// where it panics, and for what is no HTTP at all. It is done by one option. With
// -rewired it is done by wiring the connection anew: see rewired.go.
package main

import (
	"context"
	"errors"
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

// drinks is the handler.
func drinks(_ context.Context, req *http1.Request) (*http1.Response, error) {
	switch req.Path {
	case "/drinks/coffee":
		return nil, &http1.Failure{Status: 418, Cause: errors.New("this is a teapot")}
	case "/drinks/broken":
		panic("the pot is broken")
	}
	return http1.Text(req, 200, "Here you are.\n"), nil
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "the address to listen on")
	rewired := flag.Bool("rewired", false, "wire the connection by hand")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *rewired, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen string, rewired bool, out io.Writer) error {
	server := pipelines.Server{
		Mounts: []pipelines.Mount{{Path: "/drinks", Name: "DRINKS", Handler: func() http1.HandlerPart {
			return &http1.HandlerFunc{Func: drinks}
		}}},
		Errors: func() http1.ErrorPart { return &JSONErrors{} }, // the one option
	}
	if rewired {
		server = pipelines.Server{Blueprint: connection}
	}
	site := &pipelines.Site{Server: server}
	if err := site.Listen(listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%v/drinks/tea\n", site.Sockets[0].Addr())
	return site.Run(ctx)
}
