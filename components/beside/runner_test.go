package beside_test

import (
	"context"
	"errors"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/beside"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestRunner_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &beside.Runner{} })
}

// A lamp is a component that burns until it is told to finish.
type lamp struct {
	axon.Base
	on, off, out chan struct{}
}

func newLamp() *lamp {
	return &lamp{on: make(chan struct{}), off: make(chan struct{}), out: make(chan struct{})}
}

func (l *lamp) Finish() { close(l.off) }

func (l *lamp) Main(ctx context.Context) error {
	close(l.on)
	defer close(l.out)
	select {
	case <-l.off:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *lamp) graph() *axon.Graph {
	return &axon.Graph{Name: "lamp", Parts: axon.Parts{{Name: "LAMP", Component: l}}}
}

// TestRunner runs graphs that it was given before and after its start, ends one, and
// lets the others finish with those who need them.
func TestRunner(t *testing.T) {
	r, early, late := &beside.Runner{}, newLamp(), newLamp()
	r.Run(early.graph())
	run := axontest.Run(t, r)
	<-early.on
	g := late.graph()
	r.Run(g)
	<-late.on
	r.End(g)
	<-late.out
	select {
	case <-early.out:
		t.Error("the other one has ended, too")
	default:
	}
	run.Finish()
	<-early.out
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
}

// TestRunner_Unfit tells of a graph that can not be built.
func TestRunner_Unfit(t *testing.T) {
	r := &beside.Runner{}
	run := axontest.Run(t, r)
	r.Run(&axon.Graph{Name: "none", Parts: axon.Parts{{Name: "A"}, {Name: "A"}}})
	if err := axontest.Recv(run, &r.Failures); err == nil || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
