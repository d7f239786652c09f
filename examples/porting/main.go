// Command porting adds up what each person has spent: the recipe that is ported step by
// step on the page beside it.
//
//	READ ─▶ TALLY ── outbox ───▶ SUMS ─▶ stdout
//	            └─── rejected ─▶ BAD ──▶ stderr
//
// You will see
//
//	$ printf 'ann 3\nbob 4\nann 5\n' | go run ./examples/porting
//	ann 8
//	bob 4
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/console"
)

// newReport wires a Tally between a text and the places where its answers are shown.
func newReport(from io.Reader, to, bad io.Writer) *axon.Graph {
	read := &console.Reader{From: from}
	tally := &Tally{}
	sums := &console.Echoer[Sum]{To: to}
	rejected := &console.Echoer[string]{To: bad, Format: "cannot read: %s\n"}
	return &axon.Graph{
		Name: "report",
		Parts: axon.Parts{
			{Name: "READ", Component: read},
			{Name: "TALLY", Component: tally},
			{Name: "SUMS", Component: sums},
			{Name: "BAD", Component: rejected},
		},
		Links: axon.Links{
			axon.Link(&read.Outbox, &tally.Inbox),
			axon.Link(&tally.Outbox, &sums.Inbox),
			axon.Link(&tally.Rejected, &rejected.Inbox),
		},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := newReport(os.Stdin, os.Stdout, os.Stderr).Run(ctx); err != nil {
		log.Fatal(err)
	}
}
