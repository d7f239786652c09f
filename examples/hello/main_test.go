package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func Example() {
	os.Args = []string{"hello"}
	main()
	// Output:
	// Hello, world!
}

func Example_names() {
	os.Args = []string{"hello", "Ada", "Grace"}
	main()
	// Output:
	// Hello, Ada!
	// Hello, Grace!
}

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Hello{To: io.Discard} })
}

// A component that fails ends its graph, and the error says which part it was.
func TestFailure(t *testing.T) {
	r, w := io.Pipe()
	r.CloseWithError(errors.New("out of paper"))
	err := axon.Pipeline(&Hello{To: w}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "HELLO: out of paper") {
		t.Errorf("got %v", err)
	}
}
