// Command miniaxon is an Axon of our own in a hundred lines, after Kamaelia's MiniAxon:
// boxes, components, links and a run. README.md builds it step by step.
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
	"fmt"
	"io"
	"log"
	"os"
)

// Count sends the numbers from 1 to Most.
type Count struct {
	Most   int
	Outbox Outbox[int] // the numbers
}

// Main implements Component.
func (c *Count) Main(ctx context.Context) error {
	defer c.Outbox.Close()
	for n := 1; n <= c.Most; n++ {
		if err := c.Outbox.Send(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// Square sends the square of each number.
type Square struct {
	Inbox  Inbox[int]  // numbers
	Outbox Outbox[int] // their squares
}

// Main implements Component.
func (s *Square) Main(ctx context.Context) error {
	defer s.Outbox.Close()
	for n := range s.Inbox.All(ctx) {
		if err := s.Outbox.Send(ctx, n*n); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Print prints what comes.
type Print struct {
	To    io.Writer
	Inbox Inbox[int] // what is printed
}

// Main implements Component.
func (p *Print) Main(ctx context.Context) error {
	for n := range p.Inbox.All(ctx) {
		if _, err := fmt.Fprint(p.To, n, " "); err != nil {
			return err
		}
	}
	return ctx.Err()
}

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
