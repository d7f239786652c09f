package main

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/chassis"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// A State is what the steps of a session know of it, one after the other.
type State struct {
	Peer *sockets.Peer // who is connected
	Name string        // who has logged in; "" for nobody
	Seen int           // how many messages were there at the last visit
}

// Name asks who is there.
type Name struct {
	Dialogue
	State *State
}

// Main implements axon.Component.
func (n *Name) Main(ctx context.Context) (err error) {
	n.State.Name, err = n.Ask(ctx, "name?")
	return err
}

// Farewell says good-bye.
type Farewell struct {
	Dialogue
	State *State
}

// Main implements axon.Component.
func (f *Farewell) Main(ctx context.Context) error {
	return f.Say(ctx, "Good-bye, %s from %v.", f.State.Name, f.State.Peer.Remote)
}

// sequence makes a session of steps.
func sequence(steps ...axon.Component) axon.Component {
	return inLines(&chassis.Seq[string, string]{Steps: steps})
}

// step3 is a session of two steps that share what they know.
func step3(peer *sockets.Peer) (axon.Component, error) {
	s := &State{Peer: peer}
	return sequence(&Name{State: s}, &Farewell{State: s}), nil
}
