// Command pipeline links three components into a line.
//
//	[ LINES ] ──▶ [ UPPER ] ──▶ [ PRINT ]
//
// It reads lines from the standard input and prints them in upper case. Before
// that it prints its own wiring: each outbox, the type of its messages, and the
// inbox they go to. When the input ends, LINES returns; UPPER and PRINT finish
// behind the last line.
//
//	echo 'type on me' | go run ./examples/pipeline
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Lines sends each line of a text.
type Lines struct {
	axon.Base
	From   io.Reader           // the text
	Outbox axon.Outbox[string] // its lines, in order
}

// Main implements axon.Component.
func (l *Lines) Main(ctx context.Context) error {
	text := bufio.NewScanner(l.From)
	for text.Scan() {
		if err := l.Outbox.Send(ctx, text.Text()); err != nil {
			return err
		}
	}
	return text.Err()
}

// Upper turns lines into upper case.
type Upper struct {
	axon.Base
	Inbox  axon.Inbox[string]  // lines
	Outbox axon.Outbox[string] // the same lines, in upper case
}

// Main implements axon.Component.
func (u *Upper) Main(ctx context.Context) error {
	for line := range u.Inbox.All(ctx) {
		if err := u.Outbox.Send(ctx, strings.ToUpper(line)); err != nil {
			return err
		}
	}
	return nil
}

// Print prints lines.
type Print struct {
	axon.Base
	To    io.Writer          // where they go
	Inbox axon.Inbox[string] // the lines
}

// Main implements axon.Component.
func (p *Print) Main(ctx context.Context) error {
	for line := range p.Inbox.All(ctx) {
		if _, err := fmt.Fprintln(p.To, line); err != nil {
			return err
		}
	}
	return nil
}

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
