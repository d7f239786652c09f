package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A Sum is what one person has spent.
type Sum struct {
	Name  string
	Total int
}

// String is how a Sum is shown.
func (s Sum) String() string { return fmt.Sprintf("%s %d", s.Name, s.Total) }

// Tally adds up lines of a name and a number, and sends the sums when no more come.
//
//	string ──▶ [ Tally ] ──▶ Sum
//	               └─ rejected ─▶ string
//
// It ends with its input.
type Tally struct {
	axon.Base

	// Most is how many names there may be; 0 means 1000. One more is a failure.
	Most int

	Inbox    axon.Inbox[string]  // lines: a name and a number
	Outbox   axon.Outbox[Sum]    // the sums, by name, when the input has finished
	Rejected axon.Outbox[string] // lines that are no such thing
}

var _ axon.Component = (*Tally)(nil)

var errMany = errors.New("tally: too many names")

// Main implements axon.Component.
func (t *Tally) Main(ctx context.Context) error {
	most := t.Most
	if most == 0 {
		most = 1000
	}
	sums := map[string]int{}
	for line := range t.Inbox.All(ctx) {
		var name string
		var number int
		if _, err := fmt.Sscanf(line, "%s %d", &name, &number); err != nil {
			if err := t.Rejected.Send(ctx, line); err != nil {
				return err
			}
			continue
		}
		if _, known := sums[name]; !known && len(sums) == most {
			return errMany
		}
		sums[name] += number
	}
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		if err := t.Outbox.Send(ctx, Sum{name, sums[name]}); err != nil {
			return err
		}
	}
	return nil
}
