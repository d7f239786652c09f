package axon

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A BuildError lists everything that is wrong with a graph.
type BuildError struct {
	Graph    string
	Mistakes []error
}

// Error lists the mistakes, one a line.
func (e *BuildError) Error() string {
	if len(e.Mistakes) == 1 {
		return fmt.Sprintf("axon: graph %q: %v", e.Graph, e.Mistakes[0])
	}
	var sb strings.Builder
	fmt.Fprintf(&sb, "axon: graph %q has %d mistakes:", e.Graph, len(e.Mistakes))
	for _, m := range e.Mistakes {
		fmt.Fprintf(&sb, "\n\t%v", m)
	}
	return sb.String()
}

// Unwrap returns the mistakes.
func (e *BuildError) Unwrap() []error { return e.Mistakes }

// Build names the boxes, makes the links and reports everything that is wrong
// with the graph at once, by address, as a *BuildError. Run builds a graph that
// was not built before; a graph is built once.
func (g *Graph) Build() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.built || g.wrong != nil {
		return g.wrong
	}
	var b builder
	b.graph(g, nil)
	if len(b.mistakes) == 0 {
		g.walk(b.unlinked)
	}
	if len(b.mistakes) == 0 {
		b.cycles(g)
	}
	if len(b.mistakes) > 0 {
		g.wrong = &BuildError{g.Name, b.mistakes}
		return g.wrong
	}
	g.built = true
	g.walk(func(p *part) { p.graph.Parts, p.graph.Links = nil, nil }) // they are the parts' now
	return nil
}

type builder struct {
	mistakes []error
	seen     []Component
	boxes    []namedBox // of all parts
	path     []*part    // from where cycles began
}

func (b *builder) mistake(format string, args ...any) {
	b.mistakes = append(b.mistakes, fmt.Errorf(format, args...))
}

// graph builds one graph, those inside it first: what they expose can then be
// linked.
func (b *builder) graph(g *Graph, owner *part) {
	g.owner, g.parts = owner, make([]*part, 0, len(g.Parts))
	arena := make([]part, len(g.Parts))
	if owner == nil {
		boxes := 0
		for _, p := range g.Parts {
			boxes += boxCount(p.Component)
		}
		b.seen, b.boxes = make([]Component, 0, len(g.Parts)), make([]namedBox, 0, boxes)
	}
	if err := g.Policy.check(); err != nil {
		b.mistake("graph %q: %w", g.Name, err)
	}
	for i := range g.Parts {
		p := &arena[i]
		p.Part, p.graph = g.Parts[i], g
		if b.part(p) {
			g.parts = append(g.parts, p)
		}
	}
	for _, p := range g.parts {
		if sub := graphOf(p.Component); sub != nil {
			if p.within(sub) != nil {
				b.mistake("part %s: it is the graph that it is in", p.address())
				continue
			}
			if sub.built {
				b.mistake("part %s: its graph is in use already", p.address())
				continue
			}
			b.graph(sub, p)
			sub.built = true
		}
	}
	for i, l := range g.Links {
		if err := l.make(); err != nil {
			in := ""
			if owner != nil {
				in = owner.address() + ": "
			}
			b.mistake("%slink %d: %w", in, i+1, err)
		}
	}
}

func (b *builder) part(p *part) bool {
	before := len(b.mistakes)
	switch {
	case p.Name == "":
		b.mistake("a part has no name (%T)", p.Component)
	case strings.ContainsAny(p.Name, "./ \t\n"):
		b.mistake("part %q: a name has no dot, slash or space", p.Name)
	case p.graph.part(p.Name) != nil:
		b.mistake("part %q is there twice", p.Name)
	}
	if p.Component == nil {
		b.mistake("part %q has no component", p.Name)
		return false
	}
	n := len(b.boxes)
	all, err := appendBoxes(b.boxes, p.Component)
	if err != nil {
		b.mistake("part %q: %w", p.Name, err)
		return false
	}
	if slices.Contains(b.seen, p.Component) {
		b.mistake("part %q: its component is in the graph under another name already", p.Name)
		return false
	}
	b.seen = append(b.seen, p.Component)
	boxes := all[n:len(all):len(all)]
	b.boxes, p.boxes = all, boxes
	b.sleeper(p)
	if err := p.Policy.check(); err != nil {
		b.mistake("part %q: %w", p.Name, err)
	}
	p.first.part = p
	p.ctx.Store(&p.first)
	for _, x := range boxes {
		if x.part() != nil && x.part() != p {
			b.mistake("part %q: its component is in another graph already", p.Name)
			return false
		}
		x.adopt(p, x.boxOptions)
	}
	if v, ok := p.Component.(Validator); ok {
		if err := v.Validate(); err != nil {
			b.mistake("part %q: %w", p.Name, err)
		}
	}
	return len(b.mistakes) == before
}

// sleeper reports a part that sleeps until its first message, and can get none.
func (b *builder) sleeper(p *part) {
	is := "is lazy"
	if p.Rest && !p.Lazy {
		is = "may rest"
	}
	switch {
	case !p.Lazy && !p.Rest:
	case graphOf(p.Component) != nil:
		b.mistake("part %q %s and is a graph: say so of its parts", p.Name, is)
	case !slices.ContainsFunc(p.boxes, func(x namedBox) bool { return x.inbound() && !x.boxOptions.control }):
		b.mistake("part %q %s and has no inbox: no message would ever start it", p.Name, is)
	}
}

// unlinked reports the boxes of a part that lead nowhere, and need not be told
// of by the graph that exposes them.
func (b *builder) unlinked(p *part) {
	for _, x := range p.boxes {
		switch {
		case x.optional || !x.mine():
		case graphOf(p.Component) != nil:
			b.mistake("%s (%v) stands for no box of a part: expose one", address(x.box), x.elem())
		case !x.linked():
			b.mistake("%s (%v) is not linked", address(x.exposed()), x.elem())
		}
	}
}

// cycles reports every ring of links in which no inbox was given a size: when
// all its boxes are full, each part in it waits for the next.
func (b *builder) cycles(g *Graph) {
	b.path = make([]*part, 0, len(g.parts))
	g.walk(b.follow)
}

// How far cycles has come with a part.
const (
	unseen uint8 = iota
	onPath
	seen
)

// follow follows the links of a part, and so on, to where they come back.
func (b *builder) follow(p *part) {
	if p.mark != unseen {
		return
	}
	p.mark = onPath
	b.path = append(b.path, p)
	for _, x := range p.boxes {
		if x.inbound() || x.signal || !x.mine() {
			continue
		}
		next := x.leads()
		if next == nil {
			continue
		}
		if next.mark == onPath {
			names := []string{}
			for _, q := range b.path[slices.Index(b.path, next):] {
				names = append(names, q.address())
			}
			b.mistake("%s is a ring without a buffer: give one inbox in it a Size that holds all that can be under way",
				strings.Join(append(names, next.address()), " -> "))
		}
		b.follow(next)
	}
	b.path = b.path[:len(b.path)-1]
	p.mark = seen
}

// InboxOf returns the inbox of a component by its name. If there is none, or its
// messages are of another type, Build reports that when a link uses it.
func InboxOf[T any](c Component, name string) *Inbox[T] {
	b, err := boxOf(c, name)
	if err != nil {
		return &Inbox[T]{bad: err}
	}
	if in, ok := b.(*Inbox[T]); ok {
		return in
	}
	return &Inbox[T]{bad: wrongBox[T](c, name, b, "inbox")}
}

// OutboxOf returns the outbox of a component by its name, as InboxOf does.
func OutboxOf[T any](c Component, name string) *Outbox[T] {
	b, err := boxOf(c, name)
	if err != nil {
		return &Outbox[T]{bad: err}
	}
	if out, ok := b.(*Outbox[T]); ok {
		return out
	}
	return &Outbox[T]{bad: wrongBox[T](c, name, b, "outbox")}
}

func wrongBox[T any](c Component, name string, b box, want string) error {
	is := "outbox"
	if b.inbound() {
		is = "inbox"
	}
	return fmt.Errorf("%T.%s is an %s of %v, not an %s of %v", c, name, is, b.elem(), want, reflect.TypeFor[T]())
}

func boxOf(c Component, name string) (box, error) {
	if g := graphOf(c); g != nil && g.first != nil { // a pipeline: its ends' boxes
		switch name {
		case "inbox", "control":
			return boxOf(g.first, name)
		case "outbox", "signal":
			return boxOf(g.last, name)
		}
		if g.first == g.last {
			return boxOf(g.first, name)
		}
	}
	boxes, err := boxesOf(c)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, b := range boxes {
		if b.name == name {
			return b.box, nil
		}
		names = append(names, b.name)
	}
	return nil, fmt.Errorf("%T has no box %q%s", c, name, nearest(name, names))
}

// CheckInterface reports which of the named boxes a component lacks. It is
// Kamaelia's testInterface.
func CheckInterface(c Component, inboxes, outboxes []string) error {
	var errs []error
	check := func(names []string, inbound bool) {
		for _, n := range names {
			b, err := boxOf(c, n)
			switch {
			case err != nil:
				errs = append(errs, err)
			case b.inbound() != inbound && inbound:
				errs = append(errs, fmt.Errorf("%T.%s is an outbox", c, n))
			case b.inbound() != inbound:
				errs = append(errs, fmt.Errorf("%T.%s is an inbox", c, n))
			}
		}
	}
	check(inboxes, true)
	check(outboxes, false)
	return axonError(errors.Join(errs...))
}

// nearest proposes the name that was perhaps meant.
func nearest(name string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return fmt.Sprintf("; there is %q", n)
		}
	}
	return "; there are " + strings.Join(names, ", ")
}
