package main

import (
	"context"
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

func TestConform(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"Source": func() axon.Component { return &Source{Most: 3} },
		"Stage":  func() axon.Component { return &Stage{} },
		"Keeper": func() axon.Component { return &Keeper{} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}
