//go:build unix

package process_test

import (
	"context"
	"fmt"
	"log"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// words sends some words, a line each.
type words struct {
	Outbox axon.Outbox[[]byte]
}

func (w *words) Main(ctx context.Context) error {
	for _, word := range []string{"pear", "apple", "fig"} {
		if err := w.Outbox.Send(ctx, []byte(word+"\n")); err != nil {
			return err
		}
	}
	return nil
}

// printer prints what comes.
type printer struct {
	Inbox axon.Inbox[[]byte]
}

func (p *printer) Main(ctx context.Context) error {
	for b := range p.Inbox.All(ctx) {
		fmt.Print(string(b))
	}
	return nil
}

// Programs are parts of a pipeline.
func Example() {
	sort := process.New(process.Program{Path: "sort", Args: []string{"-r"}})
	number := process.New(process.Program{Path: "sed", Args: []string{"s/^/a /"}})
	if err := axon.Pipeline(&words{}, sort, number, &printer{}).Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// a pear
	// a fig
	// a apple
}
