package main

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// Commands answers lines, and ends the server when it is told to.
type Commands struct {
	axon.Base
	Inbox        axon.Inbox[string]       // lines of a client
	Outbox       axon.Outbox[string]      // answers
	ServerSignal axon.Outbox[axon.Signal] // the end of the server
}

// Main implements axon.Component.
func (c *Commands) Main(ctx context.Context) error {
	for line := range c.Inbox.All(ctx) {
		if line != "stop" {
			if err := c.Outbox.Send(ctx, line+"? I know stop"); err != nil {
				return err
			}
			continue
		}
		if err := c.Outbox.Send(ctx, "bye"); err != nil {
			return err
		}
		return c.ServerSignal.Send(ctx, axon.Signal{Kind: axon.Finish, From: axon.Address(ctx)})
	}
	return nil
}

// session is a Commands with lines around it, and its box.
type session struct {
	axon.Graph
	Inbox        axon.Inbox[[]byte]       // what the client sends
	Outbox       axon.Outbox[[]byte]      // what is sent to it
	ServerSignal axon.Outbox[axon.Signal] // the end of the server
}

func newSession(*sockets.Peer) (axon.Component, error) {
	s, split, commands, join := &session{}, &lines.LineSplit{}, &Commands{}, &lines.LineJoin{}
	s.Parts = axon.Parts{{Name: "LINESPLIT", Component: split}, {Name: "COMMANDS", Component: commands}, {Name: "LINEJOIN", Component: join}}
	s.Links = axon.Links{
		axon.ExposeIn(&s.Inbox, &split.Inbox),
		axon.Link(&split.Outbox, &commands.Inbox),
		axon.Link(&commands.Outbox, &join.Inbox),
		axon.ExposeOut(&join.Outbox, &s.Outbox),
		axon.ExposeOut(&commands.ServerSignal, &s.ServerSignal),
	}
	return s, nil
}
