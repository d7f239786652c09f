package overview

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"
)

// Measures of the picture, in CSS pixels.
const (
	boxWidth   = 168
	boxHeight  = 54
	gapAcross  = 92
	gapBetween = 34
	margin     = 14
)

// WriteSVG draws a graph: a box for each part, a line for each link, wider where
// more was sent. Its colours come from the classes of the page around it, so it
// follows light and dark.
func (g *Graph) WriteSVG(w io.Writer) error {
	l, edges := arrange(g)
	width := 2*margin + l.columns*boxWidth + max(l.columns-1, 0)*gapAcross
	backs := 0
	for _, e := range edges {
		if e.back || e.from == e.to {
			backs++
		}
	}
	height := 2*margin + l.rows*(boxHeight+gapBetween) - gapBetween + backs*9 + 6
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" width="%d" style="min-width:%dpx" role="img" aria-label="graph %s">`+"\n",
		width, height, width, width*6/10, html.EscapeString(g.Name))
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0 8 4 0 8Z"/></marker></defs>` + "\n")
	most := uint64(1)
	for _, e := range edges {
		most = max(most, e.link.Sent)
	}
	turned := 0
	for _, e := range edges {
		low := 0
		if e.back || e.from == e.to {
			turned++
			low = height - margin - (backs-turned)*9
		}
		e.draw(&b, &l, low, most)
	}
	for _, n := range l.nodes {
		n.draw(&b)
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// corner returns the upper left corner of a node.
func (n node) corner() (x, y int) {
	return margin + n.column*(boxWidth+gapAcross), margin + n.row*(boxHeight+gapBetween)
}

// draw draws a link: with a bow to the right, or, back, below all boxes.
func (e edge) draw(b *strings.Builder, l *layout, low int, most uint64) {
	x1, y1 := l.nodes[e.from].corner()
	x2, y2 := l.nodes[e.to].corner()
	x1, y1, y2 = x1+boxWidth, y1+boxHeight/2, y2+boxHeight/2
	path := fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1+gapAcross/2, y1, x2-gapAcross/2, y2, x2-1, y2)
	switch {
	case low > 0:
		path = fmt.Sprintf("M%d %dc26 0 26 %d 0 %dL%d %dc-26 0 -26 %d 0 %d", x1, y1+9, low-y1-9, low-y1-9, x2, low, y2+9-low, y2+9-low)
	case l.nodes[e.to].column > l.nodes[e.from].column+1: // over the columns between, in the gap above
		y := min(y1, y2) - boxHeight/2 - gapBetween/2
		if y2 > y1 {
			y = y2 - boxHeight/2 - gapBetween/2
		}
		y = max(y, 5)
		path = fmt.Sprintf("M%d %dC%d %d %d %d %d %dL%d %dC%d %d %d %d %d %d", x1, y1, x1+40, y1, x1+30, y, x1+gapAcross-20, y,
			x2-gapAcross+20, y, x2-30, y, x2-40, y2, x2-1, y2)
	}
	class := "link"
	switch {
	case e.link.Sent == 0:
		class += " idle"
	case e.link.Size > 0 && e.link.Depth*2 >= e.link.Size:
		class += " full"
	}
	width := 1.2
	if e.link.Sent > 0 {
		width += 2 * float64(e.link.Sent) / float64(most)
	}
	fmt.Fprintf(b, `<path class="%s" style="stroke-width:%.1f" d="%s" marker-end="url(#tip)"><title>%s</title></path>`+"\n",
		class, width, path, html.EscapeString(e.link.tell()))
}

// tell tells of a link in a few lines.
func (l *Link) tell() string {
	s := fmt.Sprintf("%s to %s\n%s\n%d sent, %d of %d waiting", l.From, l.To, l.Type, l.Sent, l.Depth, l.Size)
	if l.Blocked > 0 {
		s += fmt.Sprintf(", senders blocked for %v", l.Blocked.Round(time.Millisecond))
	}
	return s
}

// draw draws a part.
func (n node) draw(b *strings.Builder) {
	x, y := n.corner()
	p := n.part
	class := "part"
	switch {
	case p.Restarts > 0 || p.LastError != "":
		class += " failed"
	case p.Blocked > 0:
		class += " blocked"
	case p.States["active"] == 0:
		class += " asleep"
	}
	fmt.Fprintf(b, `<g class="%s"><title>%s</title><rect x="%d" y="%d" width="%d" height="%d" rx="7"/>`,
		class, html.EscapeString(p.tell()), x, y, boxWidth, boxHeight)
	fmt.Fprintf(b, `<text class="name" x="%d" y="%d">%s</text><text class="type" x="%d" y="%d">%s</text></g>`+"\n",
		x+boxWidth/2, y+23, html.EscapeString(short(p.Name, 18)), x+boxWidth/2, y+41, html.EscapeString(short(p.Type, 26)))
}

// tell tells of a part in a few lines.
func (p *Part) tell() string {
	s := p.Name + ", " + p.Type
	for _, state := range []string{"new", "asleep", "active", "restarting", "done"} {
		if n := p.States[state]; n > 0 {
			s += fmt.Sprintf("\n%d %s", n, state)
		}
	}
	if p.Blocked > 0 {
		s += fmt.Sprintf("\n%d blocked", p.Blocked)
	}
	if p.Restarts > 0 {
		s += fmt.Sprintf("\nrestarts %d", p.Restarts)
	}
	if p.LastError != "" {
		s += "\n" + p.LastError
	}
	return s
}

// short cuts a text that has no room.
func short(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
