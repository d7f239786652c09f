package overview

import (
	"cmp"
	"slices"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// An Overview is a snapshot in which graphs of the same name, started by the same
// part, are added up. So it is as large as the wiring, however many connections
// there are.
type Overview struct {
	Time     time.Time `json:"time"`
	Graphs   []Graph   `json:"graphs"`
	Services []string  `json:"services,omitempty"`
}

// A Graph stands for all graphs of its name that one part has started.
type Graph struct {
	Name  string `json:"name"`
	Path  string `json:"path"`  // the graphs and parts above it, and its own name
	Count int    `json:"count"` // how many there are
	Parts []Part `json:"parts"`
	Links []Link `json:"links"`

	parts map[string]int // index by name
	links map[ends]int
	below map[belonging]*Graph
}

// A Part stands for the parts of one name.
type Part struct {
	Name      string         `json:"name"`
	Type      string         `json:"type"`
	States    map[string]int `json:"states"`  // how many are in which state
	Blocked   int            `json:"blocked"` // how many wait to send
	Restarts  int            `json:"restarts"`
	LastError string         `json:"last_error,omitempty"`
	Graphs    []Graph        `json:"graphs,omitempty"` // that it has started
}

// A Link stands for the links between the same two boxes.
type Link struct {
	From    string        `json:"from"` // PART.box
	To      string        `json:"to"`
	Type    string        `json:"type"`
	Sent    uint64        `json:"sent"`
	Depth   int           `json:"depth"`
	Size    int           `json:"size"`
	Blocked time.Duration `json:"blocked_ns"`
}

type ends struct{ from, to string }

type belonging struct{ part, graph string }

// Of adds a snapshot up.
func Of(s axon.Snapshot) Overview {
	o := Overview{Time: s.Time, Services: s.Services}
	top := newGraph("", "")
	for _, g := range s.Graphs {
		top.child("", g).add(g)
	}
	o.Graphs = top.settle("")
	return o
}

func newGraph(name, path string) *Graph {
	return &Graph{Name: name, Path: path, parts: map[string]int{}, links: map[ends]int{}, below: map[belonging]*Graph{}}
}

// child returns the graph that stands for one that a part has started.
func (g *Graph) child(part string, info axon.GraphInfo) *Graph {
	key := belonging{part, info.Name}
	c := g.below[key]
	if c == nil {
		path := info.Name
		if g.Path != "" {
			path = g.Path + "/" + part + "/" + info.Name
		}
		c = newGraph(info.Name, path)
		g.below[key] = c
	}
	return c
}

// add adds one graph.
func (g *Graph) add(info axon.GraphInfo) {
	g.Count++
	for _, p := range info.Parts {
		i, ok := g.parts[p.Name]
		if !ok {
			i = len(g.Parts)
			g.parts[p.Name] = i
			g.Parts = append(g.Parts, Part{Name: p.Name, Type: p.Type, States: map[string]int{}})
		}
		part := &g.Parts[i]
		part.States[p.State]++
		part.Restarts += p.Restarts
		part.LastError = cmp.Or(p.LastError, part.LastError)
		if len(p.Doing) > len("blocked") && p.Doing[:len("blocked")] == "blocked" {
			part.Blocked++
		}
		for _, sub := range p.Graphs {
			g.child(p.Name, sub).add(sub)
		}
	}
	for _, l := range info.Links {
		key := ends{l.From, l.To}
		i, ok := g.links[key]
		if !ok {
			i = len(g.Links)
			g.links[key] = i
			g.Links = append(g.Links, Link{From: l.From, To: l.To, Type: l.Type})
		}
		link := &g.Links[i]
		link.Sent += l.Sent
		link.Depth += l.Depth
		link.Size += l.Size
		link.Blocked += l.Blocked
	}
}

// settle hangs the graphs below the parts that have started them, and returns
// those of one part.
func (g *Graph) settle(part string) (list []Graph) {
	for key, c := range g.below {
		if key.part == part {
			for i := range c.Parts {
				c.Parts[i].Graphs = c.settle(c.Parts[i].Name)
			}
			list = append(list, *c)
		}
	}
	slices.SortFunc(list, func(a, b Graph) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// All lists the graphs, those below the others too, each behind the one above it.
func (o Overview) All() (all []*Graph) {
	var visit func(list []Graph)
	visit = func(list []Graph) {
		for i := range list {
			all = append(all, &list[i])
			for j := range list[i].Parts {
				visit(list[i].Parts[j].Graphs)
			}
		}
	}
	visit(o.Graphs)
	return all
}
