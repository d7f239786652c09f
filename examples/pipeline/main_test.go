package main

import (
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func Example() {
	if err := run(strings.NewReader("small is\nbeautiful\n"), os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// LINES.signal -- axon.Signal --> UPPER.control
	// LINES.outbox -- string -->      UPPER.inbox
	// UPPER.signal -- axon.Signal --> PRINT.control
	// UPPER.outbox -- string -->      PRINT.inbox
	//
	// SMALL IS
	// BEAUTIFUL
}

// One component is tested at its ends, without the others.
func TestUpper(t *testing.T) {
	u := &Upper{}
	h := axontest.Run(t, u)
	axontest.Send(h, &u.Inbox, "a", "b")
	h.Finish()
	if got := axontest.Rest(h, &u.Outbox); !slices.Equal(got, []string{"A", "B"}) {
		t.Errorf("got %q", got)
	}
}

func TestConform(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"Lines": func() axon.Component { return &Lines{From: strings.NewReader("a\nb\n")} },
		"Upper": func() axon.Component { return &Upper{} },
		"Print": func() axon.Component { return &Print{To: io.Discard} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}

// When the last part ends early, so do those before it: they get ErrGone.
func TestBrokenOutput(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		io.CopyN(io.Discard, r, 1) // the wiring
		r.Close()
	}()
	if err := run(strings.NewReader(strings.Repeat("line\n", 1000)), w); err == nil {
		t.Error("no error")
	}
}
