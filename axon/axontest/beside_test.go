package axontest_test

import (
	"context"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// taker takes what comes.
type taker struct {
	Inbox axon.Inbox[int] // whatever comes
}

func (k *taker) Main(ctx context.Context) error {
	for range k.Inbox.All(ctx) {
	}
	return nil
}

// nest is a graph with one part, whose inbox it offers.
type nest struct {
	axon.Graph
	Inbox axon.Inbox[int] // its part's
}

func newNest() axon.Component {
	k, n := &taker{}, &nest{}
	n.Graph = axon.Graph{Name: "inner", Parts: axon.Parts{{Name: "K", Component: k}}, Links: axon.Links{axon.ExposeIn(&n.Inbox, &k.Inbox)}}
	return n
}

// A component is not blamed for the goroutines of another of its kind, which runs
// in a harness of its own.
func TestConformBesideAnotherHarness(t *testing.T) {
	h := axontest.Run(t, newNest())
	t.Run("conform", func(t *testing.T) { axontest.Conform(t, newNest) })
	select {
	case <-h.Ended():
		t.Error("the other one has ended")
	default:
	}
}
