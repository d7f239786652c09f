package ends

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/axon"
)

// DataSource sends the items of a sequence and ends.
//
//	[ DataSource ] ──▶ T
//
// The sequence is read as fast as the items are taken. A finish ends it between two
// items, unless it was made by Data: then all are sent, since they are there.
type DataSource[T any] struct {
	axon.Base

	Items  iter.Seq[T]    // what is sent
	Outbox axon.Outbox[T] // the items, in order

	held   bool // the items are in memory
	enough atomic.Bool
}

// Data returns a DataSource of some items.
func Data[T any](items ...T) *DataSource[T] {
	return &DataSource[T]{Items: slices.Values(items), held: true}
}

var (
	_ axon.Component = (*DataSource[int])(nil)
	_ axon.Validator = (*DataSource[int])(nil)
	_ axon.Finisher  = (*DataSource[int])(nil)
)

// Finish ends the DataSource behind the item that is under way.
func (d *DataSource[T]) Finish() { d.enough.Store(!d.held) }

// Validate implements axon.Validator.
func (d *DataSource[T]) Validate() error {
	if d.Items == nil {
		return errors.New("ends: a DataSource needs Items")
	}
	return nil
}

// Main implements axon.Component.
func (d *DataSource[T]) Main(ctx context.Context) error {
	for v := range d.Items {
		if d.enough.Load() {
			return nil
		}
		if err := d.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
