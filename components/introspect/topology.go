package introspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/lines"
)

// A topology is a system as nodes and links: parts and boxes are nodes.
type topology struct {
	nodes map[string]node
	links map[[2]string]bool
}

// A node is a part, an inbox or an outbox.
type node struct{ label, kind string }

// topologyOf makes a topology of a snapshot.
func topologyOf(s axon.Snapshot) topology {
	t := topology{map[string]node{}, map[[2]string]bool{}}
	for _, g := range s.Graphs {
		t.graph(g, "")
	}
	return t
}

// graph adds a graph. The scope tells it from others of its name.
func (t *topology) graph(g axon.GraphInfo, scope string) {
	if g.Run != 0 {
		scope = fmt.Sprintf("%d:", g.Run)
	}
	for _, p := range g.Parts {
		if p.State == axon.Done.String() {
			continue // as in Kamaelia, what has ended is no more
		}
		id := scope + p.Address
		t.nodes[id] = node{p.Name, "component"}
		for _, b := range p.Boxes {
			kind := "outbox"
			if b.In {
				kind = "inbox"
			}
			box := id + "." + b.Name
			t.nodes[box] = node{b.Name, kind}
			t.links[[2]string{id, box}] = true
		}
		for _, sub := range p.Graphs {
			t.graph(sub, scope)
		}
	}
	for _, l := range g.Links {
		from, to := scope+l.From, scope+l.To
		_, begins := t.nodes[from]
		_, ends := t.nodes[to] // else it leads to another graph
		if begins && ends {
			t.links[[2]string{from, to}] = true
		}
	}
}

// changes lists the lines that make b of a: links are deleted first and added last.
func changes(a, b topology) (all []string) {
	list := func(words ...string) { all = append(all, lines.Line(words)) }
	for _, l := range sorted(a.links) {
		if !b.links[l] {
			list("DEL", "LINK", l[0], l[1])
		}
	}
	for _, id := range ids(a.nodes) {
		if b.nodes[id] != a.nodes[id] {
			list("DEL", "NODE", id)
		}
	}
	for _, id := range ids(b.nodes) {
		if n := b.nodes[id]; a.nodes[id] != n {
			list("ADD", "NODE", id, n.label, "randompos", n.kind)
		}
	}
	for _, l := range sorted(b.links) {
		if !a.links[l] {
			list("ADD", "LINK", l[0], l[1])
		}
	}
	return all
}

func ids(nodes map[string]node) []string {
	all := make([]string, 0, len(nodes))
	for id := range nodes {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

func sorted(links map[[2]string]bool) [][2]string {
	all := make([][2]string, 0, len(links))
	for l := range links {
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b [2]string) int {
		if c := strings.Compare(a[0], b[0]); c != 0 {
			return c
		}
		return strings.Compare(a[1], b[1])
	})
	return all
}
