package axon

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// What needs a moment that no program can choose, or a mistake that none can
// make, is tested from within.

type receiver struct {
	Inbox Inbox[int] `axon:"optional"`
}

func (*receiver) Main(context.Context) error { return nil }

// A receiver that is shut down on its way to sleep does not sleep, and the message
// that was to wake it is none: not for it, nor for who asks later.
func TestReceiverShutDownOnItsWayToSleep(t *testing.T) {
	for _, poked := range []bool{false, true} {
		c := &receiver{}
		g := &Graph{Name: "g", Parts: Parts{{Name: "R", Component: c}}}
		if err := g.Build(); err != nil {
			t.Fatal(err)
		}
		p, e := g.parts[0], c.Inbox.real()
		why := errors.New("why")
		p.ctx.Load().stop(why)
		p.stopping.Store(true)
		if poked { // the shutdown has seen it asleep
			e.sleeping.Store(true)
			e.poke()
			if c.Inbox.Len() != 1 {
				t.Fatal("a receiver that sleeps was not woken")
			}
		}
		if _, err := e.wait(p.ctx.Load()); !errors.Is(err, why) {
			t.Errorf("poked=%v: Recv returned %v", poked, err)
		}
		if v, ok, err := c.Inbox.TryRecv(); ok || e.sleeping.Load() || e.poked {
			t.Errorf("poked=%v: it got %v, %v; sleeping %v, poked %v", poked, v, err, e.sleeping.Load(), e.poked)
		}
	}
}

// Boxes that do not fit can not stand for each other, and say so.
func TestExposeOfBoxesThatDoNotFit(t *testing.T) {
	for _, err := range []error{(&Inbox[int]{}).expose(&Inbox[string]{}), (&Outbox[int]{}).expose(&Inbox[int]{}), (&Outbox[int]{}).expose(&Outbox[string]{})} {
		if err == nil || !strings.Contains(err.Error(), "cannot stand for") || !strings.Contains(err.Error(), "int") {
			t.Error(err)
		}
	}
}
