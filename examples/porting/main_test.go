package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func Example() {
	_ = newReport(strings.NewReader("bob 4\nann 3\nwhat?\nann 5\n"), os.Stdout, os.Stdout).Run(context.Background())
	// Unordered output:
	// cannot read: what?
	// ann 8
	// bob 4
}

// The component alone: what has come is dealt with before the finish.
func TestTally(t *testing.T) {
	tally := &Tally{}
	h := axontest.Run(t, tally)
	axontest.Send(h, &tally.Inbox, "bob 4", "ann 3", "x", "ann 5")
	if got := axontest.Recv(h, &tally.Rejected); got != "x" {
		t.Errorf("rejected %q", got)
	}
	h.Finish()
	if got := axontest.Rest(h, &tally.Outbox); !slices.Equal(got, []Sum{{"ann", 8}, {"bob", 4}}) {
		t.Errorf("got %v", got)
	}
}

// An error of Main comes out of Run, with the address of the part.
func TestTooMany(t *testing.T) {
	lines := strings.NewReader("a 1\nb 1\nc 1\n")
	g := newReport(lines, &strings.Builder{}, &strings.Builder{})
	g.Parts[1].Component.(*Tally).Most = 2
	err := g.Run(t.Context())
	var fault *axon.Fault
	if !errors.Is(err, errMany) || !errors.As(err, &fault) || !strings.HasSuffix(fault.Part, "TALLY") {
		t.Errorf("%v, %+v", err, fault)
	}
}

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Tally{} }, axontest.Feed("inbox", "ann 3", "x", "bob 4"))
}
