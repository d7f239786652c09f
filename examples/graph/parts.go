package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Count sends the numbers from 1 on.
type Count struct {
	axon.Base
	To     int              // the last one
	Every  time.Duration    // the time between two
	Outbox axon.Outbox[int] // the numbers
}

// Main implements axon.Component.
func (c *Count) Main(ctx context.Context) error {
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	for n := 1; n <= c.To; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := c.Outbox.Send(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// Format makes lines of numbers.
type Format struct {
	axon.Base
	Format string              // of a line, as for fmt
	Inbox  axon.Inbox[int]     // numbers
	Outbox axon.Outbox[string] // a line for each
}

// Main implements axon.Component.
func (f *Format) Main(ctx context.Context) error {
	for n := range f.Inbox.All(ctx) {
		if err := f.Outbox.Send(ctx, fmt.Sprintf(f.Format, n)); err != nil {
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
