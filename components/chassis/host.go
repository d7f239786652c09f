package chassis

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// host lends the boxes of a chassis to one guest after the other.
//
//	chassis.inbox ─▶ FEED ─▶ GUEST ─▶ COLLECT ─▶ chassis.outbox
//
// A guest that has no inbox, or no outbox, is not fed or collected.
type host[In, Out any] struct {
	in  *axon.Inbox[In]
	out *axon.Outbox[Out]

	kept []In // what the last guest has left unread: first for the next one
	gone bool // nobody receives what out sends
}

// A stay is one run of a guest.
type stay[In, Out any] struct {
	host  *host[In, Out]
	graph *axon.Graph
	room  *room
	inbox *axon.Inbox[In] // the guest's, nil if it has none
}

// stay makes the graph in which a guest will run.
func (h *host[In, Out]) stay(name string, guest axon.Component) (*stay[In, Out], error) {
	if guest == nil {
		return nil, errors.New("chassis: a component is nil")
	}
	s := &stay[In, Out]{host: h, room: newRoom(guest)}
	g := &axon.Graph{Name: name, Parts: axon.Parts{{Name: "GUEST", Component: s.room}}}
	if axon.CheckInterface(guest, []string{"inbox"}, nil) == nil {
		s.inbox = axon.InboxOf[In](guest, "inbox")
		feed := &feeder[In, Out]{host: h, over: s.room.over}
		g.Parts = append(g.Parts, axon.Part{Name: "FEED", Component: feed})
		g.Links = append(g.Links, axon.Link(&feed.Outbox, s.inbox))
	}
	if axon.CheckInterface(guest, nil, []string{"outbox"}) == nil {
		collect := &collector[In, Out]{host: h}
		g.Parts = append(g.Parts, axon.Part{Name: "COLLECT", Component: collect})
		g.Links = append(g.Links, axon.Link(axon.OutboxOf[Out](guest, "outbox"), &collect.Inbox))
	}
	s.graph = g
	return s, g.Build()
}

// end is called when the stay is over. What the guest has not read is kept.
func (s *stay[In, Out]) end(r *axon.Running) error {
	<-r.Done()
	if s.inbox != nil {
		var left []In
		for {
			v, ok, _ := s.inbox.TryRecv()
			if !ok {
				break
			}
			left = append(left, v)
		}
		s.host.kept = append(left, s.host.kept...)
	}
	return r.Wait(context.Background())
}

// room is a graph of a single guest, which may be told to leave without those who
// feed and collect it.
type room struct {
	*axon.Graph
	over  chan struct{} // closed when the guest has ended
	leave chan error
}

var errReplaced = errors.New("chassis: the next one is to start")

func newRoom(guest axon.Component) *room {
	return &room{Graph: axon.Pipeline(guest), over: make(chan struct{}), leave: make(chan error, 1)}
}

// Main implements axon.Component.
func (r *room) Main(ctx context.Context) error {
	defer close(r.over)
	run, err := axon.Spawn(ctx, r.Graph)
	if err != nil {
		return err
	}
	select {
	case <-run.Done():
		return run.Wait(context.Background())
	case why := <-r.leave:
		run.Stop(why)
		<-run.Done()
		return nil
	}
}
