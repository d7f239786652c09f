// Command hello runs one component, alone.
//
//	[ HELLO ] ──▶ standard output
//
// It prints
//
//	Hello, world!
//
// and ends, because a graph ends when its last part has. Give names, and it
// greets those instead: go run ./examples/hello Ada Grace
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Hello greets, and then has nothing more to do. Its fields are its options.
type Hello struct {
	axon.Base // Control and Signal, as in Kamaelia

	// Names are who is greeted; nil means the world.
	Names []string

	// To is where the greetings go.
	To io.Writer
}

var _ axon.Component = (*Hello)(nil)

// Main implements axon.Component. It runs in a goroutine of its own.
func (h *Hello) Main(context.Context) error {
	names := h.Names
	if len(names) == 0 {
		names = []string{"world"}
	}
	for _, name := range names {
		if _, err := fmt.Fprintf(h.To, "Hello, %s!\n", name); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	hello := &Hello{Names: os.Args[1:], To: os.Stdout}
	if err := axon.Pipeline(hello).Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
