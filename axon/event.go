package axon

import (
	"fmt"
	"time"
)

// EventKind says what an Event tells of.
type EventKind uint8

// The kinds of events.
const (
	GraphStarted  EventKind = iota + 1
	GraphEnded              // Err is the failure, if there was one
	PartStarted             // Main was called
	PartEnded               // the part has ended for good
	PartFailed              // Err, Verdict and Pause tell how and what follows
	PartRestarted           // Main is called again
	PartAbandoned           // Main did not return after a shutdown
	MessagesLost            // Count messages were left in the boxes of an ended part
	LinkMade                // From and To tell which
	LinkMoved
	LinkRemoved
)

var eventNames = [...]string{
	"", "graph started", "graph ended", "part started", "part ended", "part failed", "part restarted",
	"part abandoned", "messages lost", "link made", "link moved", "link removed",
}

// String names the kind in lower case.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return fmt.Sprintf("EventKind(%d)", uint8(k))
}

// An Event tells of a start, an end, a failure or a change of the wiring.
type Event struct {
	Time     time.Time
	Kind     EventKind
	Graph    string
	Part     string // address
	Err      error
	Verdict  Verdict
	Pause    time.Duration
	Count    int
	From, To string // addresses of boxes
}

// String tells the event in one line.
func (e Event) String() string {
	s := fmt.Sprintf("%s: %v", e.Graph, e.Kind)
	if e.Part != "" {
		s += " " + e.Part
	}
	if e.From != "" {
		s += " " + e.From + " -> " + e.To
	}
	if e.Count > 0 {
		s += fmt.Sprintf(": %d", e.Count)
	}
	if e.Err != nil {
		s += fmt.Sprintf(": %v", e.Err)
	}
	if e.Verdict != 0 {
		s += fmt.Sprintf(" (%v)", e.Verdict)
	}
	return s
}

func publishLink(k EventKind, from, to box) {
	p := from.part()
	if p == nil || p.run() == nil {
		return
	}
	p.run().sys.publish(Event{Kind: k, Graph: p.graph.Name, From: address(from), To: address(to)})
}
