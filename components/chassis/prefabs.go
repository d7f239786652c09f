package chassis

import (
	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

// Playlist is a Carousel with the chooser that feeds it, and the Carousel's outbox.
//
//	[ CHOOSER ] ── Item ──▶ [ CAROUSEL ] ──▶ Out
//	     ▲──── flow.Move ────────┘
type Playlist[Item, In, Out any] struct {
	axon.Graph
	axon.Base

	Outbox axon.Outbox[Out] // what the Carousel's components send
}

// JoinChooserToCarousel lets a chooser say what a Carousel runs next. The Carousel
// asks for the first one, too. The whole ends behind the last item, unless the
// chooser goes round.
func JoinChooserToCarousel[Item, In, Out any](chooser *flow.Chooser[Item], carousel *Carousel[Item, In, Out]) *Playlist[Item, In, Out] {
	p := &Playlist[Item, In, Out]{}
	carousel.First = true
	p.Name = "play-list"
	p.Parts = axon.Parts{{Name: "CHOOSER", Component: chooser}, {Name: "CAROUSEL", Component: carousel}}
	p.Links = axon.Links{
		axon.Link(&chooser.Outbox, &carousel.Next),
		axon.Link(&carousel.RequestNext, &chooser.Inbox),
		axon.ExposeOut(&carousel.Outbox, &p.Outbox),
	}
	return p
}
