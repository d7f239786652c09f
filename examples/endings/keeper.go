package main

import (
	"context"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Keeper hears of the end before others do. Then it takes the last orders, and lets those
// end who wait for its word.
//
//	told ─▶ [ Keeper ] ── orders ─▶ int
//	             └─────── done ─▶ axon.Signal
//
// It is made by NewKeeper.
type Keeper struct {
	axon.Base
	Orders axon.Outbox[int]         // the last orders
	Done   axon.Outbox[axon.Signal] // a finish, when they are out

	told chan struct{}
	once sync.Once
}

var (
	_ axon.Component = (*Keeper)(nil)
	_ axon.Finisher  = (*Keeper)(nil)
)

// NewKeeper makes a Keeper.
func NewKeeper() *Keeper { return &Keeper{told: make(chan struct{})} }

// Finish implements axon.Finisher. Without it, the end of its context would be the word:
// a Keeper has no inbox that could finish. But then it could send no more.
func (k *Keeper) Finish() { k.once.Do(func() { close(k.told) }) }

// Main implements axon.Component.
func (k *Keeper) Main(ctx context.Context) error {
	select {
	case <-k.told:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := k.Orders.Send(ctx, 99); err != nil {
		return err
	}
	return k.Done.Send(ctx, axon.Signal{Kind: axon.Finish, From: axon.Address(ctx)})
}
