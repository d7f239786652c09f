// Command graph links named parts in one literal, looks at them while they run,
// and moves a link.
//
//	[ COUNT ] ──▶ [ PLAIN ] ──▶ [ PRINT ]
//	    ╎                           ▲
//	    └╌╌╌╌╌╌▶ [ STARS ] ─────────┘
//
// COUNT sends a number every 10 ms. Half way its link is moved from PLAIN to
// STARS: you see plain numbers, then what the graph looks like at that moment,
// then numbers with stars, and no number is missing.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(to io.Writer) error {
	count := &Count{To: 12, Every: 10 * time.Millisecond}
	plain, stars := &Format{Format: "%d"}, &Format{Format: "* %d *"}
	print := &Print{To: to}

	g := &axon.Graph{
		Name: "example",
		Parts: axon.Parts{
			{Name: "COUNT", Component: count},
			{Name: "PLAIN", Component: plain},
			{Name: "STARS", Component: stars},
			{Name: "PRINT", Component: print},
		},
		Links: axon.Links{
			axon.Link(&count.Outbox, &plain.Inbox),
			axon.Link(&plain.Outbox, &print.Inbox),
			axon.Link(&stars.Outbox, &print.Inbox),
			axon.Shared(&stars.Inbox, count), // gets its link later
			axon.Shared(&plain.Inbox, count), // and this one loses its link
		},
	}

	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(context.Background(), g)
	if err != nil {
		return err
	}
	time.Sleep(count.Every * time.Duration(count.To) / 2)
	if err := axon.Move(&count.Outbox, &stars.Inbox); err != nil {
		return err
	}
	if err := running.Snapshot().WriteText(to); err != nil {
		return err
	}
	return running.Wait(context.Background())
}
