package overview

import (
	"slices"
	"strings"
)

// A layout says where the parts of a graph are drawn: in columns, so that most
// links lead to the right.
type layout struct {
	nodes   []node
	columns int
	rows    int
}

// A node is a part's place.
type node struct {
	part        *Part
	column, row int
}

// An edge is a link between two nodes.
type edge struct {
	link     *Link
	from, to int // indices of nodes
	back     bool
}

// arrange finds places for the parts of a graph: each stands to the right of those
// that feed it, links that close a ring left aside, and in its column near the
// parts that it is linked with.
func arrange(g *Graph) (layout, []edge) {
	l := layout{}
	index := map[string]int{}
	for i := range g.Parts {
		index[g.Parts[i].Name] = i
		l.nodes = append(l.nodes, node{part: &g.Parts[i]})
	}
	var edges []edge
	for i := range g.Links {
		from, ok1 := index[partOf(g.Links[i].From)]
		to, ok2 := index[partOf(g.Links[i].To)]
		if ok1 && ok2 {
			edges = append(edges, edge{link: &g.Links[i], from: from, to: to})
		}
	}
	turn(edges, len(l.nodes))
	l.place(edges)
	return l, edges
}

// partOf returns the part that an address, PART.box or PART/PART.box, begins
// with. Links that lead out of the graph have none here.
func partOf(address string) string {
	path, _, _ := strings.Cut(address, ".")
	part, _, _ := strings.Cut(path, "/")
	return part
}

// turn marks the edges that close a ring.
func turn(edges []edge, nodes int) {
	const (
		unseen = iota
		onPath
		done
	)
	state := make([]int, nodes)
	var follow func(n int)
	follow = func(n int) {
		state[n] = onPath
		for i := range edges {
			e := &edges[i]
			if e.from != n {
				continue
			}
			switch state[e.to] {
			case unseen:
				follow(e.to)
			case onPath:
				e.back = true
			}
		}
		state[n] = done
	}
	for n := range nodes {
		if state[n] == unseen {
			follow(n)
		}
	}
}

// place gives each node a column and a row.
func (l *layout) place(edges []edge) {
	for range l.nodes {
		for _, e := range edges {
			if !e.back && l.nodes[e.to].column <= l.nodes[e.from].column {
				l.nodes[e.to].column = l.nodes[e.from].column + 1
			}
		}
	}
	columns := map[int][]int{}
	for i, n := range l.nodes {
		l.columns = max(l.columns, n.column+1)
		columns[n.column] = append(columns[n.column], i)
	}
	for c := range l.columns {
		for row, i := range columns[c] {
			l.nodes[i].row = row
		}
		l.rows = max(l.rows, len(columns[c]))
	}
	for range 4 { // each time nearer to the neighbours
		for c := range l.columns {
			l.sort(columns[c], edges)
		}
	}
}

// sort puts the nodes of a column into the order of their neighbours' rows.
func (l *layout) sort(column []int, edges []edge) {
	weight := map[int]float64{}
	for _, i := range column {
		sum, n := 0.0, 0
		for _, e := range edges {
			switch i {
			case e.from:
				sum += float64(l.nodes[e.to].row)
				n++
			case e.to:
				sum += float64(l.nodes[e.from].row)
				n++
			}
		}
		weight[i] = float64(l.nodes[i].row)
		if n > 0 {
			weight[i] = sum / float64(n)
		}
	}
	slices.SortStableFunc(column, func(a, b int) int {
		switch {
		case weight[a] < weight[b]:
			return -1
		case weight[a] > weight[b]:
			return 1
		}
		return 0
	})
	for row, i := range column {
		l.nodes[i].row = row
	}
}
