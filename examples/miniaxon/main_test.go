package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func Example() {
	_ = run(context.Background(), os.Stdout)
	// Output: 1 4 9 16 25
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }

// The failure of one ends all, also those that are blocked.
func TestFailure(t *testing.T) {
	count, square, print := &Count{Most: 1000}, &Square{}, &Print{To: full{}}
	Link(&count.Outbox, &square.Inbox)
	Link(&square.Outbox, &print.Inbox)
	if err := Run(t.Context(), count, square, print); err == nil || err.Error() != "*main.Print: full" {
		t.Error(err)
	}
}

// It is a hundred lines, as promised.
func TestHundredLines(t *testing.T) {
	code, err := os.ReadFile("axon.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(code, []byte("\n")); n > 100 {
		t.Errorf("axon.go has %d lines", n)
	}
}
