// Command playlist shows files one after the other, each by a component of its own.
//
//	CHOOSER ── name ──▶ CAROUSEL ─▶ SHOW
//	   ▲── flow.Next ──────┘ (a FROMREADER at a time)
//
// A file that can not be opened is skipped. You will see the files that you name:
//
//	$ go run ./examples/playlist go.mod no-such-file CHANGELOG.md
package main

import (
	"context"
	"io"
	"log"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/bridge"
	"github.com/kamaelia-go/kamaelia/components/chassis"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, names []string, to io.Writer) error {
	player := &chassis.Carousel[string, struct{}, []byte]{Factory: func(name string) (axon.Component, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		return &file{FromReader: bridge.FromReader{From: f}}, nil
	}}
	list := &flow.Chooser[string]{Items: names, Edge: flow.Stop}
	songs := chassis.JoinChooserToCarousel(list, player)
	songs.Policy = axon.Policy{Restarts: -1} // the next song, please
	show := axon.Consume(func(ctx context.Context, in *axon.Inbox[[]byte]) error {
		for b := range in.All(ctx) {
			if _, err := to.Write(b); err != nil {
				return err
			}
		}
		return nil
	})
	return axon.Pipeline(songs, show).Run(ctx)
}

// file reads a file and closes it.
type file struct{ bridge.FromReader }

// Main implements axon.Component.
func (f *file) Main(ctx context.Context) error {
	defer f.Interrupt()
	return f.FromReader.Main(ctx)
}
