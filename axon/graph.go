package axon

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
)

// A Graph is a set of named parts and the links between them: Kamaelia's
// Graphline. It is written down as one literal and run once. A Graph is a
// component itself, and so is a struct that embeds one and exposes some of its
// boxes; so graphs nest.
type Graph struct {
	// Name is what the graph is called in events, pictures and profiles.
	Name string

	// Parts are the graph's components, in the order they should be listed.
	// Build takes Parts and Links over and clears them: a graph per connection
	// need not hold them twice. Info tells what a built graph is made of.
	Parts Parts

	// Links are the arrows between their boxes, best in the order in which a
	// message travels.
	Links Links

	// Policy is for the parts that have none of their own. The zero Policy ends
	// the graph with the first failure.
	Policy Policy

	mu    sync.Mutex
	built bool
	wrong error // what Build has found
	parts []*part
	owner *part // the part this graph is, in another graph
	run   *Running
	onEnd func(error)

	faults atomic.Int32

	first, last Component // of a pipeline
}

// Parts is a list of parts.
type Parts []Part

// Links is a list of arrows.
type Links []Arrow

// A Part is a component under the name it has in its graph.
type Part struct {
	// Name is the part's name, by convention in capitals. It holds no dot,
	// slash or space.
	Name string

	// Component is what the part runs.
	Component Component

	// Policy says what follows when Main fails; zero means the graph's Policy.
	Policy Policy

	// Lazy parts start with their first message. One whose inboxes finish
	// before that ends without having started.
	Lazy bool

	// Rest lets the part's goroutine go while there is no message, if the
	// system has many such (see System.Linger): Inbox.Recv returns ErrRest then,
	// Inbox.All ends, and Main should return. Main is called again with the next
	// message, or with the end of the inboxes; what it has to remember it keeps
	// in the struct. A part that rests starts with its first message, too.
	Rest bool
}

// Main runs the graph as a part of another, or alone. It returns when all parts
// have returned. A Graph that a part runs in its own Main, rather than being a
// part, belongs to that part.
func (g *Graph) Main(ctx context.Context) error { return g.Run(ctx) }

// Run builds the graph, runs it and returns when every part has returned. It
// returns the failure that ended the graph, the cause when ctx has ended, or
// nil.
//
// In the Main of a component the graph is supervised by the System that runs the
// component, otherwise by a System of its own.
func (g *Graph) Run(ctx context.Context) error {
	if p := partOf(ctx); p != nil {
		r, err := p.spawn(ctx, g)
		if err != nil {
			return err
		}
		return r.wait()
	}
	var sys System
	defer sys.Close()
	r, err := sys.start(ctx, g, true)
	if err != nil {
		return err
	}
	return r.wait()
}

// OnEnd registers f to be called when every part of the graph has returned, with
// the failure that ended the graph, or nil. f must not block; it is called before
// whoever waits for the graph goes on, once for each run (a graph that is a part
// may be run again by its policy). It may Spawn another graph in place of this
// one. Several are called in the order in which they were registered.
func (g *Graph) OnEnd(f func(error)) {
	if before := g.onEnd; before != nil {
		g.onEnd = func(err error) { before(err); f(err) }
		return
	}
	g.onEnd = f
}

// Faults returns how often a part of the graph, or of one within it, has failed.
func (g *Graph) Faults() int { return int(g.faults.Load()) }

func (g *Graph) self() *Graph { return g }

// nested is implemented by a Graph and by a struct that embeds one.
type nested interface{ self() *Graph }

// graphOf returns the graph that a component is, or nil.
func graphOf(c Component) *Graph {
	if n, ok := c.(nested); ok {
		return n.self()
	}
	return nil
}

// LinkByName makes a link from text such as "PARSER.outbox", or
// "PIPE/UPPER.outbox" for a part of a part. The graph must have been built.
func (g *Graph) LinkByName(from, to string) error {
	f, err := g.find(from)
	if err != nil {
		return axonError(err)
	}
	t, err := g.find(to)
	if err != nil {
		return axonError(err)
	}
	if err := f.linkTo(t, false); err != nil {
		return axonError(err)
	}
	publishLink(LinkMade, f, t)
	return nil
}

// find looks a box up by its address.
func (g *Graph) find(addr string) (box, error) {
	path, name, ok := strings.Cut(addr, ".") // no part's name has a dot; a box's may: outs[index.html]
	if !ok {
		return nil, fmt.Errorf("graph %q: %q is no address of a box: it has the form PART.box", g.Name, addr)
	}
	at := g
	steps := strings.Split(path, "/")
	for i, step := range steps {
		p := at.part(step)
		if p == nil {
			return nil, fmt.Errorf("graph %q has no part %q%s", at.Name, step, nearest(step, at.partNames()))
		}
		if i == len(steps)-1 {
			return p.find(name)
		}
		if at = graphOf(p.Component); at == nil {
			return nil, fmt.Errorf("graph %q: part %q is not a graph, so %q is no address", g.Name, step, addr)
		}
	}
	return nil, nil
}

func (g *Graph) part(name string) *part {
	for _, p := range g.parts {
		if p.Name == name {
			return p
		}
	}
	return nil
}

func (g *Graph) partNames() []string {
	names := make([]string, len(g.parts))
	for i, p := range g.parts {
		names[i] = p.Name
	}
	return names
}

// String draws the graph as a list of its links, one a line, with the type of
// the messages. The graph must have been built.
func (g *Graph) String() string {
	var sb strings.Builder
	w := tabwriter.NewWriter(&sb, 0, 8, 1, ' ', 0)
	g.walk(func(p *part) {
		for _, b := range p.boxes {
			if b.inbound() || !b.mine() {
				continue
			}
			if to := b.info().to; to != nil {
				fmt.Fprintf(w, "%s\t-- %v -->\t%s\n", address(b.exposed()), b.elem(), address(to.exposed()))
			}
		}
	})
	w.Flush()
	return sb.String()
}

// walk visits every part, those of nested graphs too.
func (g *Graph) walk(visit func(*part)) {
	for _, p := range g.parts {
		visit(p)
		if sub := graphOf(p.Component); sub != nil {
			sub.walk(visit)
		}
	}
}
