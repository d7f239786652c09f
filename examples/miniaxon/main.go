// Command miniaxon is an Axon of our own in a hundred lines, after Kamaelia's MiniAxon:
// boxes, components, links and a run. README.md builds it step by step, in
// axon.go; the components are in parts.go.
//
//	[ COUNT ] ── int ──▶ [ SQUARE ] ── int ──▶ [ PRINT ]
//
// You will see
//
//	$ go run ./examples/miniaxon
//	1 4 9 16 25
package main

import (
	"context"
	"io"
	"log"
	"os"
)

func run(ctx context.Context, to io.Writer) error {
	count, square, print := &Count{Most: 5}, &Square{}, &Print{To: to}
	Link(&count.Outbox, &square.Inbox)
	Link(&square.Outbox, &print.Inbox)
	return Run(ctx, count, square, print)
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
