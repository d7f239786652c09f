package axon

import (
	"context"
	"iter"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
)

// DefaultSize is the number of messages an inbox holds unless it says otherwise.
const DefaultSize = 16

// An Inbox receives messages of type T. It is declared as a field of a
// component; its zero value is ready to be linked. Only the component it belongs
// to receives from it, from one goroutine at a time.
//
// An inbox is bounded: a sender waits while it is full. It finishes when its
// last sender has finished and its last message is out.
type Inbox[T any] struct {
	// Size is how many messages wait at most; 0 means the size in the field's
	// tag, or else DefaultSize. It is read when the graph is built.
	Size int

	owner *part
	end   atomic.Pointer[inEnd[T]]
	bad   error // the box does not exist: see InboxOf
}

// Recv takes the next message. It waits for one if there is none, and returns
// ErrFinished when there will be none, or the cause when ctx has ended or the
// part is shut down.
func (b *Inbox[T]) Recv(ctx context.Context) (T, error) {
	e := b.real()
	if e.owner != nil && e.owner.stopping.Load() {
		var none T
		return none, e.owner.cause()
	}
	if own, ok := ctx.(*partContext); (!ok || own.part != e.owner) && ctx.Err() != nil {
		var none T
		return none, context.Cause(ctx)
	}
	if e.grip != empty && e.settle() {
		return e.took(e.hand, true)
	}
	select {
	case v, ok := <-e.ch:
		return e.took(v, ok)
	default:
		return e.wait(ctx)
	}
}

// TryRecv takes the next message if one is waiting, and never waits. Unlike Recv,
// it does so even when the part is shut down. If nothing is waiting but senders are
// left, ok is false and err is nil. When the inbox has finished, err is ErrFinished,
// or in a part that is shut down the cause.
func (b *Inbox[T]) TryRecv() (v T, ok bool, err error) {
	e := b.real()
	if e.grip != empty && e.settle() {
		v, err = e.took(e.hand, true)
		return v, true, err
	}
	select {
	case v, open := <-e.ch:
		v, err = e.took(v, open)
		return v, open, err
	default:
		return v, false, nil
	}
}

// All yields messages until the inbox has finished, ctx has ended or the part is
// shut down. What is left over then stays in the box.
func (b *Inbox[T]) All(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, err := b.Recv(ctx)
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

// C returns the channel behind the inbox, for a select over several things. It
// is closed when the inbox has finished. The select must also wait for the
// context's Done, and once the context has ended what comes from C means
// nothing. A message taken from C is not known to InHand.
func (b *Inbox[T]) C() <-chan T { return b.real().ch }

// Linked reports whether the inbox ever had a way in: an outbox was linked to it,
// or a part holds it open for later links.
func (b *Inbox[T]) Linked() bool { return b.linked() }

// Len returns how many messages wait in the inbox.
func (b *Inbox[T]) Len() int {
	if e := b.end.Load(); e != nil {
		return len(e.ch)
	}
	return 0
}

// InHand returns the message that Recv or All returned last, until the next one is
// asked for. A Loser calls it to find out what was lost; when Lost has returned, no
// message is in hand any more.
func (b *Inbox[T]) InHand() (v T, ok bool) {
	if e := b.end.Load(); e != nil {
		return e.hand, e.grip == taken
	}
	return v, false
}

// real returns the working half of the box, and makes it where the box was not
// linked when its graph was built.
func (b *Inbox[T]) real() *inEnd[T] {
	if e := b.end.Load(); e != nil {
		return e
	}
	opt := &boxOptions{}
	if b.owner != nil {
		opt = b.owner.options(b)
	}
	e := b.make(opt)
	if e.owner != nil && !opt.control && e.owner.finishes() {
		e.finishNow() // the part was told before there was anything to finish
	}
	return e
}

func (b *Inbox[T]) make(opt *boxOptions) *inEnd[T] {
	size := b.Size
	if size <= 0 {
		size = opt.size
	}
	e := &inEnd[T]{owner: b.owner, sized: size > 0}
	if size <= 0 {
		size = DefaultSize
	}
	switch {
	case opt.control:
		e.flags.Store(inHooked)
	default:
		e.ch = make(chan T, size)
		if b.owner != nil && (b.owner.Lazy || b.owner.Rest) {
			e.flags.Store(inAsleep)
		}
	}
	if b.end.CompareAndSwap(nil, e) {
		return e
	}
	return b.end.Load()
}

// Flags of an inEnd that send a sender the slow way.
const (
	inRefused uint32 = 1 << iota // nothing may be sent any more
	inHooked                     // the runtime takes what is sent: Base.Control
	inAsleep                     // the part must be started after a send
	inPoking                     // the receiver is being woken for its shutdown
)

// What an inEnd's hand holds.
type grip uint8

const (
	empty grip = iota
	taken      // the message that Recv gave last
	kept       // one that came when the part was shut down: the next for Recv
)

// inEnd is the working half of an inbox. An inbox of a graph that exposes one of
// its parts' inboxes shares the part's inEnd, so nothing is copied on the way.
//
// The channel is closed here alone, and only when no sender can reach it: feeds
// is empty and no sender is blocked. Lock order: outEnd.mu before inEnd.mu.
type inEnd[T any] struct {
	ch    chan T
	owner *part
	flags atomic.Uint32
	// sleeping is set while the owner waits on ch and nothing else, so that a
	// shutdown knows it has to be woken by a message.
	sleeping atomic.Bool

	hand T // owned by the receiving goroutine, as is grip
	grip grip

	sized     bool  // a size was chosen, not defaulted
	fed       bool  // there has been a sender
	finishing bool  // there will be no more senders
	closed    bool  // ch is
	poked     bool  // the head of ch is no message, but wakes the receiver
	parted    bool  // the part has returned for good
	spare     int8  // 1 if there is a message that was kept
	holds     int32 // of services and parts: they keep the inbox open without a sender
	away      int32 // senders that were moved away, and may come back
	blocked   int32 // senders that wait in ch <- v
	passing   int32 // who waits for senders that were turned away
	left      int32 // messages that nobody took
	mu        sync.Mutex
	feeds     []*outEnd[T]
	one       [1]*outEnd[T] // room for feeds, which are one as a rule
	gone      chan struct{} // closed with inRefused; made by a blocked sender
	alias     box           // the outermost box that exposes this one
}

// settle lets go of the message that was taken last. It reports whether there is
// one that was kept, and is the next.
func (e *inEnd[T]) settle() bool {
	if e.grip == kept {
		e.mu.Lock()
		e.spare = 0
		e.mu.Unlock()
		return true
	}
	var none T
	e.hand, e.grip = none, empty
	return false
}

// over says why there will be no more: in a part that is shut down, the finish of
// its senders was their shutdown.
func (e *inEnd[T]) over() error {
	if e.owner != nil && e.owner.stopping.Load() {
		return e.owner.cause()
	}
	return ErrFinished
}

func (e *inEnd[T]) took(v T, ok bool) (T, error) {
	if !ok {
		return v, e.over()
	}
	e.hand, e.grip = v, taken
	return v, nil
}

// wait blocks for the next message. The usual receiver waits on the channel
// alone, which costs half of a select: a shutdown wakes it with a zero message.
func (e *inEnd[T]) wait(ctx context.Context) (none T, err error) {
	own, ok := ctx.(*partContext)
	if !ok || own.part != e.owner || e.ch == nil {
		var stopped <-chan struct{}
		if e.owner != nil {
			stopped = e.owner.ctx.Load().Done()
		}
		select {
		case v, ok := <-e.ch:
			return e.took(v, ok)
		case <-ctx.Done():
			return none, context.Cause(ctx)
		case <-stopped:
			return none, e.owner.cause()
		}
	}
	if e.owner.Rest && e.owner.mayRest() {
		return none, ErrRest
	}
	e.sleeping.Store(true)
	if e.owner.stopping.Load() {
		e.unpoke()
		return none, e.owner.cause()
	}
	v, ok := <-e.ch
	e.sleeping.Store(false)
	if e.owner.stopping.Load() {
		e.woken(v, ok)
		return none, e.owner.cause()
	}
	return e.took(v, ok)
}

// offer puts a message into the channel if there is room. The sender holds its
// outEnd's mu.
func (e *inEnd[T]) offer(v T) bool {
	if e.flags.Load()&inPoking != 0 {
		e.mu.Lock() // behind a poke, or before it
		defer e.mu.Unlock()
	}
	select {
	case e.ch <- v:
		return true
	default:
		return false
	}
}

// poke wakes a receiver that waits on the channel alone, with a zero message. It
// does so while nobody can send and the channel is empty, so that the receiver
// can tell it from a message that came at the same time.
func (e *inEnd[T]) poke() {
	if !e.sleeping.Load() {
		return
	}
	e.mu.Lock()
	e.flags.Or(inPoking)
	feeds := slices.Clone(e.feeds)
	e.mu.Unlock()
	pass(feeds)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tryPoke()
}

// tryPoke is called with mu locked. A sender that is blocked either wakes the
// receiver with its message, or calls tryPoke when it gives up.
func (e *inEnd[T]) tryPoke() {
	if e.blocked > 0 {
		return
	}
	if e.owner.stopping.Load() && e.sleeping.Load() && len(e.ch) == 0 && !e.closed {
		var none T
		e.poked = true
		e.ch <- none
	}
	e.flags.And(^inPoking)
}

// unpoke says that the receiver does not sleep, after all.
func (e *inEnd[T]) unpoke() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sleeping.Store(false)
	if e.poked {
		e.poked = false
		<-e.ch
	}
}

// woken sorts out what woke a receiver that is shut down: a message, which is
// kept for whoever asks next, or the poke. A zero message and the poke behind it
// can not be told apart, and need not be.
func (e *inEnd[T]) woken(v T, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	poked := e.poked
	e.poked = false
	switch {
	case !ok, poked && reflect.ValueOf(&v).Elem().IsZero():
		return
	case poked:
		<-e.ch
	}
	e.hand, e.grip, e.spare = v, kept, 1
}

// pass returns when every send that is under way by one of the outboxes, and
// does not wait, is done.
func pass[T any](outs []*outEnd[T]) {
	for _, o := range outs {
		o.mu.Lock()
		//lint:ignore SA2001 a barrier: who held mu has let go of it
		o.mu.Unlock()
	}
}

// attach adds a sender.
func (e *inEnd[T]) attach(o *outEnd[T]) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.flags.Load()&inRefused != 0:
		return ErrGone
	case e.finishing:
		return ErrFinished
	}
	if e.feeds == nil {
		e.feeds = e.one[:0]
	}
	e.feeds = append(e.feeds, o)
	e.fed = true
	return nil
}

// detach removes a sender. The inbox finishes if this was the last one and the
// sender has finished, rather than been linked elsewhere.
func (e *inEnd[T]) detach(o *outEnd[T], finished bool) {
	e.mu.Lock()
	if i := slices.Index(e.feeds, o); i >= 0 {
		e.feeds = slices.Delete(e.feeds, i, i+1)
	}
	if !finished {
		e.away++
	}
	e.settleEnd(finished)
}

// returned is called when a sender is linked again that had been moved away.
func (e *inEnd[T]) returned() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.away--
}

// forget is called when a sender that had been moved away has finished: it will
// not come back. The inbox finishes if it was waiting for this.
func (e *inEnd[T]) forget() {
	e.mu.Lock()
	if e.away--; e.away > 0 {
		e.mu.Unlock()
		return
	}
	e.settleEnd(true)
}

// settleEnd closes the channel if its time has come, and unlocks mu.
func (e *inEnd[T]) settleEnd(finished bool) {
	// Senders that were turned away may still be in a send that they began before:
	// who turned them away waits for that, and closes the channel if need be.
	if finished && e.flags.Load()&inRefused == 0 && e.holds == 0 && e.away == 0 && !e.finishing && !slices.ContainsFunc(e.feeds, (*outEnd[T]).counts) {
		if len(e.feeds) > 0 { // links back, whose senders are turned away
			e.mu.Unlock()
			e.finishNow()
			return
		}
		e.finishing = true
	}
	if e.flags.Load()&inPoking != 0 {
		e.tryPoke()
	}
	closing := e.finishing && e.blocked == 0 && e.passing == 0 && !e.closed
	if closing {
		e.closed = true
		if e.ch != nil {
			close(e.ch)
		}
	}
	e.mu.Unlock()
	if closing && e.flags.Load()&inAsleep != 0 {
		e.owner.wakeToEnd()
	}
}

// finishNow lets the inbox finish after what it holds, whatever its senders do:
// from now on they get ErrGone.
func (e *inEnd[T]) finishNow() {
	e.turnAway()
	e.finishing = true
	e.settleEnd(false)
}

// turnAway refuses what senders may send from now on, and returns, with mu
// locked, when none of them is about to send. Until then the channel stays open.
func (e *inEnd[T]) turnAway() {
	feeds := e.refuse()
	pass(feeds)
	e.mu.Lock()
	e.passing--
}

// refuse turns senders away and returns those that are linked.
func (e *inEnd[T]) refuse() []*outEnd[T] {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.flags.Or(inRefused)
	e.passing++
	if e.gone != nil {
		close(e.gone)
		e.gone = nil
	}
	feeds := e.feeds
	e.feeds = nil
	return feeds
}

// leave is called when the receiving part has returned for good. It returns how
// many messages are left, when it is called first.
func (e *inEnd[T]) leave() (left int) {
	e.turnAway()
	if !e.parted {
		e.parted = true
		e.left = int32(len(e.ch)) + int32(e.spare)
		left = int(e.left)
	}
	e.settleEnd(false)
	return left
}

func (e *inEnd[T]) isClosed() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.closed
}

func (e *inEnd[T]) part() *part { return e.owner }

// fedBack reports whether only links back lead to the inbox.
func (e *inEnd[T]) fedBack() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.feeds) > 0 && !slices.ContainsFunc(e.feeds, (*outEnd[T]).counts)
}

// hold keeps the inbox from finishing while it has no sender.
func (e *inEnd[T]) hold() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.holds++
}

// unhold gives a hold back; without senders the inbox finishes then.
func (e *inEnd[T]) unhold() {
	e.mu.Lock()
	e.holds--
	e.settleEnd(true)
}
