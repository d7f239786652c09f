package flow

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/kamaelia-go/kamaelia/axon"
)

// DictChooser sends items by their keys, and learns new ones while it runs: Kamaelia's
// DictChooser.
//
//	K ───────▶ [ DictChooser ] ──▶ V
//	option ─▶          └─ unknown ─▶ K
//
// It ends with its input.
type DictChooser[K comparable, V any] struct {
	axon.Base

	// Items are what can be chosen at the start; they are not changed.
	Items map[K]V

	// Most is how many items there may be; 0 means 65,536. One more is a failure.
	Most int

	Inbox   axon.Inbox[K]       // which item to send
	Option  axon.Inbox[map[K]V] `axon:"optional"` // more items, that take the place of those with the same keys
	Outbox  axon.Outbox[V]      // the items that were asked for
	Unknown axon.Outbox[K]      `axon:"optional"` // keys that no item has

	items map[K]V
}

var _ axon.Component = (*DictChooser[int, int])(nil)

// Main implements axon.Component.
func (d *DictChooser[K, V]) Main(ctx context.Context) error {
	if d.items == nil { // a restart goes on with what it has learned
		d.items = map[K]V{}
		if err := d.learn(d.Items); err != nil {
			return err
		}
	}
	options := d.Option.C()
	if !d.Option.Linked() {
		options = nil
	}
	for {
		select {
		case more, open := <-options:
			if !open {
				options = nil
			} else if err := d.learn(more); err != nil {
				return err
			}
		case key, open := <-d.Inbox.C():
			if !open || ctx.Err() != nil {
				return nil
			}
			if err := d.choose(ctx, key); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// learn takes up more items.
func (d *DictChooser[K, V]) learn(more map[K]V) error {
	most := d.Most
	if most <= 0 {
		most = 1 << 16
	}
	maps.Copy(d.items, more)
	if len(d.items) > most {
		return fmt.Errorf("flow: a DictChooser of more than %d items", most)
	}
	return nil
}

// choose sends the item with a key.
func (d *DictChooser[K, V]) choose(ctx context.Context, key K) error {
	if v, ok := d.items[key]; ok {
		return d.Outbox.Send(ctx, v)
	}
	if err := d.Unknown.Send(ctx, key); err != nil && !errors.Is(err, axon.ErrGone) {
		return err
	}
	return nil
}
