// Command menu shows the pages of a talk, one at a time, as the buttons of a menu say.
//
//	keyboard ─▶ READ ─▶ MENU ── moves ─▶ CHOOSER ─▶ SHOW ─▶ screen
//	              ▲       ├─── help ────────────────▶┘
//	              └─ quit ┘
//
// Each button is a box; what it does is a link. You will see
//
//	$ go run ./examples/menu 'First page' 'Second page'
//	next
//	First page
//	next
//	Second page
//	quit
package main

import (
	"context"
	"io"
	"log"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

// newTalk wires the menu to the pages.
func newTalk(pages []string, from io.Reader, to io.Writer) *axon.Graph {
	read := &console.Reader{From: from}
	read.Control.Size = 1 // the link back to it closes a ring: one signal is all there is
	menu := &Menu{}
	chooser := &flow.Chooser[string]{Items: pages}
	show := &console.Echoer[string]{To: to}
	return &axon.Graph{
		Name: "talk",
		Parts: axon.Parts{
			{Name: "READ", Component: read},
			{Name: "MENU", Component: menu},
			{Name: "CHOOSER", Component: chooser},
			{Name: "SHOW", Component: show},
		},
		Links: axon.Links{
			axon.Link(&read.Outbox, &menu.Inbox),
			axon.Link(&menu.Moves, &chooser.Inbox),
			axon.Link(&chooser.Outbox, &show.Inbox),
			axon.Link(&menu.Help, &show.Inbox),
			axon.Link(&menu.Quit, &read.Control),
		},
	}
}

func main() {
	if err := newTalk(os.Args[1:], os.Stdin, os.Stdout).Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
