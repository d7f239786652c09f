package axon

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

// State is what a part is doing.
type State int32

// The states of a part.
const (
	New        State = iota // its graph does not run yet
	Asleep                  // lazy: it starts with its first message
	Active                  // Main is running
	Restarting              // Main failed and will be run again
	Done                    // it has ended
)

// String names the state in lower case.
func (s State) String() string {
	return [...]string{"new", "asleep", "active", "restarting", "done"}[s]
}

// part is a Part in a built graph.
type part struct {
	Part
	graph *Graph
	boxes []namedBox

	mark     uint8 // of the builder
	state    atomic.Int32
	stopping atomic.Bool
	ran      atomic.Bool // Main was called
	leaving  bool        // Main will not be run again: what is left is to be seen to
	forsaken atomic.Bool // given up while Main was running
	gone     atomic.Bool // its boxes were given up
	resting  bool        // Main's goroutine was told to rest; its own
	ctx      atomic.Pointer[partContext]
	first    partContext             // of the first run of Main; ctx points to it
	running  atomic.Pointer[Running] // the graph's run; a nested graph that failed has another

	mu       sync.Mutex
	holds    []inboxOps        // inboxes that stay open until the part has ended
	children map[*Running]bool // graphs started from Main
	retired  bool              // Main has returned for good
	kept     bool              // ended, with its boxes kept for another run
	past     *record           // made when there is something to be noted
}

// A record is what befell a part that was told to end, has failed, or is
// long-lived. Most parts of most connections have none.
type record struct {
	told     Signal // the control signal that came first
	retell   bool   // it came in an earlier run
	restarts int
	failures []time.Time // within the policy's window; owned by the supervisor
	lastErr  error
	resumes  bool        // a restart is due
	pause    *time.Timer // before a restart
	actor    string      // name of its actor, "" if it has none
}

// record returns the part's record. The caller holds p.mu.
func (p *part) record() *record {
	if p.past == nil {
		p.past = &record{}
	}
	return p.past
}

// told returns the control signal that came first. The caller holds p.mu.
func (p *part) told() Signal {
	if p.past == nil {
		return Signal{}
	}
	return p.past.told
}

// run returns the run of the part's graph, nil before there is one.
func (p *part) run() *Running { return p.running.Load() }

func (p *part) address() string {
	if p.graph.owner == nil {
		return p.Name
	}
	return p.graph.owner.address() + "/" + p.Name
}

func (p *part) boxName(b box) string {
	for _, x := range p.boxes {
		if x.box == b {
			return x.name
		}
	}
	return "?"
}

func (p *part) options(b box) *boxOptions {
	for _, x := range p.boxes {
		if x.box == b {
			return x.boxOptions
		}
	}
	return &boxOptions{}
}

func (p *part) find(name string) (box, error) {
	b, err := boxOf(p.Component, name)
	if err != nil {
		names := make([]string, len(p.boxes))
		for i, x := range p.boxes {
			names[i] = x.name
		}
		return nil, fmt.Errorf("part %s has no box %q%s", p.address(), name, nearest(name, names))
	}
	return b, nil
}

// stopped reports whether the part was shut down. Its stopping follows a little
// later than that, for those who can not take a lock.
func (p *part) stopped() bool { return p.ctx.Load().Err() != nil }

func (p *part) is(s State) bool { return State(p.state.Load()) == s }

// start runs Main in a goroutine, or lets the part sleep until a message comes.
func (p *part) start() {
	if p.Lazy || p.Rest {
		if p.state.CompareAndSwap(int32(New), int32(Asleep)) {
			p.stir()
		}
		return
	}
	p.state.Store(int32(Active))
	p.run().sys.crew.run(p)
}

// mayRest reports whether the part's goroutine is to be let go now that there is
// no message, and notes that it was told so.
func (p *part) mayRest() bool {
	p.resting = p.run().sys.crowded()
	return p.resting
}

// rest lets the part sleep. Its goroutine is about to end.
func (p *part) rest() {
	for _, b := range p.boxes {
		b.asleep()
	}
	p.state.Store(int32(Asleep))
	p.stir()
}

// stir wakes a part that has fallen asleep beside a message, or an end, that came
// at that moment.
func (p *part) stir() {
	for _, b := range p.boxes {
		if in := b.inboxNow(); in != nil && b.mine() && b.info().depth > 0 {
			p.wake()
			return
		}
	}
	p.wakeToEnd()
	if p.stopping.Load() {
		p.endUnrun()
	}
}

// wake starts a part that sleeps, because a message has come.
func (p *part) wake() {
	if p.state.CompareAndSwap(int32(Asleep), int32(Active)) {
		for _, b := range p.boxes {
			b.awake()
		}
		p.run().sys.crew.run(p)
	}
}

// wakeToEnd deals with the end of all inboxes of a part that sleeps: a lazy one
// that has never run just ends.
func (p *part) wakeToEnd() {
	if p == nil || !p.is(Asleep) {
		return
	}
	waits := false
	for _, b := range p.boxes {
		in := b.inboxNow()
		if in == nil || !b.mine() || b.boxOptions.control || b.optional && !b.linked() {
			continue
		}
		waits = true
		if !in.isClosed() && !in.fedBack() {
			return
		}
		if b.info().depth > 0 { // finished, but not empty: there is work
			p.wake()
			return
		}
	}
	switch {
	case p.Lazy && !p.ran.Load():
		p.endUnrun()
	case waits:
		p.wake()
	}
}

// endUnrun ends a part whose Main does not run: a lazy one that sleeps, or one
// that waits for its restart.
func (p *part) endUnrun() {
	p.mu.Lock()
	if p.past != nil && p.past.pause != nil {
		p.past.pause.Stop()
	}
	p.mu.Unlock()
	if p.state.CompareAndSwap(int32(Asleep), int32(Active)) || p.state.CompareAndSwap(int32(Restarting), int32(Active)) {
		p.retireAside()
	}
}

// main runs the component's Main once and deals with its end.
func (p *part) main() {
	pprof.SetGoroutineLabels(p.run().sys.labels(p))
	if p.leaving {
		p.retire()
		return
	}
	if !p.ran.Swap(true) {
		p.run().sys.publish(Event{Kind: PartStarted, Graph: p.graph.Name, Part: p.address()})
	}
	p.resting = false
	if p.Rest {
		p.run().sys.awake.Add(1)
	}
	var f *Fault
	defer func() { // also when Main ends the goroutine, by runtime.Goexit
		if p.Rest {
			p.run().sys.awake.Add(-1)
		}
		switch {
		case f != nil:
			p.run().sys.report(p, f)
		case p.resting && !p.stopping.Load():
			p.rest()
		default:
			p.retire()
		}
	}()
	p.call(&f)
}

// call runs Main and turns every kind of failure into a Fault. Whatever Main
// returns after it was stopped is no failure.
func (p *part) call(fault **Fault) {
	returned := false
	var err error
	defer func() {
		var f *Fault
		switch r := recover(); {
		case r != nil:
			f = &Fault{Panic: r, Stack: debug.Stack()}
		case !returned:
			f = &Fault{Err: errGoexit}
		case err == nil || errors.Is(err, ErrGone) || errors.Is(err, ErrFinished) || errors.Is(err, ErrRest):
			return
		default:
			f = &Fault{Err: err}
		}
		if p.stopped() && f.Panic == nil {
			return
		}
		f.Graph, f.Part, f.part, f.Time = p.graph.Name, p.address(), p, time.Now()
		*fault = f
		p.count() // before anybody hears of what Lost makes of it
		p.lost(f)
	}()
	err = p.Component.Main(p.ctx.Load())
	returned = true
}

var errGoexit = errors.New("Main called runtime.Goexit")

// lost lets the component make something of the message in hand.
func (p *part) lost(f *Fault) {
	l, ok := p.Component.(Loser)
	if !ok {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			f.Err = errors.Join(f.Err, fmt.Errorf("and Lost panicked: %v", r))
		}
	}()
	l.Lost(p.ctx.Load(), f)
	for _, b := range p.boxes {
		b.settled() // neither a Leave, nor a fault before the next message, is to see to it again
	}
}

// controlled takes what came in by a Control box that the runtime serves.
func (p *part) controlled(m any) {
	if s, ok := m.(Signal); ok {
		p.control(s)
	}
}

// control makes the part end in the way that a signal asks for.
func (p *part) control(s Signal) {
	p.mu.Lock()
	if told := p.told(); told.Kind == 0 || s.Kind == Shutdown && told.Kind == Finish {
		p.record().told = s
	}
	children := p.childList()
	p.mu.Unlock()
	if s.Kind == Shutdown {
		p.stop(reason(s))
		return
	}
	sub := graphOf(p.Component)
	for _, r := range children {
		if r.graph != sub {
			r.graph.control(r.sys, s, p)
		}
	}
	if sub != nil {
		sub.control(p.run().sys, s, nil)
		return
	}
	if f, ok := p.Component.(Finisher); ok {
		p.guard(f.Finish)
		return
	}
	p.finish()
}

// finishes reports whether the part was told to finish, and its inboxes have to.
func (p *part) finishes() bool {
	if _, own := p.Component.(Finisher); own || graphOf(p.Component) != nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told().Kind == Finish
}

// finish lets all inboxes finish. A part without inboxes has nothing to drain.
func (p *part) finish() {
	inboxes := 0
	for _, b := range p.boxes {
		if in := b.inboxNow(); in != nil && !b.boxOptions.control && b.mine() {
			inboxes++
			in.finishNow()
		}
	}
	if inboxes == 0 {
		p.stop(ErrFinished)
	}
}

// guard calls a method of the component in another goroutine than Main's: a panic
// there is the part's failure, not the caller's.
func (p *part) guard(f func()) {
	defer func() {
		if r := recover(); r != nil {
			f := &Fault{Panic: r, Stack: debug.Stack()}
			p.announce(f, Escalate)
			p.run().fail(f)
		}
	}()
	f()
}

// announce makes a failure known that no policy is asked about.
func (p *part) announce(f *Fault, v Verdict) {
	f.Graph, f.Part, f.part, f.Time = p.graph.Name, p.address(), p, time.Now()
	p.count()
	p.mu.Lock()
	p.record().lastErr = f
	p.mu.Unlock()
	p.run().sys.publish(Event{Kind: PartFailed, Graph: f.Graph, Part: f.Part, Err: f, Verdict: v})
}

// count counts a failure, in all graphs that the part is in.
func (p *part) count() {
	for q := p; q != nil; q = q.graph.owner {
		q.graph.faults.Add(1)
	}
}

func reason(s Signal) error {
	if s.Reason != nil {
		return s.Reason
	}
	return ErrShutdown
}

// stop ends the part's context, and the graphs that it runs.
func (p *part) stop(cause error) {
	if !p.ctx.Load().stop(cause) {
		return
	}
	p.stopping.Store(true)
	for _, b := range p.boxes {
		if !b.boxOptions.signal { // it is still to tell of the end
			b.shutdown()
		}
	}
	if i, ok := p.Component.(Interrupter); ok {
		p.guard(i.Interrupt)
	}
	p.mu.Lock()
	children := p.childList()
	p.mu.Unlock()
	for _, r := range children {
		r.stop(cause)
	}
	p.endUnrun()
}

func (p *part) cause() error {
	ctx := p.ctx.Load()
	ctx.mu.Lock()
	defer ctx.mu.Unlock()
	if ctx.err == nil {
		return ErrShutdown
	}
	return ctx.err.cause
}

// keepOpen lets the part hold an inbox open until it has ended. It reports whether
// the part has not ended yet.
func (p *part) keepOpen(in inboxOps) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.is(Done) && !p.kept {
		return false
	}
	in.hold()
	p.holds = append(p.holds, in)
	return true
}

func (p *part) childList() []*Running {
	if len(p.children) == 0 {
		return nil
	}
	list := make([]*Running, 0, len(p.children))
	for r := range p.children {
		list = append(list, r)
	}
	return list
}

// spawn starts a graph that belongs to the part.
func (p *part) spawn(ctx context.Context, g *Graph) (*Running, error) {
	if err := g.Build(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	if g.owner != p && (g.owner != nil || g.run != nil) {
		g.mu.Unlock()
		return nil, fmt.Errorf("axon: graph %q has been run already, or is a part: a graph runs once", g.Name)
	}
	r := newRunning(ctx, p.run().sys, g, p)
	g.mu.Unlock()
	if sub := graphOf(p.Component); sub == g {
		r.light = p.run().light // a nested graph is as long-lived as the outer one
	} else {
		r.light = true
	}
	p.mu.Lock()
	if p.retired && len(p.children) == 0 {
		p.mu.Unlock()
		return nil, fmt.Errorf("axon: %s has returned and can start no graph", p.address())
	}
	if p.children == nil {
		p.children = map[*Running]bool{}
	}
	p.children[r] = true
	told := p.told()
	p.mu.Unlock()
	if p.stopping.Load() {
		r.mark(p.cause())
	}
	r.start()
	switch {
	case p.stopping.Load():
		r.stop(p.cause())
	case told.Kind == Finish && graphOf(p.Component) != g:
		g.control(r.sys, told, p) // the part was told before it had this child
	}
	return r, nil
}

// childEnded is called when a graph that the part started has ended.
func (p *part) childEnded(r *Running) {
	p.mu.Lock()
	delete(p.children, r)
	last := p.retired && len(p.children) == 0
	p.mu.Unlock()
	if last {
		p.retireAside()
	}
}
