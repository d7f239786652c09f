package introspect

import (
	"context"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// Introspector tells what runs in its system, and how that changes.
//
//	[ Introspector ] ──▶ string: DEL ALL, ADD NODE, ADD LINK, DEL LINK, DEL NODE
//	      ▲ string: GET ALL tells all again
//
// It looks every now and then, and sends what is different: links that are gone, then
// nodes, then new nodes, then new links. Nodes are parts, and their boxes. It ends when
// its inbox has finished, if that is linked, or when it is told to.
type Introspector struct {
	axon.Base

	// Every is how often it looks; 0 means every second.
	Every time.Duration

	Inbox  axon.Inbox[string]  `axon:"optional"` // commands; others than GET ALL are ignored
	Outbox axon.Outbox[string] // lines, without their ends
}

var _ axon.Component = (*Introspector)(nil)

// Protocol is a protocol for a sockets.Server: who connects sees what runs. Whoever can
// connect can; listen on 127.0.0.1 or on a Unix socket. Kamaelia's viewer listens itself,
// on port 1500: connect a sockets.TCPClient to it instead.
func Protocol(*sockets.Peer) (axon.Component, error) {
	return axon.Pipeline(&lines.LineSplit{Longest: 1 << 10}, &Introspector{}, &lines.LineJoin{}), nil
}

// Main implements axon.Component.
func (i *Introspector) Main(ctx context.Context) error {
	every := i.Every
	if every <= 0 {
		every = time.Second
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var last topology
	for all := true; ; {
		if all {
			last, all = topology{}, false
			if err := i.Outbox.Send(ctx, "DEL ALL"); err != nil {
				return err
			}
		}
		now := topologyOf(axon.SystemOf(ctx).Snapshot())
		for _, line := range changes(last, now) {
			if err := i.Outbox.Send(ctx, line); err != nil {
				return err
			}
		}
		last = now
		select {
		case <-ticker.C:
		case command, ok := <-i.Inbox.C():
			if !ok {
				return nil
			}
			all = strings.Join(strings.Fields(command), " ") == "GET ALL"
		case <-ctx.Done():
			return nil
		}
	}
}
