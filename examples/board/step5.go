package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// Menu lists and shows messages and takes new ones, until the person quits.
type Menu struct {
	Dialogue
	State *State
	Board *Board
}

// Main implements axon.Component.
func (m *Menu) Main(ctx context.Context) error {
	for m.State.Name != "" {
		line, err := m.Ask(ctx, "list, read NUMBER, post TEXT, or quit?")
		if err != nil {
			return err
		}
		switch word, rest, _ := strings.Cut(line, " "); word {
		case "list":
			err = m.list(ctx)
		case "read":
			err = m.read(ctx, rest)
		case "post":
			err = m.post(ctx, rest)
		case "quit":
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *Menu) list(ctx context.Context) error {
	for i, message := range m.Board.Messages() {
		mark := " "
		if i >= m.State.Seen {
			mark = "*"
		}
		if err := m.Say(ctx, "%s %d %s: %.40s", mark, i+1, message.From, message.Text); err != nil {
			return err
		}
	}
	return nil
}

func (m *Menu) read(ctx context.Context, which string) error {
	messages := m.Board.Messages()
	n, err := strconv.Atoi(which)
	if err != nil || n < 1 || n > len(messages) {
		return m.Say(ctx, "there is no message %q", which)
	}
	m.State.Seen = max(m.State.Seen, n)
	message := messages[n-1]
	return m.Say(ctx, "%d, %s, %s:\n%s", n, message.From, message.Time.Format(time.DateTime), message.Text)
}

func (m *Menu) post(ctx context.Context, text string) error {
	n, err := m.Board.Post(Message{From: m.State.Name, Time: time.Now(), Text: text})
	if err != nil {
		return m.Say(ctx, "that did not work: %v", err)
	}
	return m.Say(ctx, "it is message %d", n)
}

// step5 is a bulletin board: one more step in the sequence.
func (b *Board) step5(peer *sockets.Peer) (axon.Component, error) {
	s := &State{Peer: peer}
	return sequence(
		&Login{State: s, Users: b.Users},
		&Retrieve{State: s, Board: b},
		&Menu{State: s, Board: b},
		&Save{State: s, Board: b},
	), nil
}
