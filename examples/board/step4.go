package main

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/auth"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// Login asks for a name and a password, three times at most. Who does not know them stays
// nobody.
type Login struct {
	Dialogue
	State *State
	Users *auth.Users
}

// Main implements axon.Component.
func (l *Login) Main(ctx context.Context) error {
	for range 3 {
		name, err := l.Ask(ctx, "name?")
		if err != nil {
			return err
		}
		password, err := l.Ask(ctx, "password?")
		if err != nil {
			return err
		}
		known, err := l.Users.Check(ctx, name, password, l.State.Peer.Remote)
		if known {
			l.State.Name = name
			return nil
		}
		why := "no such name, or not its password"
		if err != nil {
			why = err.Error()
		}
		if err := l.Say(ctx, "Sorry: %s.", why); err != nil {
			return err
		}
	}
	return nil
}

// Retrieve looks up what the person has seen, and greets.
type Retrieve struct {
	Dialogue
	State *State
	Board *Board
}

// Main implements axon.Component.
func (r *Retrieve) Main(ctx context.Context) error {
	if r.State.Name == "" {
		return nil
	}
	r.State.Seen = r.Board.Visit(r.State.Name)
	return r.Say(ctx, "Hello, %s. There are %d new messages.", r.State.Name, r.Board.Len()-r.State.Seen)
}

// Save keeps what the person has seen, for the next time.
type Save struct {
	Dialogue
	State *State
	Board *Board
}

// Main implements axon.Component. It does its work for a person that has hung up, too.
func (s *Save) Main(ctx context.Context) error {
	if s.State.Name == "" {
		return nil
	}
	if err := s.Board.SetVisit(s.State.Name, s.State.Seen); err != nil {
		return err
	}
	_ = s.Say(ctx, "Good-bye, %s.", s.State.Name)
	return nil
}

// step4 is a session of people with passwords, who are remembered.
func (b *Board) step4(peer *sockets.Peer) (axon.Component, error) {
	s := &State{Peer: peer}
	return sequence(&Login{State: s, Users: b.Users}, &Retrieve{State: s, Board: b}, &Save{State: s, Board: b}), nil
}
