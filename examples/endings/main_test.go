package main

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func Example() {
	_ = run(context.Background(), os.Stdout)
	// Output:
	// finish:  SINK got [1 2 3]; SOURCE told, STAGE finished, SINK finished
	// keeper:  SINK got [1 2 3 99]; SOURCE told, STAGE finished, SINK finished
	// failure: SINK got [1 2]; SOURCE told, STAGE shut down, SINK failed
}

// The Keeper's orders arrive whenever it is told: also before its Main has begun.
func TestKeeper(t *testing.T) {
	for range 100 {
		if err := run(t.Context(), io.Discard); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConform(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"Source": func() axon.Component { return &Source{Most: 3} },
		"Stage":  func() axon.Component { return &Stage{} },
		"Keeper": func() axon.Component { return NewKeeper() },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}
