package axontest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/internal/ends"
)

// Unit is the name of the part that the component under test is.
const Unit = "UNIT"

// A Harness is a component that runs, with a feeder or a collector at each box.
// Its methods, and the functions that take it, are for the test's goroutine.
type Harness struct {
	t    testing.TB
	unit axon.Component
	ends []*end
	ctl  *controller

	conforms bool // it is run by Conform

	running *axon.Running
	stop    context.CancelCauseFunc
	ended   chan struct{} // the component has ended
	over    chan struct{} // so has the graph around it

	mu       sync.Mutex
	fault    error
	lost     int
	restarts int
}

// An Option changes how a component is run.
type Option func(*config)

type config struct {
	policy axon.Policy
	held   []any
	left   []any
	lazy   bool

	// What Conform wants:
	leave func(*ends.End) bool // boxes not to link
	hold  func(*ends.End) bool // outboxes to hold
	begun func(*Harness)       // before the graph is started
}

// Hold lets nothing be taken from an outbox of the component but what Recv asks
// for: after one message, which waits in the link, its sender is blocked.
func Hold[T any](out *axon.Outbox[T]) Option {
	return func(c *config) { c.held = append(c.held, out) }
}

// Unlinked leaves a box, given as &c.Box, without a link.
func Unlinked(box any) Option {
	return func(c *config) { c.left = append(c.left, box) }
}

// WithPolicy gives the part a policy. Without, its first failure ends it.
func WithPolicy(p axon.Policy) Option {
	return func(c *config) { c.policy = p }
}

// Lazy starts the component with its first message.
func Lazy() Option {
	return func(c *config) { c.lazy = true }
}

// Run starts a component. At the end of the test it is shut down if it has not
// ended, and the test fails if it does not heed that.
func Run(t testing.TB, c axon.Component, opts ...Option) *Harness {
	t.Helper()
	var conf config
	for _, o := range opts {
		o(&conf)
	}
	h := &Harness{t: t, unit: c, ended: make(chan struct{}), over: make(chan struct{})}
	g := h.graph(&conf)
	if conf.begun != nil {
		conf.begun(h)
	}
	h.start(g)
	t.Cleanup(h.close)
	return h
}

// graph puts a feeder or a collector at each box.
func (h *Harness) graph(conf *config) *axon.Graph {
	h.t.Helper()
	list, links, err := axon.Ends(ends.ForTests{}, h.unit)
	if err != nil {
		h.t.Fatal(err)
	}
	g := &axon.Graph{
		Name:   fmt.Sprintf("%s: test of %T", h.t.Name(), h.unit),
		Parts:  axon.Parts{{Name: Unit, Component: h.unit, Policy: conf.policy, Lazy: conf.lazy}},
		Policy: axon.Policy{Then: axon.StopPart},
	}
	if conf.policy == (axon.Policy{}) {
		g.Parts[0].Policy = g.Policy
	}
	for i := range list {
		e := newEnd(list[i])
		if has(conf.left, e.Box) || e.Control || conf.leave != nil && conf.leave(&e.End) {
			continue
		}
		if !has(conf.held, e.Box) && !(conf.hold != nil && conf.hold(&e.End)) {
			e.release()
		}
		if e.In {
			e.Other.Do(e.feed)
		} else {
			e.Other.Do(e.collect)
		}
		h.ends = append(h.ends, e)
		g.Parts = append(g.Parts, axon.Part{Name: e.partName(), Component: e.Other})
		g.Links = append(g.Links, links[i])
	}
	for _, box := range append(conf.held, conf.left...) {
		if !hasBox(list, box) {
			h.t.Fatalf("axontest: %T has no such box: %T", h.unit, box)
		}
	}
	h.ctl = &controller{}
	g.Parts = append(g.Parts, axon.Part{Name: "CONTROL", Component: h.ctl})
	return g
}

func has(boxes []any, box any) bool {
	for _, b := range boxes {
		if b == box {
			return true
		}
	}
	return false
}

func hasBox(list []ends.End, box any) bool {
	for i := range list {
		if list[i].Box == box {
			return true
		}
	}
	return false
}

// partName is the name of the part that is the other side of the box.
func (e *end) partName() string {
	return "END_OF_" + strings.NewReplacer(".", "_", "/", "_", " ", "_").Replace(e.Name)
}

// controller is a part that exists for its outbox.
type controller struct {
	Outbox axon.Outbox[axon.Signal] `axon:"optional"` // leads to the component's Control when it is needed
}

func (c *controller) Main(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// host runs the graph of the test as a child, so that the harness can speak to
// its Running: a spawned graph has no actors, whose threads a bubble of synctest
// would have to wait for.
type host struct {
	h     *Harness
	graph *axon.Graph
	built chan error
}

func (s *host) Main(ctx context.Context) error {
	axon.Mark(ends.ForTests{}, axon.SystemOf(ctx), s.h.mark())
	unwatch := axon.SystemOf(ctx).Watch(s.h.watch)
	defer unwatch()
	r, err := axon.Spawn(ctx, s.graph)
	s.h.running = r
	s.built <- err
	if err == nil {
		<-r.Done()
	}
	return nil
}

func (h *Harness) start(g *axon.Graph) {
	h.t.Helper()
	ctx, stop := context.WithCancelCause(context.Background())
	h.stop = stop
	s := &host{h: h, graph: g, built: make(chan error, 1)}
	outer := &axon.Graph{Name: "axontest", Parts: axon.Parts{{Name: "HOST", Component: s}}}
	go func() {
		defer close(h.over)
		if err := outer.Run(ctx); err != nil && !errors.Is(err, errOver) {
			h.note(err)
		}
	}()
	if err := <-s.built; err != nil {
		stop(errOver)
		<-h.over
		h.t.Fatal(err)
	}
}

var errOver = errors.New("axontest: the test is over")

func (h *Harness) watch(e axon.Event) {
	if e.Part != Unit {
		for _, x := range h.ends {
			if e.Kind == axon.PartEnded && e.Part == x.partName() {
				close(x.done)
			}
		}
		return
	}
	switch e.Kind {
	case axon.PartFailed:
		if e.Verdict != axon.Restart {
			h.note(e.Err)
		}
	case axon.PartRestarted:
		h.mu.Lock()
		h.restarts++
		h.mu.Unlock()
	case axon.MessagesLost:
		h.mu.Lock()
		h.lost += e.Count
		h.mu.Unlock()
	case axon.PartEnded:
		close(h.ended)
	}
}

func (h *Harness) note(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fault == nil {
		h.fault = err
	}
}

// close ends everything when the test is over.
func (h *Harness) close() {
	h.stop(errOver)
	<-h.over
	select {
	case <-h.ended:
	default:
		h.t.Errorf("axontest: %T has not returned from Main after a shutdown\n%s", h.unit, h.state())
	}
}

// Finish ends all senders of the component in order, as the end of a program
// does: its inboxes finish after what they hold. A component that nobody feeds is
// told to finish itself. Given inboxes, as &c.Inbox, only these finish.
func (h *Harness) Finish(inboxes ...any) {
	h.t.Helper()
	if len(inboxes) == 0 {
		h.running.Finish()
		return
	}
	for _, box := range inboxes {
		h.leave(h.end(box, true))
	}
}

// leave lets the other side of a box return, and waits for that.
func (h *Harness) leave(e *end) {
	h.t.Helper()
	e.leave()
	ctx, cancel := h.patience()
	defer cancel()
	select {
	case <-e.done:
	case <-ctx.Done():
		h.t.Fatalf("axontest: the part at %s does not end", e.Name)
	}
}

// Signal sends a signal to the component's Control, past what its inboxes hold.
func (h *Harness) Signal(s axon.Signal) {
	h.t.Helper()
	if !h.ctl.Outbox.Linked() {
		if err := axon.Link(&h.ctl.Outbox, axon.InboxOf[axon.Signal](h.unit, "control")).Make(); err != nil {
			h.t.Fatal(err)
		}
	}
	ctx, cancel := h.patience()
	defer cancel()
	if err := h.ctl.Outbox.Send(ctx, s); err != nil && !errors.Is(err, axon.ErrGone) {
		h.t.Fatalf("axontest: control: %v", err)
	}
}

// Shutdown shuts the component down, and all around it.
func (h *Harness) Shutdown() { h.running.Stop(nil) }

// Wait returns when the component has ended, with the Fault that ended it or nil.
func (h *Harness) Wait() error {
	h.t.Helper()
	ctx, cancel := h.patience()
	defer cancel()
	select {
	case <-h.ended:
	case <-ctx.Done():
		h.t.Fatalf("axontest: %T does not end\n%s", h.unit, h.state())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fault
}

// Ended is closed when the component has ended.
func (h *Harness) Ended() <-chan struct{} { return h.ended }

// Restarts returns how often Main has been run again.
func (h *Harness) Restarts() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.restarts
}

// Left returns how many messages were left in the boxes of the component when it
// had ended.
func (h *Harness) Left() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lost
}

// Info tells what the component is doing.
func (h *Harness) Info() axon.PartInfo { return h.running.Snapshot().Parts[0] }

// mark is a label of the harness's own for its goroutines.
func (h *Harness) mark() string { return fmt.Sprintf("%s %p", h.t.Name(), h) }

// state describes the component for the message of a test that fails.
func (h *Harness) state() string {
	var sb strings.Builder
	_ = h.running.Snapshot().WriteText(&sb)
	for _, g := range h.goroutines() {
		sb.WriteString("\n" + g)
	}
	return sb.String()
}

// end finds the other side of a box.
func (h *Harness) end(box any, in bool) *end {
	h.t.Helper()
	for _, e := range h.ends {
		if e.Box == box {
			if e.In != in {
				h.t.Fatalf("axontest: %s of %T is on the other side", e.Name, h.unit)
			}
			return e
		}
	}
	h.t.Fatalf("axontest: %T has no such box, or it is not linked: %v", h.unit, reflect.TypeOf(box))
	return nil
}

// patience bounds how long the test waits for anything: ten seconds; in a bubble
// of synctest a day of its clock, since there a wait for nothing is found out.
// Conform, which knows of nothing that takes so long, waits two minutes of it.
func (h *Harness) patience() (context.Context, context.CancelFunc) {
	limit := 10 * time.Second
	switch {
	case inBubble() && h.conforms:
		limit = 2 * time.Minute
	case inBubble():
		limit = 24 * time.Hour
	}
	return context.WithTimeout(context.Background(), limit)
}

// inBubble reports whether the clock is that of a bubble of synctest, which
// starts at the first second of 2000.
func inBubble() bool { return time.Now().Before(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)) }
