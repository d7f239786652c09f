package axon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Running is a graph that was started.
type Running struct {
	ctx    context.Context
	graph  *Graph
	sys    *System
	parent *part // the part that started it, or nil
	light  bool  // its parts have no actors of their own
	began  time.Time
	number uint64 // of all graphs that sys has run

	left atomic.Int32 // parts that have not ended
	done chan struct{}

	mu      sync.Mutex
	ended   bool
	stopped bool
	cause   error
	failure error // the fault that ended the graph
	grace   *time.Timer
	unhook  func() bool // from the context
}

// newRunning makes a run of a graph, whose parts' contexts get their values and
// deadline from ctx.
func newRunning(ctx context.Context, sys *System, g *Graph, parent *part) *Running {
	r := &Running{ctx: ctx, graph: g, sys: sys, parent: parent, began: time.Now(), number: sys.count.Add(1), done: make(chan struct{})}
	g.run = r
	n := int32(0)
	for _, p := range g.parts {
		p.running.Store(r)
		p.reset(ctx)
		if p.is(New) {
			n++
		}
	}
	r.left.Store(n)
	return r
}

// reset makes a part ready for its first run, or for the next one of a nested
// graph that failed.
func (p *part) reset(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.kept {
		p.first.parent = ctx
		return
	}
	p.kept, p.retired = false, false
	r := p.record()
	r.failures = nil
	if r.retell = r.told.Kind == Finish; !r.retell {
		r.told = Signal{}
	}
	p.ctx.Store(&partContext{part: p, parent: ctx})
	p.stopping.Store(false)
	for _, b := range p.boxes {
		b.again()
	}
	p.state.Store(int32(New))
}

// retold returns what the part was told before it failed.
func (p *part) retold() (Signal, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.past == nil {
		return Signal{}, false
	}
	return p.past.told, p.past.retell
}

// start starts the parts. Unless ctx is the context of the part that started the
// graph, which stops it in any case, the graph stops with it.
func (r *Running) start() {
	if r.parent == nil || r.ctx != context.Context(r.parent.ctx.Load()) {
		unhook := context.AfterFunc(r.ctx, func() { r.stop(context.Cause(r.ctx)) })
		r.mu.Lock()
		r.unhook = unhook
		r.mu.Unlock()
	}
	r.sys.publish(Event{Kind: GraphStarted, Graph: r.graph.Name})
	if r.left.Load() == 0 {
		r.end()
		return
	}
	for _, p := range r.graph.parts {
		if p.is(New) {
			r.sys.adopt(p)
			p.start()
			if told, again := p.retold(); again {
				p.control(told)
			}
		}
	}
}

// Graph returns the graph.
func (r *Running) Graph() *Graph { return r.graph }

// Done is closed when every part has ended.
func (r *Running) Done() <-chan struct{} { return r.done }

// Wait returns when every part has ended, or when ctx has. It returns the
// failure or the cause that ended the graph, or nil if it came to its own end.
func (r *Running) Wait(ctx context.Context) error {
	select {
	case <-r.done:
		return r.err()
	case <-ctx.Done():
	}
	select {
	case <-r.done: // both: the graph's end counts
		return r.err()
	default:
		return context.Cause(ctx)
	}
}

func (r *Running) wait() error {
	<-r.done
	return r.err()
}

func (r *Running) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure != nil {
		return r.failure
	}
	return r.cause
}

// Finish asks the graph to come to an orderly end: its sources are told to
// finish, and the others follow when they have dealt with what is under way.
func (r *Running) Finish() { r.control(Signal{Kind: Finish}) }

// Stop shuts the graph down: the contexts of all parts end now.
func (r *Running) Stop(cause error) { r.stop(cause) }

func (r *Running) control(s Signal) { r.graph.control(r.sys, s, nil) }

// Tell gives a signal to one part of the graph, as its Control box would, also if
// that is linked to something else.
func (r *Running) Tell(c Component, s Signal) error {
	for _, p := range r.graph.parts {
		if p.Component == c {
			p.control(s)
			return nil
		}
	}
	return fmt.Errorf("axon: graph %q has no part that runs this %T", r.graph.Name, c)
}

// Traffic counts the messages that have come into the graph from outside and that
// have left it. When it is the same twice, none has passed meanwhile.
func (r *Running) Traffic() (n uint64) {
	r.graph.walk(func(p *part) {
		for _, b := range p.boxes {
			if b.mine() && !b.boxOptions.control && !b.boxOptions.signal {
				n += b.traffic(r.graph)
			}
		}
	})
	return n
}

// control gives a finish to the parts that it would not reach by itself: those
// that get nothing from another part of the graph, and whose Control box nobody
// feeds. It travels on from these behind the last message, and so overtakes none.
//
// In a ring of parts that nothing else feeds, the first one is told.
//
// What the starter feeds, if there is one, finishes with it: it may have messages for
// the graph that came to it before the signal.
func (g *Graph) control(sys *System, s Signal, starter *part) {
	sys.withdraw(g)
	feeds := g.feeds()
	fed, reached := map[*part]bool{}, map[*part]bool{}
	for p, to := range feeds {
		for _, q := range to {
			fed[q] = fed[q] || p != q && !p.is(Done)
		}
	}
	var reach func(p *part)
	reach = func(p *part) {
		if !reached[p] {
			reached[p] = true
			for _, q := range feeds[p] {
				reach(q)
			}
		}
	}
	if starter != nil {
		starter.feeds(func(to *part) {
			if p := to.within(g); p != nil {
				fed[p] = true
				reach(p)
			}
		})
	}
	for _, p := range g.parts {
		if !fed[p] {
			reach(p)
			if !p.controlFed() {
				p.control(s)
			}
		}
	}
	for _, p := range g.parts {
		if !reached[p] { // only rings are left, and what they feed
			reach(p)
			p.control(s)
		}
	}
}

// feeds tells for each part of the graph which others it feeds: by a link, or by
// holding an inbox open for what it starts. A part of a part counts as that part.
func (g *Graph) feeds() map[*part][]*part {
	feeds := map[*part][]*part{}
	add := func(from, to *part) {
		if from, to = from.within(g), to.within(g); to != nil {
			feeds[from] = append(feeds[from], to)
		}
	}
	g.walk(func(p *part) {
		p.feeds(func(to *part) { add(p, to) })
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, in := range p.holds {
			add(p, in.part())
		}
	})
	return feeds
}

// feeds calls f with each part that an outbox of the part leads to, by a link that
// carries data.
func (p *part) feeds(f func(to *part)) {
	for _, b := range p.boxes {
		if b.inbound() || !b.mine() {
			continue
		}
		if to := b.info().to; to != nil && to.part() != nil && !to.part().options(to).control {
			f(to.part())
		}
	}
}

// within returns the part of g that p is, or is within, or nil.
func (p *part) within(g *Graph) *part {
	for ; p != nil; p = p.graph.owner {
		if p.graph == g {
			return p
		}
	}
	return nil
}

// controlFed reports whether the part's Control box is linked.
func (p *part) controlFed() bool {
	for _, b := range p.boxes {
		if b.boxOptions.control {
			return b.mine() && b.info().feeds > 0
		}
	}
	return false
}

// fail ends the graph because of a failure of one of its parts.
func (r *Running) fail(err error) {
	r.mu.Lock()
	if r.failure == nil && !r.stopped {
		r.failure = err
	}
	r.mu.Unlock()
	r.stop(err)
}

// suspended reports whether the graph ends by a failure and is a part of another
// graph, whose policy may run it again: its boxes are kept until that is known.
func (r *Running) suspended() bool {
	if r.parent == nil || graphOf(r.parent.Component) != r.graph {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failure != nil
}

func (r *Running) stop(cause error) {
	if cause == nil {
		cause = ErrShutdown
	}
	r.mu.Lock()
	if r.stopped || r.ended {
		r.mu.Unlock()
		return
	}
	r.stopped, r.cause = true, cause
	if r.parent == nil {
		r.grace = time.AfterFunc(r.sys.grace(), r.abandon)
	}
	r.mu.Unlock()
	r.mark(cause)
	for _, p := range r.graph.parts {
		p.stop(cause)
	}
}

// mark lets all parts know that they are shut down, before any of them is woken
// to end: its end would be taken for a finish by those it sends to.
func (r *Running) mark(cause error) {
	for _, p := range r.graph.parts {
		p.ctx.Load().mark(cause)
		p.stopping.Store(true)
		p.mu.Lock()
		children := p.childList()
		p.mu.Unlock()
		for _, c := range children {
			c.mark(cause)
		}
	}
}

// abandon gives up on parts that do not heed their context: Go can not kill a
// goroutine, but the others need not wait for it. Those that waited for such a
// part have another term then.
func (r *Running) abandon() {
	stuck := r.stuck(nil)
	names := make([]string, len(stuck))
	for i, p := range stuck {
		names[i] = p.address()
	}
	r.mu.Lock()
	if len(stuck) > 0 {
		r.failure = errors.Join(r.failure, fmt.Errorf("axon: graph %q: parts that did not return %v after a shutdown: %s",
			r.graph.Name, r.sys.grace(), strings.Join(names, ", ")))
	}
	if !r.ended {
		r.grace.Reset(r.sys.grace())
	}
	r.mu.Unlock()
	for _, p := range stuck {
		r.sys.publish(Event{Kind: PartAbandoned, Graph: p.graph.Name, Part: p.address()})
		p.forsaken.Store(true)
		p.end()
	}
}

// stuck lists the parts that have not returned from Main, and do not wait for
// graphs of their own.
func (r *Running) stuck(list []*part) []*part {
	for _, p := range r.graph.parts {
		if p.is(Done) {
			continue
		}
		p.mu.Lock()
		retired, children := p.retired, p.childList()
		p.mu.Unlock()
		for _, c := range children {
			list = c.stuck(list)
		}
		if !retired && len(children) == 0 {
			list = append(list, p)
		}
	}
	return list
}

func (r *Running) partEnded() {
	if r.left.Add(-1) == 0 {
		r.end()
	}
}

func (r *Running) end() {
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return
	}
	r.ended = true
	if r.grace != nil {
		r.grace.Stop()
	}
	if r.unhook != nil {
		r.unhook()
	}
	err := r.failure
	r.mu.Unlock()
	if r.graph.onEnd != nil {
		r.graph.onEnd(err)
	}
	r.sys.publish(Event{Kind: GraphEnded, Graph: r.graph.Name, Err: err})
	close(r.done)
	if r.parent != nil {
		r.parent.childEnded(r)
	} else {
		r.sys.ended(r)
	}
}
