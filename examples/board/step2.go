package main

import (
	"context"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// A Dialogue holds the boxes of a component that talks with a person in lines, to be
// embedded.
type Dialogue struct {
	axon.Base
	Inbox  axon.Inbox[string]  // lines that the person types
	Outbox axon.Outbox[string] // lines that are shown
}

// Say shows a line.
func (d *Dialogue) Say(ctx context.Context, format string, about ...any) error {
	return d.Outbox.Send(ctx, fmt.Sprintf(format, about...))
}

// Ask shows a question and waits for the answer. When the person has gone the error is
// axon.ErrFinished.
func (d *Dialogue) Ask(ctx context.Context, question string) (string, error) {
	if err := d.Say(ctx, "%s", question); err != nil {
		return "", err
	}
	return d.Inbox.Recv(ctx)
}

// Greeter asks for a name, and greets.
type Greeter struct{ Dialogue }

// Main implements axon.Component.
func (g *Greeter) Main(ctx context.Context) error {
	name, err := g.Ask(ctx, "name?")
	if err != nil {
		return err
	}
	return g.Say(ctx, "Hello, %s.", name)
}

// inLines puts lines around a component that talks in them.
func inLines(talk axon.Component) axon.Component {
	return axon.Pipeline(&lines.LineSplit{Longest: 1000}, talk, &lines.LineJoin{})
}

// step2 is a dialogue.
func step2(*sockets.Peer) (axon.Component, error) { return inLines(&Greeter{}), nil }
