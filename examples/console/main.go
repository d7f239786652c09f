// Command console says what you type: the smallest system there is.
//
//	keyboard ─▶ READER ─▶ ECHOER ─▶ screen
//
// You will see each line again, until the input ends (Ctrl-D):
//
//	$ go run ./examples/console
//	> hello
//	hello
package main

import (
	"context"
	"io"
	"log"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/console"
)

func main() {
	if err := run(context.Background(), os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, from io.Reader, to io.Writer) error {
	return axon.Pipeline(
		&console.Reader{From: from, To: to, Prompt: "> "},
		&console.Echoer[string]{To: to},
	).Run(ctx)
}
