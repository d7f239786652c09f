package axon

import (
	"errors"
	"runtime/debug"
)

// retireAside ends a part from a goroutine that must not be held up: Leave may
// wait, and so runs in a goroutine of its own.
func (p *part) retireAside() {
	_, leaves := p.Component.(Leaver)
	leaves = leaves || graphOf(p.Component) != nil // one of its parts may
	if !leaves || !p.ran.Load() {
		p.retire()
		return
	}
	p.leaving = true
	p.run().sys.crew.run(p)
}

// retire ends the part for good, once the graphs that it started have ended. Those of
// its outboxes that lead to them finish before: there will be no more by them, and the
// graphs may wait for that.
func (p *part) retire() {
	p.mu.Lock()
	p.retired = true
	waits := len(p.children) > 0
	p.mu.Unlock()
	if !waits {
		p.end()
		return
	}
	for _, b := range p.boxes {
		if !b.boxOptions.signal && b.mine() {
			b.finishBelow(p)
		}
	}
}

// hasStarted reports whether another part is in a graph that the part has started, or
// in one that was started there.
func (p *part) hasStarted(other *part) bool {
	for r := other.run(); r != nil && r.parent != nil; r = r.parent.run() {
		if r.parent == p {
			return true
		}
	}
	return false
}

// end finishes the outboxes, turns senders away and tells the graph. When the
// graph is being ended by a failure, and may be run again, the boxes stay.
func (p *part) end() {
	if p.state.Swap(int32(Done)) == int32(Done) {
		return
	}
	defer p.ended() // also when Leave ends the goroutine, by runtime.Goexit
	if p.stopped() && p.run().suspended() {
		p.mu.Lock()
		p.kept = true
		p.mu.Unlock()
	} else {
		p.letGo()
	}
}

// ended makes it known that the part has ended.
func (p *part) ended() {
	p.run().sys.publish(Event{Kind: PartEnded, Graph: p.graph.Name, Part: p.address()})
	p.run().sys.discharge(p)
	p.run().partEnded()
}

// leave lets the component see to what is left. A panic there is made known, and
// changes nothing else.
func (p *part) leave() {
	l, ok := p.Component.(Leaver)
	if !ok || !p.ran.Load() || p.forsaken.Load() {
		return
	}
	for _, b := range p.boxes {
		if in := b.inboxNow(); in != nil && !b.boxOptions.control && b.mine() {
			in.finishNow()
		}
	}
	returned := false
	defer func() {
		switch r := recover(); {
		case r != nil:
			p.announce(&Fault{Panic: r, Stack: debug.Stack()}, StopPart)
		case !returned:
			p.announce(&Fault{Err: errors.New("runtime.Goexit was called by Leave")}, StopPart)
		}
	}()
	l.Leave(p.ctx.Load())
	returned = true
}

// letGo gives the parts' boxes up, one part after the other.
func letGo(parts []*part) {
	if len(parts) > 0 {
		defer letGo(parts[1:])
		parts[0].letGo()
	}
}

// letGo lets the component see to what is left, and gives the part's boxes up,
// once: a part of a part may have ended long before that one.
func (p *part) letGo() {
	if p.gone.Swap(true) {
		return
	}
	defer p.giveUp() // also when Leave ends the goroutine, by runtime.Goexit
	p.leave()
}

// giveUp gives the part's boxes up, and those of its parts if it is a graph.
func (p *part) giveUp() {
	left := 0
	for _, b := range p.boxes {
		if !b.boxOptions.signal {
			left += b.retire()
		}
	}
	p.mu.Lock()
	holds := p.holds
	p.holds = nil
	p.mu.Unlock()
	for _, in := range holds {
		in.unhold()
	}
	defer p.tell(left)
	if sub := graphOf(p.Component); sub != nil {
		letGo(sub.parts) // those that never ran, or were kept
	}
}

// tell sends the part's Signal and makes known how many messages were left.
func (p *part) tell(left int) {
	for _, b := range p.boxes {
		signal, _ := b.box.(*Outbox[Signal])
		if !b.boxOptions.signal || signal == nil || !signal.mine() {
			continue
		}
		if signal.Linked() {
			// The other end is as a rule served by the runtime and never full.
			_ = signal.TrySend(p.report())
		}
		signal.retire()
	}
	if left > 0 {
		p.run().sys.publish(Event{Kind: MessagesLost, Graph: p.graph.Name, Part: p.address(), Count: left})
	}
}

// report is the signal with which the part ends.
func (p *part) report() Signal {
	p.mu.Lock()
	defer p.mu.Unlock()
	if told := p.told(); told.Kind != 0 {
		return told
	}
	return Signal{Kind: Finish, From: p.address()}
}
