package main

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Keeper hears of the end before others do. Then it takes the last orders, and lets those
// end who wait for its word.
//
//	told ─▶ [ Keeper ] ── orders ─▶ int
//	             └─────── done ─▶ axon.Signal
type Keeper struct {
	axon.Base
	Inbox  axon.Inbox[int]          `axon:"optional"` // nothing; it finishes when the Keeper is told to
	Orders axon.Outbox[int]         // the last orders
	Done   axon.Outbox[axon.Signal] // a finish, when they are out
}

// Main implements axon.Component.
func (k *Keeper) Main(ctx context.Context) error {
	for range k.Inbox.All(ctx) { // until it has finished
	}
	if err := k.Orders.Send(ctx, 99); err != nil {
		return err
	}
	return k.Done.Send(ctx, axon.Signal{Kind: axon.Finish, From: axon.Address(ctx)})
}
