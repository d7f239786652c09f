package axon

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

func typeOf(c Component) string { return reflect.TypeOf(c).String() }

func typeString(b box) string { return b.elem().String() }

// WriteText writes the snapshot as indented text: each part with its state, then
// the graph's links with their counts.
func (s Snapshot) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, g := range s.Graphs {
		g.text(t, "")
	}
	for _, name := range s.Services {
		fmt.Fprintf(t, "service %s\n", name)
	}
	return t.Flush()
}

// WriteText writes the graph as indented text.
func (g GraphInfo) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	g.text(t, "")
	return t.Flush()
}

func (g GraphInfo) text(w io.Writer, indent string) {
	fmt.Fprintf(w, "%sgraph %s", indent, g.Name)
	if g.Age > 0 {
		fmt.Fprintf(w, ", running for %v", g.Age.Round(time.Millisecond))
	}
	fmt.Fprintln(w)
	for _, p := range g.Parts {
		fmt.Fprintf(w, "%s  %s\t%s\t%s", indent, p.Name, p.Type, p.State)
		if p.Doing != "" {
			fmt.Fprintf(w, ", %s", p.Doing)
		}
		if p.Restarts > 0 {
			fmt.Fprintf(w, ", restarts %d", p.Restarts)
		}
		if p.LastError != "" {
			fmt.Fprintf(w, ", last error: %s", p.LastError)
		}
		fmt.Fprintln(w)
	}
	for _, l := range g.Links {
		fmt.Fprintf(w, "%s  %s\t-- %s -->\t%s\t%s\n", indent, l.From, l.Type, l.To, l.counts())
	}
	for _, p := range g.Parts {
		for _, sub := range p.Graphs {
			sub.text(w, indent+"    ")
		}
	}
}

// counts tells what a link has carried, and nothing of one that has not.
func (l LinkInfo) counts() string {
	if l.Sent == 0 && l.Depth == 0 && l.Blocked == 0 {
		return ""
	}
	s := fmt.Sprintf("%d sent", l.Sent)
	if l.Size > 0 { // not for a Control that the runtime serves
		s += fmt.Sprintf(", %d of %d waiting", l.Depth, l.Size)
	}
	if l.Blocked > 0 {
		s += fmt.Sprintf(", blocked %v", l.Blocked.Round(time.Microsecond))
	}
	return s
}

// WriteDOT writes the snapshot in the language of Graphviz.
func (s Snapshot) WriteDOT(w io.Writer) error {
	return writeDOT(w, s.Graphs)
}

// WriteDOT writes the graph in the language of Graphviz.
func (g GraphInfo) WriteDOT(w io.Writer) error {
	return writeDOT(w, []GraphInfo{g})
}

func writeDOT(w io.Writer, graphs []GraphInfo) error {
	d := &drawing{}
	d.line("digraph axon {")
	d.line("  rankdir=LR; node [shape=box, fontname=\"sans-serif\"]; edge [fontname=\"sans-serif\", fontsize=10];")
	for _, g := range graphs {
		d.dot(g, "  ", "")
	}
	for _, e := range d.edges {
		d.line("  %s;", e)
	}
	d.line("}")
	_, err := io.WriteString(w, d.String())
	return err
}

// WriteMermaid writes the snapshot as a Mermaid flowchart.
func (s Snapshot) WriteMermaid(w io.Writer) error {
	return writeMermaid(w, s.Graphs)
}

// WriteMermaid writes the graph as a Mermaid flowchart.
func (g GraphInfo) WriteMermaid(w io.Writer) error {
	return writeMermaid(w, []GraphInfo{g})
}

func writeMermaid(w io.Writer, graphs []GraphInfo) error {
	d := &drawing{}
	d.line("flowchart LR")
	for _, g := range graphs {
		d.mermaid(g, "  ", "")
	}
	for _, e := range d.edges {
		d.line("  %s", e)
	}
	_, err := io.WriteString(w, d.String())
	return err
}

// drawing collects the lines of a picture. Parts get numbers, since two
// connections have parts of the same names.
type drawing struct {
	strings.Builder
	edges  []string
	graphs int
	ids    map[string]string // of Mermaid, by address
	taken  map[string]bool   // the ids that are
}

func (d *drawing) line(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// scope numbers a graph. Parts of a nested graph are named within the graph
// around it, so that links can reach them.
func (d *drawing) scope(outer string) string {
	if outer != "" {
		return outer
	}
	d.graphs++
	return fmt.Sprintf("g%d_", d.graphs)
}

func (d *drawing) dot(g GraphInfo, indent, scope string) {
	scope = d.scope(scope)
	d.graphs++
	d.line("%ssubgraph cluster_%d {", indent, d.graphs)
	d.line("%s  label=%q;", indent, g.Name)
	for _, p := range g.Parts {
		if len(p.Graphs) == 0 || !p.nested() {
			d.line("%s  %q [label=%q];", indent, scope+p.Address, p.label("\n"))
		}
		for _, sub := range p.Graphs {
			d.dot(sub, indent+"  ", p.scopeFor(sub, scope))
		}
	}
	d.line("%s}", indent)
	for _, l := range g.Links {
		from, to := cutBox(l.From), cutBox(l.To)
		d.edges = append(d.edges, fmt.Sprintf("%q -> %q [label=%q]", scope+from[0], scope+to[0], from[1]+" → "+to[1]))
	}
}

func (d *drawing) mermaid(g GraphInfo, indent, scope string) {
	scope = d.scope(scope)
	d.graphs++
	d.line("%ssubgraph c%d[%q]", indent, d.graphs, g.Name)
	for _, p := range g.Parts {
		if len(p.Graphs) == 0 || !p.nested() {
			d.line("%s  %s[%q]", indent, d.mermaidID(scope+p.Address), p.label("<br>"))
		}
		for _, sub := range p.Graphs {
			d.mermaid(sub, indent+"  ", p.scopeFor(sub, scope))
		}
	}
	d.line("%send", indent)
	for _, l := range g.Links {
		from, to := cutBox(l.From), cutBox(l.To)
		d.edges = append(d.edges, fmt.Sprintf("%s -->|\"%s → %s\"| %s", d.mermaidID(scope+from[0]), from[1], to[1], d.mermaidID(scope+to[0])))
	}
}

// nested reports whether the part is itself a graph.
func (p PartInfo) nested() bool {
	for _, g := range p.Graphs {
		if p.scopeFor(g, "x") != "" {
			return true
		}
	}
	return false
}

// scopeFor returns the scope of a graph that stands with the part: the outer one
// if the part is that graph, a new one if the part has started it.
func (p PartInfo) scopeFor(g GraphInfo, scope string) string {
	if len(g.Parts) > 0 && strings.HasPrefix(g.Parts[0].Address, p.Address+"/") {
		return scope
	}
	return ""
}

func (p PartInfo) label(newline string) string {
	return p.Name + newline + p.Type
}

func cutBox(addr string) [2]string {
	part, box, _ := strings.Cut(addr, ".") // the box's name may have dots
	return [2]string{part, box}
}

// mermaidID makes an address usable as an identifier, of no other address.
func (d *drawing) mermaidID(addr string) string {
	id, ok := d.ids[addr]
	if !ok {
		plain := mermaidID(addr)
		id = plain
		for n := 2; d.taken[id]; n++ {
			id = plain + "_" + strconv.Itoa(n)
		}
		if d.ids == nil {
			d.ids, d.taken = map[string]string{}, map[string]bool{}
		}
		d.ids[addr], d.taken[id] = id, true
	}
	return id
}

// mermaidID puts an underscore for what an identifier can not have.
func mermaidID(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			return r
		}
		return '_'
	}, s)
}
