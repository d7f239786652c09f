package axon

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// An Outbox sends messages of type T to the one inbox it is linked to. It is
// declared as a field of a component; its zero value is ready to be linked. Only
// the component it belongs to sends with it.
type Outbox[T any] struct {
	owner   *part
	end     atomic.Pointer[outEnd[T]]
	dropped atomic.Uint64
	bad     error // the box does not exist: see OutboxOf
}

// Send delivers v. While the inbox is full it waits, and follows the link if
// that is moved meanwhile. It returns ErrGone when the receiving part has
// returned, the cause when ctx has ended or the part is shut down, and ErrFinished
// after the part's own Main has returned; in these cases v was not delivered.
//
// An outbox that may stay unlinked, and is, drops v and counts it. Any other that
// has lost its link waits for a new one.
func (b *Outbox[T]) Send(ctx context.Context, v T) error {
	e := b.end.Load()
	if e == nil {
		return b.drop()
	}
	e.mu.Lock()
	if in := e.to; in != nil && e.flags.Load()|in.flags.Load() == 0 {
		select {
		case in.ch <- v:
			e.sent++
			e.mu.Unlock()
			if in.flags.Load()&inAsleep != 0 {
				in.owner.wake()
			}
			return nil
		default:
		}
	}
	return e.sendSlowly(ctx, b, v)
}

// TrySend delivers v if the inbox has room now, and returns ErrFull if not.
func (b *Outbox[T]) TrySend(v T) error {
	e := b.end.Load()
	if e == nil {
		return b.drop()
	}
	e.mu.Lock()
	var never context.Context // do not wait
	return e.sendSlowly(never, b, v)
}

// drop is a send by an outbox that was never linked.
func (b *Outbox[T]) drop() error {
	if b.owner != nil && b.owner.stopping.Load() {
		return b.owner.cause()
	}
	b.dropped.Add(1)
	return nil
}

// Linked reports whether the outbox leads to an inbox now.
func (b *Outbox[T]) Linked() bool {
	e := b.end.Load()
	if e == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.to != nil
}

// Backlog returns how many messages wait at the other end.
func (b *Outbox[T]) Backlog() int {
	e := b.end.Load()
	if e == nil {
		return 0
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.to == nil {
		return 0
	}
	return len(e.to.ch)
}

// Tap lets f see every message that Send or TrySend is given from now on, just
// before it is offered to the inbox, and so also one that is dropped, or that is
// not delivered in the end: TrySend's to a full inbox, one that a shutdown
// overtakes. It is called in the sender's goroutine: f must be quick, must not
// change the message and must not use the link. A nil f removes the tap.
func (b *Outbox[T]) Tap(f func(T)) {
	e := b.real()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.noted().tap = f
	if f == nil {
		e.flags.And(^outTapped)
	} else {
		e.flags.Or(outTapped)
	}
}

func (b *Outbox[T]) real() *outEnd[T] {
	if e := b.end.Load(); e != nil {
		return e
	}
	e := &outEnd[T]{owner: b.owner}
	if b.owner != nil {
		e.loose = b.owner.options(b).optional
	}
	if b.end.CompareAndSwap(nil, e) {
		return e
	}
	return b.end.Load()
}

// Flags of an outEnd that send a sender the slow way.
const (
	outTapped   uint32 = 1 << iota
	outStopped         // the sending part is shut down
	outFinished        // the sending part has returned
)

// outEnd is the working half of an outbox. Every send holds mu, but not while it
// waits; so whoever holds mu may change to, and nothing is under way meanwhile.
type outEnd[T any] struct {
	mu      sync.Mutex
	to      *inEnd[T]
	flags   atomic.Uint32
	waiting int32 // senders blocked now, the first since
	owner   *part
	sent    uint64
	loose   bool        // drop while unlinked, rather than wait for a link
	back    bool        // the link leads back: see Back
	past    *outPast[T] // made when there is something to be noted
}

// outPast is what has become of an outbox whose sender was blocked, whose link was
// moved, or that is tapped or exposed. Most outboxes have none.
type outPast[T any] struct {
	tap     func(T)
	moved   chan struct{} // closed when to changes; made by a blocked sender
	since   time.Time
	blocked time.Duration // time that senders have been blocked in all
	alias   box           // the outermost box that exposes this one
	former  []*inEnd[T]   // inboxes that the link was moved away from
}

// noted returns the outbox's past. The caller holds mu.
func (e *outEnd[T]) noted() *outPast[T] {
	if e.past == nil {
		e.past = &outPast[T]{}
	}
	return e.past
}

// follow lets blocked senders look where the link leads now. The caller holds mu.
func (e *outEnd[T]) follow() {
	if p := e.past; p != nil && p.moved != nil {
		close(p.moved)
		p.moved = nil
	}
}

// sendSlowly sends with all the questions asked. It is entered with mu locked,
// and leaves it unlocked. A nil ctx means: do not wait.
func (e *outEnd[T]) sendSlowly(ctx context.Context, b *Outbox[T], v T) error {
	defer e.mu.Unlock()
	for tapped := false; ; {
		switch f := e.flags.Load(); {
		case f&outFinished != 0:
			return ErrFinished
		case f&outStopped != 0:
			return e.owner.cause()
		case f&outTapped != 0 && !tapped:
			tapped = true
			e.past.tap(v)
		}
		in := e.to
		switch {
		case in == nil && e.loose:
			b.dropped.Add(1)
			return nil
		case in == nil:
		case in.flags.Load()&inRefused != 0:
			return ErrGone
		case in.flags.Load()&inHooked != 0:
			e.sent++
			e.control(in.owner, v)
			return nil
		case in.offer(v):
			e.delivered(in)
			return nil
		}
		if ctx == nil {
			return ErrFull
		}
		if sent, err := e.block(ctx, in, v); sent || err != nil {
			return err
		}
	}
}

// control hands a signal to the runtime. The caller holds mu, also when Finish
// panics.
func (e *outEnd[T]) control(p *part, v T) {
	e.mu.Unlock()
	defer e.mu.Lock()
	p.controlled(v)
}

func (e *outEnd[T]) delivered(in *inEnd[T]) {
	e.sent++
	if in.flags.Load()&inAsleep != 0 {
		in.owner.wake()
	}
}

// block waits until v is delivered, or something has changed. It is entered and
// left with mu locked, and unlocks it meanwhile.
func (e *outEnd[T]) block(ctx context.Context, in *inEnd[T], v T) (sent bool, err error) {
	var room chan<- T
	var gone <-chan struct{}
	if in != nil {
		in.mu.Lock()
		if in.flags.Load()&inRefused != 0 {
			in.mu.Unlock()
			return false, nil
		}
		in.blocked++ // keeps ch open while we are at it
		if in.gone == nil {
			in.gone = make(chan struct{})
		}
		room, gone = in.ch, in.gone
		in.mu.Unlock()
	}
	past := e.noted()
	if past.moved == nil {
		past.moved = make(chan struct{})
	}
	moved := past.moved
	var stopped <-chan struct{}
	if e.owner != nil && ctx != context.Context(e.owner.ctx.Load()) {
		stopped = e.owner.ctx.Load().Done()
	}
	start := time.Now()
	if e.waiting++; e.waiting == 1 {
		past.since = start
	}
	e.mu.Unlock()

	select {
	case room <- v:
		sent = true
	case <-gone:
	case <-moved:
	case <-stopped:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}

	e.mu.Lock()
	e.waiting--
	past.blocked += time.Since(start)
	if in != nil {
		in.mu.Lock()
		in.blocked--
		in.settleEnd(false)
	}
	if sent {
		e.delivered(in)
	}
	return sent, err
}

// point lets the link lead to another inbox, or nowhere. Senders that wait
// follow it.
func (e *outEnd[T]) point(to *inEnd[T]) error {
	e.mu.Lock()
	if e.flags.Load()&outFinished != 0 {
		e.mu.Unlock()
		return ErrFinished
	}
	if to != nil {
		if err := to.attach(e); err != nil {
			e.mu.Unlock()
			return err
		}
	}
	old := e.to
	e.to = to
	back := -1
	if p := e.past; p != nil {
		if back = slices.Index(p.former, to); back >= 0 {
			p.former = slices.Delete(p.former, back, back+1)
		}
	}
	if old != nil {
		p := e.noted()
		p.former = append(slices.DeleteFunc(p.former, (*inEnd[T]).isClosed), old)
	}
	e.follow()
	e.mu.Unlock()
	if back >= 0 {
		to.returned()
	}
	if old != nil {
		old.detach(e, false)
	}
	return nil
}

// counts reports whether the inbox stays open for this sender's sake.
func (e *outEnd[T]) counts() bool { return !e.back }

// finishBelow finishes the outbox for the graphs that a part, its own, has started.
func (e *outEnd[T]) finishBelow(p *part) {
	below := func(in *inEnd[T]) bool { return in.owner != nil && p.hasStarted(in.owner) }
	e.mu.Lock()
	if e.flags.Load()&outFinished != 0 {
		e.mu.Unlock()
		return
	}
	var former []*inEnd[T]
	if past := e.past; past != nil {
		for _, in := range past.former {
			if below(in) {
				former = append(former, in)
			}
		}
		past.former = slices.DeleteFunc(past.former, below)
	}
	to := e.to
	if to != nil && below(to) {
		e.to = nil
		e.follow()
	} else {
		to = nil
	}
	e.mu.Unlock()
	if to != nil {
		to.detach(e, true)
	}
	for _, in := range former {
		in.forget()
	}
}

// finish is called when the sending part has returned for good.
func (e *outEnd[T]) finish() {
	e.mu.Lock()
	if e.flags.Load()&outFinished != 0 {
		e.mu.Unlock()
		return
	}
	to := e.to // it is kept, for pictures of a graph that has ended
	var former []*inEnd[T]
	if p := e.past; p != nil {
		former, p.former = p.former, nil
	}
	e.flags.Or(outFinished)
	e.follow()
	e.mu.Unlock()
	if to != nil {
		to.detach(e, true)
	}
	for _, in := range former {
		in.forget()
	}
}
