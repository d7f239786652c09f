package axon

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/internal/ends"
)

// box is what the runtime needs of an Inbox or Outbox of any type.
type box interface {
	adopt(p *part, o *boxOptions)
	part() *part
	elem() reflect.Type
	inbound() bool
	linked() bool
	fault() error
	linkTo(to box, back bool) error
	expose(inner box) error
	shutdown()           // the part is shut down
	awake()              // the part runs: senders need not start it
	asleep()             // the part sleeps: senders must start it
	again()              // the part will be run again after a shutdown
	retire() int         // the part has returned for good; how many messages were left
	mine() bool          // it is no other name for a box of an inner part
	settled()            // the message in hand was seen to, by Lost
	null() bool          // a nil pointer
	forgo() error        // there will be no link
	inboxNow() inboxOps  // nil for an outbox, and for an inbox that nobody has used
	inboxReal() inboxOps // made if need be
	exposed() box        // the outermost box that stands for this one
	info() linkState
	traffic(g *Graph) uint64       // messages over the graph's border
	leads() *part                  // to which part an outbox leads, if by a box of the default size
	finishBelow(p *part)           // an outbox finishes for graphs that p has started
	opposite() (ends.Other, Arrow) // for tests
}

// linkState is a box as a snapshot sees it.
type linkState struct {
	to      box // an outbox's other end
	feeds   int
	sent    uint64
	dropped uint64
	depth   int
	size    int
	sized   bool
	left    int
	blocked time.Duration
	since   time.Time // a sender is blocked now
	waiting bool      // the receiver waits
	closed  bool
}

func (b *Inbox[T]) adopt(p *part, o *boxOptions) {
	b.owner = p
	if e := b.end.Load(); e != nil {
		e.owner = p
	} else if !o.optional && graphOf(p.Component) == nil {
		b.make(o)
	}
}

func (b *Outbox[T]) adopt(p *part, o *boxOptions) {
	b.owner = p
	if e := b.end.Load(); e != nil {
		e.owner, e.loose = p, o.optional
	}
}

func (b *Inbox[T]) part() *part        { return b.owner }
func (b *Outbox[T]) part() *part       { return b.owner }
func (b *Inbox[T]) elem() reflect.Type { return reflect.TypeFor[T]() }
func (b *Outbox[T]) elem() reflect.Type {
	return reflect.TypeFor[T]()
}
func (b *Inbox[T]) inbound() bool  { return true }
func (b *Outbox[T]) inbound() bool { return false }
func (b *Inbox[T]) fault() error   { return b.bad }
func (b *Outbox[T]) fault() error  { return b.bad }

func (b *Inbox[T]) linked() bool {
	e := b.end.Load()
	if e == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.fed || e.finishing || e.holds > 0
}

func (b *Outbox[T]) linked() bool {
	e := b.end.Load()
	if e == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.to != nil || e.loose
}

func (b *Inbox[T]) linkTo(box, bool) error {
	return fmt.Errorf("%s is an inbox: a link starts at an outbox", address(b))
}

func (b *Outbox[T]) linkTo(to box, back bool) error {
	in, ok := to.(*Inbox[T])
	if !ok {
		if !to.inbound() {
			return fmt.Errorf("%s is an outbox: a link ends at an inbox", address(to))
		}
		return fmt.Errorf("cannot link %s (%v) to %s (%v)", address(b), b.elem(), address(to), to.elem())
	}
	e := b.real()
	e.mu.Lock()
	old := e.to
	if old == nil {
		e.back = back
	}
	e.mu.Unlock()
	if old != nil {
		return fmt.Errorf("%s is linked already, to %s: an outbox feeds one inbox", address(b), address(old.box()))
	}
	if err := e.point(in.real()); err != nil {
		return fmt.Errorf("cannot link %s to %s: %w", address(b), address(to), err)
	}
	return nil
}

func (b *Inbox[T]) expose(inner box) error {
	in, ok := inner.(*Inbox[T])
	if !ok {
		return exposeError(b, inner)
	}
	e := in.real()
	e.alias = b
	if !b.end.CompareAndSwap(nil, e) {
		return fmt.Errorf("%s stands for a box already", address(b))
	}
	return nil
}

func (b *Outbox[T]) expose(inner box) error {
	in, ok := inner.(*Outbox[T])
	if !ok {
		return exposeError(b, inner)
	}
	e := in.real()
	e.mu.Lock()
	e.noted().alias = b
	e.mu.Unlock()
	if !b.end.CompareAndSwap(nil, e) {
		return fmt.Errorf("%s stands for a box already", address(b))
	}
	return nil
}

func exposeError(outer, inner box) error {
	return fmt.Errorf("%s (%v) cannot stand for %s (%v)", address(outer), outer.elem(), address(inner), inner.elem())
}

func (b *Inbox[T]) shutdown() {
	if e := b.end.Load(); e != nil && e.owner == b.owner {
		e.poke()
	}
}

func (b *Outbox[T]) shutdown() {
	if e := b.end.Load(); e != nil && e.owner == b.owner {
		e.flags.Or(outStopped)
	}
}

func (b *Inbox[T]) awake() {
	if e := b.end.Load(); e != nil && e.owner == b.owner {
		e.flags.And(^inAsleep)
	}
}

func (b *Outbox[T]) awake()  {}
func (b *Outbox[T]) asleep() {}

func (b *Inbox[T]) asleep() {
	if e := b.end.Load(); e != nil && e.owner == b.owner {
		e.flags.Or(inAsleep)
	}
}

func (b *Inbox[T]) again() {
	if b.owner.Lazy || b.owner.Rest {
		b.asleep()
	}
}

func (b *Outbox[T]) again() {
	if e := b.end.Load(); e != nil && e.owner == b.owner {
		e.flags.And(^outStopped)
	}
}

func (b *Inbox[T]) retire() int {
	if e := b.end.Load(); e != nil && e.owner == b.owner {
		return e.leave()
	}
	return 0
}

func (b *Outbox[T]) retire() int {
	if e := b.end.Load(); e != nil && e.owner == b.owner {
		e.finish()
	}
	return 0
}

func (b *Inbox[T]) mine() bool {
	e := b.end.Load()
	return e == nil || e.owner == b.owner
}

func (b *Outbox[T]) mine() bool {
	e := b.end.Load()
	return e == nil || e.owner == b.owner
}

func (b *Inbox[T]) settled() {
	if e := b.end.Load(); e != nil && e.owner == b.owner && e.grip == taken {
		e.settle()
	}
}

func (b *Outbox[T]) settled() {}

// inboxOps is what the runtime does to an inbox whose type it does not know.
type inboxOps interface {
	finishNow()
	isClosed() bool
	fedBack() bool
	part() *part
	hold()
	unhold()
}

func (b *Inbox[T]) inboxNow() inboxOps {
	if e := b.end.Load(); e != nil {
		return e
	}
	return nil
}

func (b *Outbox[T]) inboxNow() inboxOps  { return nil }
func (b *Inbox[T]) inboxReal() inboxOps  { return b.real() }
func (b *Outbox[T]) inboxReal() inboxOps { return nil }

func (b *Inbox[T]) exposed() box {
	if e := b.end.Load(); e != nil && e.alias != nil {
		return e.alias
	}
	return b
}

func (b *Outbox[T]) exposed() box {
	if e := b.end.Load(); e != nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		if p := e.past; p != nil && p.alias != nil {
			return p.alias
		}
	}
	return b
}

func (b *Inbox[T]) info() (s linkState) {
	e := b.end.Load()
	if e == nil {
		return s
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return linkState{
		feeds: len(e.feeds), depth: len(e.ch), size: cap(e.ch), sized: e.sized,
		left: int(e.left), waiting: e.sleeping.Load(), closed: e.closed,
	}
}

func (b *Outbox[T]) info() linkState {
	s := linkState{dropped: b.dropped.Load()}
	e := b.end.Load()
	if e == nil {
		return s
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	s.sent = e.sent
	if p := e.past; p != nil {
		s.blocked = p.blocked
		if e.waiting > 0 {
			s.since = p.since
			s.blocked += time.Since(p.since)
		}
	}
	if e.to != nil {
		s.to = e.to.box()
		s.depth, s.size = len(e.to.ch), cap(e.to.ch)
	}
	return s
}

func (b *Inbox[T]) traffic(g *Graph) (n uint64) {
	e := b.end.Load()
	if e == nil {
		return 0
	}
	e.mu.Lock()
	feeds := slices.Clone(e.feeds)
	e.mu.Unlock()
	for _, o := range feeds {
		if o.owner.within(g) == nil {
			o.mu.Lock()
			n += o.sent
			o.mu.Unlock()
		}
	}
	return n
}

func (b *Outbox[T]) traffic(g *Graph) uint64 {
	e := b.end.Load()
	if e == nil {
		return b.dropped.Load()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.to != nil && e.to.owner.within(g) != nil {
		return 0
	}
	return e.sent + b.dropped.Load()
}

func (b *Inbox[T]) leads() *part { return nil }

func (b *Outbox[T]) leads() *part {
	if e := b.end.Load(); e != nil && e.to != nil && !e.to.sized {
		return e.to.owner
	}
	return nil
}

func (b *Inbox[T]) finishBelow(*part) {}

func (b *Outbox[T]) finishBelow(p *part) {
	if e := b.end.Load(); e != nil {
		e.finishBelow(p)
	}
}

// box finds the Inbox that this is the end of.
func (e *inEnd[T]) box() box {
	if e.owner == nil {
		return &Inbox[T]{}
	}
	for _, b := range e.owner.boxes {
		if in, ok := b.box.(*Inbox[T]); ok && in.end.Load() == e {
			return in
		}
	}
	return &Inbox[T]{owner: e.owner}
}

// address names a box as PART.box, with the graphs around it: GRAPH/PART.box.
func address(b box) string {
	p := b.part()
	if p == nil {
		return fmt.Sprintf("a box of no part (%v)", b.elem())
	}
	return p.address() + "." + p.boxName(b)
}

// boxName is a field's name with a small first letter: Inbox is "inbox".
func boxName(field string) string { return strings.ToLower(field[:1]) + field[1:] }

// boxOptions come from a field's tag: `axon:"optional,size=1"`.
type boxOptions struct {
	name     string
	size     int
	optional bool
	control  bool // Base.Control: served by the runtime
	signal   bool // Base.Signal
}

type namedBox struct {
	*boxOptions
	box
}

// boxSet is a field that holds boxes which are made as they are asked for.
type boxSet interface {
	boxes() []namedBox
	size() int
}

// boxField is where a component type keeps a box.
type boxField struct {
	boxOptions
	index []int
	set   bool
}

// boxFields remembers, per component type, what its fields say. Reflection reads
// each type once; a graph per connection would not be affordable otherwise.
var boxFields sync.Map // reflect.Type -> []boxField

var (
	boxType    = reflect.TypeFor[box]()
	boxSetType = reflect.TypeFor[boxSet]()
	graphType  = reflect.TypeFor[Graph]()
)

func fieldsOf(t reflect.Type) ([]boxField, error) {
	if f, ok := boxFields.Load(t); ok {
		return f.([]boxField), nil
	}
	var fields []boxField
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || f.Anonymous || throughGraph(t, f.Index) {
			continue
		}
		ptr := reflect.PointerTo(f.Type)
		isBox, isSet := ptr.Implements(boxType), ptr.Implements(boxSetType)
		if !isBox && !isSet {
			continue
		}
		opt, err := parseTag(f.Tag.Get("axon"))
		if err != nil {
			return nil, fmt.Errorf("%v.%s: %w", t, f.Name, err)
		}
		opt.name = boxName(f.Name)
		fields = append(fields, boxField{opt, f.Index, isSet})
	}
	boxFields.Store(t, fields)
	return fields, nil
}

// throughGraph reports whether a field belongs to an embedded Graph.
func throughGraph(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		f := t.Field(i)
		if f.Type == graphType || f.Type.Kind() == reflect.Pointer {
			return true
		}
		t = f.Type
	}
	return false
}

func parseTag(tag string) (o boxOptions, err error) {
	if tag == "" {
		return o, nil
	}
	for word := range strings.SplitSeq(tag, ",") {
		switch {
		case word == "optional":
			o.optional = true
		case word == "control":
			o.control = true
		case word == "signal":
			o.signal = true
		case strings.HasPrefix(word, "size="):
			if _, err := fmt.Sscanf(word, "size=%d", &o.size); err != nil || o.size < 1 {
				return o, fmt.Errorf("tag %q: the size is a whole number from 1", tag)
			}
		default:
			return o, fmt.Errorf("tag %q: %q is none of optional, size=N", tag, word)
		}
	}
	return o, nil
}

// boxesOf lists a component's boxes in the order of their fields.
func boxesOf(c Component) ([]namedBox, error) { return appendBoxes(nil, c) }

func appendBoxes(boxes []namedBox, c Component) ([]namedBox, error) {
	v := reflect.ValueOf(c)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("a component is a pointer to a struct, not %T", c)
	}
	v = v.Elem()
	fields, err := fieldsOf(v.Type())
	if err != nil {
		return nil, err
	}
	boxes = slices.Grow(boxes, len(fields))
	for i := range fields {
		f := &fields[i]
		p := v.FieldByIndex(f.index).Addr().Interface()
		if !f.set {
			boxes = append(boxes, namedBox{&f.boxOptions, p.(box)})
			continue
		}
		for _, n := range p.(boxSet).boxes() {
			opt := f.boxOptions
			opt.name += "[" + n.name + "]"
			boxes = append(boxes, namedBox{&opt, n.box})
		}
	}
	return boxes, nil
}

// boxCount tells how many boxes a component has, if it can have any.
func boxCount(c Component) (n int) {
	v := reflect.ValueOf(c)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return 0
	}
	v = v.Elem()
	fields, err := fieldsOf(v.Type())
	if err != nil {
		return 0
	}
	for i := range fields {
		if f := &fields[i]; f.set {
			n += v.FieldByIndex(f.index).Addr().Interface().(boxSet).size()
		} else {
			n++
		}
	}
	return n
}

// Outboxes is a set of outboxes that come into being as they are asked for: the
// field of a component that has as many as its graph links.
type Outboxes[T any] struct {
	names []string
	outs  []*Outbox[T]
}

// Named returns the outbox called name, and makes it if need be. It is called
// while the graph is written down, not while it runs.
func (s *Outboxes[T]) Named(name string) *Outbox[T] {
	for i, n := range s.names {
		if n == name {
			return s.outs[i]
		}
	}
	s.names, s.outs = append(s.names, name), append(s.outs, new(Outbox[T]))
	return s.outs[len(s.outs)-1]
}

// Len returns the number of outboxes.
func (s *Outboxes[T]) Len() int { return len(s.outs) }

// At returns the name and the outbox at place i, in the order of making.
func (s *Outboxes[T]) At(i int) (string, *Outbox[T]) { return s.names[i], s.outs[i] }

func (s *Outboxes[T]) size() int { return len(s.outs) }

func (s *Outboxes[T]) boxes() []namedBox {
	all := make([]namedBox, len(s.outs))
	for i, o := range s.outs {
		all[i] = namedBox{&boxOptions{name: s.names[i]}, o}
	}
	return all
}
