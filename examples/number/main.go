// Command number answers requests by a pipeline: it numbers the lines that are posted to it.
//
//	request body ─▶ READ ─▶ LINESPLIT ─▶ NUMBER ─▶ LINEJOIN ─▶ response body   for each request
//
// The pipeline runs as long as the request does. The first lines are answered before the last
// ones have come, so a body may be longer than memory. You will see
//
//	$ go run ./examples/number &
//	$ printf 'one\ntwo\n' | curl --data-binary @- http://127.0.0.1:8080/number
//	1 one
//	2 two
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/bridge"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// numbered is the pipeline for one request.
func numbered(body io.Reader) *axon.Graph {
	n := 0
	return axon.Pipeline(
		&bridge.FromReader{From: body},
		&lines.LineSplit{},
		flow.Transform(func(line string) string { n++; return fmt.Sprintf("%d %s", n, line) }),
		&lines.LineJoin{},
	)
}

// answer runs a pipeline, and gives what comes out of it as the body of the response.
func answer(_ context.Context, req *http1.Request) (*http1.Response, error) {
	body := io.Reader(strings.NewReader(""))
	if req.Body != nil {
		body = req.Body
	}
	out, err := bridge.LikeFile(req.Context(), numbered(body))
	if err != nil {
		return nil, err
	}
	resp := http1.Text(req, 200, "")
	resp.Bytes, resp.Stream = nil, out // whoever reads it closes it, and so ends the pipeline
	return resp, nil
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
	site := &pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{{Path: "/number", Methods: []string{"POST"},
		Name: "NUMBER", Handler: func() http1.HandlerPart { return &http1.HandlerFunc{Func: answer} }}}}}
	if err := site.Listen(listen); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%v/number\n", site.Sockets[0].Addr())
	return site.Run(ctx)
}
