package axontest

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/internal/ends"
)

// A Behaviour is one promise that Conform checks.
type Behaviour string

// The behaviours.
const (
	// EndsOnFinish: Main returns after its senders have finished, or after a
	// finish signal if it has none, be it idle, working or blocked; also where
	// boxes that may stay unlinked are.
	EndsOnFinish Behaviour = "ends on finish"
	// EndsOnShutdown: Main returns after a shutdown, be it idle, waiting for more
	// or blocked, and when it is run with a context that has ended.
	EndsOnShutdown Behaviour = "ends on shutdown"
	// EndsWithoutReceiver: a part at one of its outboxes that has returned does
	// not keep Main from ending on a finish, nor its senders waiting.
	EndsWithoutReceiver Behaviour = "ends without receiver"
)

// A Trait tells Conform about a component.
type Trait func(*traits)

type traits struct {
	samples map[string]func() []any
	types   map[string]reflect.Type
	skip    map[Behaviour]string
	real    bool
}

// Feed gives sample messages for an inbox, called by its name such as "inbox".
// They are sent in order, again and again. Without, the component gets zero
// values of the inbox's type; where these are nil pointers or the like, samples
// must be given.
func Feed[T any](inbox string, samples ...T) Trait {
	return FeedFunc(inbox, func() []T { return samples })
}

// FeedFunc gives sample messages that are made anew for each time they are sent.
func FeedFunc[T any](inbox string, samples func() []T) Trait {
	return func(tr *traits) {
		tr.types[inbox] = reflect.TypeFor[T]()
		tr.samples[inbox] = func() (all []any) {
			for _, v := range samples() {
				all = append(all, v)
			}
			return all
		}
	}
}

// Except says, with the reason, that a behaviour does not apply.
func Except(b Behaviour, reason string) Trait {
	return func(tr *traits) { tr.skip[b] = reason }
}

// RealTime runs the component outside of synctest: it waits for sockets or
// processes, which a bubble does not take for rest.
func RealTime() Trait { return func(tr *traits) { tr.real = true } }

// Conform checks that the components which a function makes keep the promises of
// every component: see the Behaviours. Whatever the case, no goroutine of the
// component may be there when Main has returned, so it sends nothing after that,
// and Main must not fail, nor take two minutes to end. Conform must not be called
// inside a bubble of synctest; it uses its own, for each case.
func Conform(t *testing.T, component func() axon.Component, about ...Trait) {
	t.Helper()
	tr := &traits{samples: map[string]func() []any{}, types: map[string]reflect.Type{}, skip: map[Behaviour]string{}}
	for _, a := range about {
		a(tr)
	}
	list := tr.check(t, component())
	for _, c := range cases(list) {
		t.Run(fmt.Sprintf("%s/%s", c.behaviour, c.name), func(t *testing.T) {
			if why, ok := tr.skip[c.behaviour]; ok {
				t.Skip(why)
			}
			if tr.real {
				NoLeak(t)
				tr.run(t, component(), c)
				return
			}
			synctest.Test(t, func(t *testing.T) { tr.run(t, component(), c) })
		})
	}
}

// check reports samples for boxes that do not exist, and boxes without samples.
func (tr *traits) check(t *testing.T, c axon.Component) []ends.End {
	t.Helper()
	list, _, err := axon.Ends(ends.ForTests{}, c)
	if err != nil {
		t.Fatal(err)
	}
	var inboxes []string
	for _, e := range list {
		if !e.In || e.Control {
			continue
		}
		inboxes = append(inboxes, e.Name)
		switch have, ok := tr.types[e.Name]; {
		case ok && have != e.Type:
			t.Fatalf("axontest: %s of %T takes %v; the samples are %v", e.Name, c, e.Type, have)
		case ok:
		case slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Interface, reflect.Func, reflect.Map, reflect.Chan}, e.Type.Kind()):
			t.Fatalf("axontest: %s of %T takes %v: Conform needs samples, see Feed", e.Name, c, e.Type)
		default:
			zero := reflect.Zero(e.Type).Interface()
			tr.samples[e.Name] = func() []any { return []any{zero} }
		}
	}
	for name := range tr.types {
		if !slices.Contains(inboxes, name) {
			t.Fatalf("axontest: %T has no inbox %q; there are %s", c, name, strings.Join(inboxes, ", "))
		}
	}
	return list
}

// aCase is one way to bring a component into a state, and then to an end.
type aCase struct {
	behaviour Behaviour
	name      string
	fed       bool              // samples come, again and again
	held      func(string) bool // outboxes from which nothing is taken
	bare      bool              // optional boxes are not linked
	end       func(h *Harness)
}

func all(string) bool  { return true }
func none(string) bool { return false }

// cases lists what is to be tried with a component that has these boxes.
func cases(list []ends.End) []aCase {
	finish := func(h *Harness) { h.Settle(); h.Finish() }
	finishBlocked := func(h *Harness) { h.Settle(); h.Finish(); h.Settle(); h.free() }
	shutdown := func(h *Harness) { h.Settle(); h.Shutdown() }
	cc := []aCase{
		{EndsOnFinish, "at once", false, none, false, func(h *Harness) { h.Finish() }},
		{EndsOnFinish, "idle", false, none, false, finish},
		{EndsOnFinish, "idle, optional boxes unlinked", false, none, true, finish},
		{EndsOnFinish, "working", true, none, false, func(h *Harness) { h.Finish() }},
		{EndsOnFinish, "after work", true, none, false, finish},
		{EndsOnFinish, "after work, optional boxes unlinked", true, none, true, finish},
		{EndsOnFinish, "blocked, then read", true, all, false, finishBlocked},
		{EndsOnShutdown, "at once", false, none, false, (*Harness).Shutdown},
		{EndsOnShutdown, "idle", false, none, false, shutdown},
		{EndsOnShutdown, "idle, optional boxes unlinked", false, none, true, shutdown},
		{EndsOnShutdown, "working", true, none, false, (*Harness).Shutdown},
		{EndsOnShutdown, "after work", true, none, false, shutdown},
		{EndsOnShutdown, "blocked", true, all, false, shutdown},
		{EndsOnShutdown, "blocked, after a finish", true, all, false, func(h *Harness) {
			h.Settle()
			h.Finish()
			h.Settle()
			h.Shutdown()
		}},
	}
	for _, e := range list {
		if e.In {
			continue
		}
		gone := func(h *Harness) {
			h.Settle()
			if x := h.named(e.Name); x != nil {
				h.leave(x)
			}
			h.Settle()
			if stuck := "blocked sending " + e.Name; !h.stops(stuck) {
				h.t.Errorf("axontest: %T is %s, though the receiver has gone", h.unit, stuck)
			}
			h.Finish()
		}
		one := func(name string) bool { return name == e.Name }
		cc = append(cc,
			aCase{EndsWithoutReceiver, e.Name + " from the start", false, none, false, gone},
			aCase{EndsWithoutReceiver, e.Name + " after work", true, none, false, gone},
			aCase{EndsWithoutReceiver, e.Name + " blocked", true, one, false, gone})
	}
	return cc
}

// rounds is how often the samples are sent: enough to fill all boxes and more.
const rounds = 3*axon.DefaultSize + 2

func (tr *traits) run(t *testing.T, c axon.Component, cs aCase) {
	h := Run(t, c, func(conf *config) {
		conf.begun = func(h *Harness) {
			h.conforms = true
			for _, e := range h.ends {
				switch {
				case !e.In:
					e.most = 20 * rounds // a source that never rests would fill the memory
				case cs.fed:
					e.samples, e.rounds = tr.samples[e.Name], rounds
				}
			}
		}
		conf.hold = func(e *ends.End) bool { return cs.held(e.Name) }
		if cs.bare {
			conf.leave = func(e *ends.End) bool { return e.Optional }
		}
	})
	cs.end(h)
	for _, e := range h.ends {
		close(e.enough)
	}
	if err := h.Wait(); err != nil {
		t.Errorf("axontest: Main failed: %v", err)
	}
	if left := h.leftovers(); len(left) > 0 {
		t.Errorf("axontest: %T has returned from Main and left goroutines:\n%s", c, strings.Join(left, "\n"))
	}
}

// stops reports whether the component stops doing something. It gets some seconds:
// on a machine at work a goroutine that may go on does not always do so at once.
func (h *Harness) stops(doing string) bool {
	for deadline := time.Now().Add(5 * time.Second); h.Info().Doing == doing; runtime.Gosched() {
		if inBubble() || time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// leftovers lists the goroutines of a component that has ended. They get a
// moment, since one may have said that it is done just before it is.
func (h *Harness) leftovers() (left []string) {
	for deadline := time.Now().Add(5 * time.Second); ; {
		if inBubble() {
			synctest.Wait()
			return h.goroutines()
		}
		left = h.goroutines()
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		runtime.Gosched()
	}
}

// free lets all collectors take what they can get.
func (h *Harness) free() {
	for _, e := range h.ends {
		e.release()
	}
}

// named finds the other side of a box by its name, nil if it is not linked.
func (h *Harness) named(box string) *end {
	for _, e := range h.ends {
		if e.Name == box {
			return e
		}
	}
	return nil
}
