package axon

import (
	"slices"
	"strings"
	"time"
)

// A Snapshot is a running system at one moment. Taking one locks each box
// briefly and stops nothing, so parts may have moved on between two lines of it.
type Snapshot struct {
	Time     time.Time   `json:"time"`
	Graphs   []GraphInfo `json:"graphs"`
	Services []string    `json:"services,omitempty"`
}

// GraphInfo tells of a graph. Graphs that its parts have started, or are, stand
// with these parts.
type GraphInfo struct {
	Name  string        `json:"name"`
	Run   uint64        `json:"-"`                // its number among all graphs that the system has run
	Age   time.Duration `json:"age_ns,omitempty"` // since its start
	Parts []PartInfo    `json:"parts"`
	Links []LinkInfo    `json:"links,omitempty"`
}

// PartInfo tells of a part.
type PartInfo struct {
	Name      string      `json:"name"`
	Address   string      `json:"address"`
	Type      string      `json:"type"`
	State     string      `json:"state"`           // see State
	Doing     string      `json:"doing,omitempty"` // "receiving inbox", "blocked sending outbox"
	Restarts  int         `json:"restarts,omitempty"`
	LastError string      `json:"last_error,omitempty"`
	Boxes     []BoxInfo   `json:"boxes"`
	Graphs    []GraphInfo `json:"graphs,omitempty"`
}

// BoxInfo tells of a box.
type BoxInfo struct {
	Name    string `json:"name"`
	Type    string `json:"type"` // of its messages
	In      bool   `json:"in"`
	Linked  bool   `json:"linked"`
	Depth   int    `json:"depth,omitempty"`   // messages that wait in an inbox
	Size    int    `json:"size,omitempty"`    // messages that may wait
	Sent    uint64 `json:"sent,omitempty"`    // by an outbox
	Dropped uint64 `json:"dropped,omitempty"` // by an outbox without a link
	Left    int    `json:"left,omitempty"`    // in an inbox when its part had ended
}

// LinkInfo tells of a link.
type LinkInfo struct {
	From    string        `json:"from"` // address of the outbox
	To      string        `json:"to"`   // address of the inbox
	Type    string        `json:"type"` // of the messages
	Sent    uint64        `json:"sent"`
	Depth   int           `json:"depth"`
	Size    int           `json:"size"`
	Blocked time.Duration `json:"blocked_ns"` // how long senders have waited in all
}

// Snapshot looks at everything that runs.
func (s *System) Snapshot() Snapshot {
	s.mu.Lock()
	runs := slices.Clone(s.runs)
	s.mu.Unlock()
	snap := Snapshot{Time: time.Now(), Services: s.Services()}
	for _, r := range runs {
		g := r.graph.Info()
		g.Age, g.Run = snap.Time.Sub(r.began), r.number
		snap.Graphs = append(snap.Graphs, g)
	}
	return snap
}

// Snapshot looks at this graph and what it has started.
func (r *Running) Snapshot() GraphInfo {
	g := r.graph.Info()
	g.Age, g.Run = time.Since(r.began), r.number
	return g
}

// Info tells of a graph that has been built, whether it runs or not.
func (g *Graph) Info() GraphInfo {
	info := GraphInfo{Name: g.Name, Parts: make([]PartInfo, 0, len(g.parts))}
	for _, p := range g.parts {
		info.Parts = append(info.Parts, p.info())
		for _, b := range p.boxes {
			if b.inbound() || !b.mine() && graphOf(p.Component) == nil {
				continue
			}
			st := b.info()
			if st.to == nil {
				continue
			}
			info.Links = append(info.Links, LinkInfo{
				From: address(b.exposed()), To: address(st.to.exposed()), Type: typeString(b),
				Sent: st.sent, Depth: st.depth, Size: st.size, Blocked: st.blocked,
			})
		}
	}
	return info
}

func (p *part) info() PartInfo {
	info := PartInfo{
		Name: p.Name, Address: p.address(), Type: strings.TrimPrefix(typeOf(p.Component), "*"),
		State: State(p.state.Load()).String(), Boxes: make([]BoxInfo, 0, len(p.boxes)),
	}
	for _, b := range p.boxes {
		st := b.info()
		box := BoxInfo{Name: b.name, Type: typeString(b), In: b.inbound(), Linked: st.to != nil || st.feeds > 0,
			Dropped: st.dropped, Left: st.left, Sent: st.sent}
		if b.inbound() {
			box.Depth, box.Size = st.depth, st.size
		}
		info.Boxes = append(info.Boxes, box)
		switch {
		case !st.since.IsZero():
			info.Doing = "blocked sending " + b.name
		case st.waiting:
			info.Doing = "receiving " + b.name
		}
	}
	p.mu.Lock()
	if r := p.past; r != nil {
		info.Restarts = r.restarts
		if r.lastErr != nil {
			info.LastError = r.lastErr.Error()
		}
	}
	children := p.childList()
	p.mu.Unlock()
	sub := graphOf(p.Component)
	if sub != nil {
		info.Graphs = append(info.Graphs, sub.Info())
	}
	slices.SortFunc(children, func(a, b *Running) int { return a.began.Compare(b.began) })
	for _, r := range children {
		if r.graph != sub {
			info.Graphs = append(info.Graphs, r.Snapshot())
		}
	}
	return info
}
