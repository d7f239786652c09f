package chassis_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/chassis"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// ride is a Carousel under test, and what became of its children.
type ride struct {
	*chassis.Carousel[string, int, int]
	h *axontest.Harness

	mu  sync.Mutex
	log []string
}

// child passes on what comes until it is told to end by 0.
type child struct {
	axon.Base
	name   string
	note   func(string)
	stay   <-chan struct{} // it ends only when this is closed
	Inbox  axon.Inbox[int]
	Outbox axon.Outbox[int]
}

func (c *child) Main(ctx context.Context) error {
	c.note("+" + c.name)
	defer func() { c.note("-" + c.name) }()
	for v := range c.Inbox.All(ctx) {
		if v == 0 {
			break
		}
		if err := c.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		c.note("!" + c.name)
	}
	if c.stay != nil {
		<-c.stay
	}
	return nil
}

func newRide(t *testing.T, first bool, stay <-chan struct{}) *ride {
	r := &ride{Carousel: &chassis.Carousel[string, int, int]{First: first}}
	r.Factory = func(name string) (axon.Component, error) {
		r.note("*" + name)
		if name == "bad" {
			return nil, errors.New("no such item")
		}
		return &child{name: name, note: r.note, stay: stay}, nil
	}
	r.h = axontest.Run(t, r.Carousel)
	return r
}

func (r *ride) note(s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, s)
}

// want compares what has happened: * made, + started, ! shut down, - ended.
func (r *ride) want(t *testing.T, log string) {
	t.Helper()
	r.h.Settle()
	r.mu.Lock()
	defer r.mu.Unlock()
	if got := strings.Join(r.log, " "); got != log {
		t.Errorf("happened %q, want %q", got, log)
	}
}

// requests counts what was asked for up to now.
func (r *ride) requests(t *testing.T, want int) {
	t.Helper()
	r.h.Settle()
	n := 0
	for {
		m, ok := axontest.Try(r.h, &r.RequestNext)
		if !ok {
			break
		}
		if m != flow.Next {
			t.Errorf("asked for %v", m)
		}
		n++
		r.h.Settle()
	}
	if n != want {
		t.Errorf("%d requests, want %d", n, want)
	}
}

func (r *ride) ends(t *testing.T) {
	t.Helper()
	if err := r.h.Wait(); err != nil {
		t.Error(err)
	}
}

var (
	finish   = axon.Signal{Kind: axon.Finish}
	shutdown = axon.Signal{Kind: axon.Shutdown}
)

// carouselTests are the tests of Kamaelia's Carousel, under their names.
var carouselTests = map[string]func(t *testing.T){
	"byDefaultDoesNothing": func(t *testing.T) {
		r := newRide(t, false, nil)
		r.requests(t, 0)
		r.want(t, "")
	},
	"canAskToMake1stRequest": func(t *testing.T) { newRide(t, true, nil).requests(t, 1) },
	"shutsDownWhenToldToAndIdle": func(t *testing.T) {
		for _, s := range []axon.Signal{finish, shutdown} {
			r := newRide(t, false, nil)
			r.h.Settle()
			r.h.Signal(s)
			r.ends(t)
		}
	},
	"messageToNextRunsFactoryFunction": func(t *testing.T) {
		r := newRide(t, false, nil)
		axontest.Send(r.h, &r.Next, "bad")
		if err := r.h.Wait(); err == nil || !strings.Contains(err.Error(), "no component for bad: no such item") {
			t.Error(err)
		}
		r.want(t, "*bad")
	},
	"messageToNextSpawnsChild": func(t *testing.T) {
		r := newRide(t, false, nil)
		axontest.Send(r.h, &r.Next, "a")
		r.want(t, "*a +a")
	},
	"childTerminationTriggersRequestNext": func(t *testing.T) {
		r := newRide(t, false, nil)
		axontest.Send(r.h, &r.Next, "a")
		r.requests(t, 0)
		axontest.Send(r.h, &r.Inbox, 0)
		r.want(t, "*a +a -a")
		r.requests(t, 1)
	},
	"ChildReceivesShutdownSignal": func(t *testing.T) {
		r := newRide(t, false, nil)
		axontest.Send(r.h, &r.Next, "a")
		r.h.Settle()
		r.h.Signal(shutdown)
		r.ends(t)
		r.want(t, "*a +a !a -a")
	},
	"terminatingCarouselWithChildPassesSignalToChildToo": func(t *testing.T) {
		r := newRide(t, false, nil)
		axontest.Send(r.h, &r.Next, "a")
		r.h.Settle()
		r.h.Signal(finish) // the child is not shut down: its inbox finishes
		r.ends(t)
		r.want(t, "*a +a -a")
	},
	"nextRequestStartsNewchildOnceCurrentHasTerminated": func(t *testing.T) {
		stay := make(chan struct{})
		r := newRide(t, false, stay)
		axontest.Send(r.h, &r.Next, "a")
		r.h.Settle()
		axontest.Send(r.h, &r.Next, "b")
		r.want(t, "*a +a !a")
		close(stay)
		r.want(t, "*a +a !a -a *b +b")
		r.requests(t, 0)
	},
	"dataReachesChildInbox": func(t *testing.T) {
		r := newRide(t, false, nil)
		axontest.Send(r.h, &r.Next, "a")
		axontest.Send(r.h, &r.Inbox, 1, 2, 0)
		r.want(t, "*a +a -a")
	},
	"dataReachesCarouselOutbox": func(t *testing.T) {
		r := newRide(t, false, nil)
		axontest.Send(r.h, &r.Next, "a")
		axontest.Send(r.h, &r.Inbox, 1, 2, 0)
		r.want(t, "*a +a -a")
		axontest.Send(r.h, &r.Next, "b")
		axontest.Send(r.h, &r.Inbox, 3)
		r.h.Settle()
		axontest.Send(r.h, &r.Next, "c") // what b has sent is not lost with it
		r.h.Settle()
		r.h.Finish()
		if got := axontest.Rest(r.h, &r.Outbox); !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("got %v", got)
		}
	},
	"childSignalIgnored": func(t *testing.T) {
		r := newRide(t, false, nil)
		axontest.Send(r.h, &r.Next, "a")
		axontest.Send(r.h, &r.Inbox, 0)
		r.want(t, "*a +a -a")
		if s, ok := axontest.Try(r.h, &r.Signal); ok {
			t.Errorf("the carousel has sent %v", s)
		}
	},
	"carouselDoesntTerminateUntilChildHas": func(t *testing.T) {
		stay := make(chan struct{})
		r := newRide(t, false, stay)
		axontest.Send(r.h, &r.Next, "a")
		r.h.Settle()
		r.h.Signal(shutdown)
		r.h.Settle()
		if s, ok := axontest.Try(r.h, &r.Signal); ok {
			t.Errorf("it has ended with %v before its child", s)
		}
		close(stay)
		r.ends(t)
		r.want(t, "*a +a !a -a")
	},
	"queuedNextsFinishedIfProducerFinished": func(t *testing.T) {
		stay := make(chan struct{})
		r := newRide(t, false, stay)
		axontest.Send(r.h, &r.Next, "a", "b", "c")
		r.h.Settle()
		r.h.Finish(&r.Next)
		close(stay)
		r.want(t, "*a +a !a -a *b +b !b -b *c +c")
		axontest.Send(r.h, &r.Inbox, 0)
		r.ends(t)
	},
	"queuedNextsAbortedIfShutdownMicroprocess": func(t *testing.T) {
		stay := make(chan struct{})
		r := newRide(t, false, stay)
		axontest.Send(r.h, &r.Next, "a", "b", "c")
		r.h.Settle()
		r.h.Signal(shutdown)
		r.h.Settle()
		close(stay)
		r.ends(t)
		r.want(t, "*a +a !a -a")
	},
}

// TestKamaelia runs the tests of Kamaelia's Carousel. The one that is missing here,
// childShutdownSignalDoesntTriggerRequest, has no counterpart: see README.md.
func TestKamaelia(t *testing.T) {
	names := strings.Fields("byDefaultDoesNothing canAskToMake1stRequest shutsDownWhenToldToAndIdle messageToNextRunsFactoryFunction " +
		"messageToNextSpawnsChild childTerminationTriggersRequestNext ChildReceivesShutdownSignal " +
		"terminatingCarouselWithChildPassesSignalToChildToo nextRequestStartsNewchildOnceCurrentHasTerminated dataReachesChildInbox " +
		"dataReachesCarouselOutbox childSignalIgnored carouselDoesntTerminateUntilChildHas queuedNextsFinishedIfProducerFinished " +
		"queuedNextsAbortedIfShutdownMicroprocess")
	for _, name := range names {
		f := carouselTests[name]
		if f == nil {
			t.Errorf("%s is not ported", name)
			continue
		}
		t.Run("Carousel/"+name, func(t *testing.T) { synctest.Test(t, f) })
	}
	if len(names) != len(carouselTests) {
		t.Errorf("%d names, %d tests", len(names), len(carouselTests))
	}
}
