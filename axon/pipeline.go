package axon

import (
	"reflect"
	"strconv"
	"strings"
)

// Pipeline is a graph in which each component's outbox is linked to the next
// one's inbox, and its Signal to the next one's Control where both have them.
// The parts are named after their types: a *Upper is UPPER, a second one UPPER2.
// A pipeline that is a part of another graph offers the first component's inbox
// and control, and the last one's outbox and signal, by InboxOf and OutboxOf.
//
// Types are checked when the graph is built.
func Pipeline(components ...Component) *Graph {
	g := &Graph{Name: "pipeline"}
	names := map[string]int{}
	for i, c := range components {
		name := typeName(c)
		if names[name]++; names[name] > 1 {
			name += strconv.Itoa(names[name])
		}
		g.Parts = append(g.Parts, Part{Name: name, Component: c})
		if i > 0 {
			g.Links = append(g.Links, byName(components[i-1], "outbox", c, "inbox"))
			if has(components[i-1], "signal") && has(c, "control") {
				g.Links = append(g.Links, byName(components[i-1], "signal", c, "control"))
			}
		}
	}
	if n := len(components); n > 0 {
		g.Offer(components[0], components[n-1])
	}
	return g
}

// CircularPipeline is a Pipeline whose last outbox leads back to its first inbox,
// which may be fed from outside too. The ring needs an inbox with a Size. The link
// back does not keep the first inbox open (see Back): when the feed from outside
// has finished, so does the ring. One that nothing else feeds must be set going by
// its first component, and ends when one of its components returns.
func CircularPipeline(components ...Component) *Graph {
	g := Pipeline(components...)
	g.Name = "circular pipeline"
	if n := len(components); n > 0 {
		back := byName(components[n-1], "outbox", components[0], "inbox")
		back.kind = arrowBack
		g.Links = append(g.Links, back)
	}
	return g
}

// Offer says whose boxes the graph offers to InboxOf, OutboxOf and Pipeline: the
// inbox and control of first, the outbox and signal of last. If both are the same
// component, the graph offers all its boxes: it stands for it.
func (g *Graph) Offer(first, last Component) { g.first, g.last = first, last }

// typeName is a component's type in capitals: *text.Upper is UPPER.
func typeName(c Component) string {
	t := reflect.TypeOf(c)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Name() == "" {
		return "PART"
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	return strings.ToUpper(name)
}

func has(c Component, name string) bool {
	_, err := boxOf(c, name)
	return err == nil
}

// byName is a link between boxes whose types are known when it is made.
func byName(from Component, out string, to Component, in string) Arrow {
	f, err := boxOf(from, out)
	if err == nil {
		var t box
		if t, err = boxOf(to, in); err == nil {
			return Arrow{kind: arrowLink, from: f, to: t}
		}
	}
	return Arrow{from: &Outbox[struct{}]{bad: err}, to: &Inbox[struct{}]{}}
}
