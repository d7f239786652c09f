package main

import (
	"context"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

// Menu makes of each line what its button is for.
//
//	string ──▶ [ Menu ] ── moves ─▶ flow.Move
//	               ├─── help ─▶ string
//	               └─── quit ─▶ axon.Signal
//
// It ends with its input, or when it has been told to quit.
type Menu struct {
	axon.Base
	Inbox axon.Inbox[string]       // what was typed
	Moves axon.Outbox[flow.Move]   // which page is wanted
	Help  axon.Outbox[string]      // what can be typed
	Quit  axon.Outbox[axon.Signal] // a finish, for whoever reads
}

var buttons = map[string]flow.Move{
	"next": flow.Next, "back": flow.Previous, "first": flow.First, "last": flow.Last, "again": flow.Same,
}

// Main implements axon.Component.
func (m *Menu) Main(ctx context.Context) error {
	for line := range m.Inbox.All(ctx) {
		line = strings.TrimSpace(line)
		move, known := buttons[line]
		var err error
		switch {
		case known:
			err = m.Moves.Send(ctx, move)
		case line == "quit":
			return m.Quit.Send(ctx, axon.Signal{Kind: axon.Finish, From: axon.Address(ctx)})
		default:
			err = m.Help.Send(ctx, "type next, back, first, last, again or quit")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
