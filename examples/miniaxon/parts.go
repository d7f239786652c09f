package main

import (
	"context"
	"fmt"
	"io"
)

// Count sends the numbers from 1 to Most.
type Count struct {
	Most   int
	Outbox Outbox[int] // the numbers
}

// Main implements Component.
func (c *Count) Main(ctx context.Context) error {
	defer c.Outbox.Close()
	for n := 1; n <= c.Most; n++ {
		if err := c.Outbox.Send(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// Square sends the square of each number.
type Square struct {
	Inbox  Inbox[int]  // numbers
	Outbox Outbox[int] // their squares
}

// Main implements Component.
func (s *Square) Main(ctx context.Context) error {
	defer s.Outbox.Close()
	for n := range s.Inbox.All(ctx) {
		if err := s.Outbox.Send(ctx, n*n); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Print prints what comes.
type Print struct {
	To    io.Writer
	Inbox Inbox[int] // what is printed
}

// Main implements Component.
func (p *Print) Main(ctx context.Context) error {
	for n := range p.Inbox.All(ctx) {
		if _, err := fmt.Fprint(p.To, n, " "); err != nil {
			return err
		}
	}
	return ctx.Err()
}
