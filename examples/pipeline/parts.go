package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Lines sends each line of a text.
type Lines struct {
	axon.Base
	From   io.Reader           // the text
	Outbox axon.Outbox[string] // its lines, in order
}

// Main implements axon.Component.
func (l *Lines) Main(ctx context.Context) error {
	text := bufio.NewScanner(l.From)
	for text.Scan() {
		if err := l.Outbox.Send(ctx, text.Text()); err != nil {
			return err
		}
	}
	return text.Err()
}

// Upper turns lines into upper case.
type Upper struct {
	axon.Base
	Inbox  axon.Inbox[string]  // lines
	Outbox axon.Outbox[string] // the same lines, in upper case
}

// Main implements axon.Component.
func (u *Upper) Main(ctx context.Context) error {
	for line := range u.Inbox.All(ctx) {
		if err := u.Outbox.Send(ctx, strings.ToUpper(line)); err != nil {
			return err
		}
	}
	return nil
}

// Print prints lines.
type Print struct {
	axon.Base
	To    io.Writer          // where they go
	Inbox axon.Inbox[string] // the lines
}

// Main implements axon.Component.
func (p *Print) Main(ctx context.Context) error {
	for line := range p.Inbox.All(ctx) {
		if _, err := fmt.Fprintln(p.To, line); err != nil {
			return err
		}
	}
	return nil
}
