// Command pipeline links three components into a line.
//
//	[ LINES ] ──▶ [ UPPER ] ──▶ [ PRINT ]
//
// It reads lines from the standard input and prints them in upper case. Before
// that it prints its own wiring: each outbox, the type of its messages, and the
// inbox they go to. When the input ends, LINES returns; UPPER and PRINT finish
// behind the last line. The three components are in parts.go.
//
//	echo 'type on me' | go run ./examples/pipeline
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(from io.Reader, to io.Writer) error {
	g := axon.Pipeline(&Lines{From: from}, &Upper{}, &Print{To: to})
	if err := g.Build(); err != nil { // Run would do it, too
		return err
	}
	fmt.Fprintln(to, g)
	return g.Run(context.Background())
}
