package ends

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// DataSink keeps the messages that arrive.
//
//	T ──▶ [ DataSink ]
//
// It ends with its input.
type DataSink[T any] struct {
	axon.Base

	// Most is how many messages it keeps; 0 means 65,536. One more is a failure.
	Most int

	Inbox axon.Inbox[T] // what is kept

	mu    sync.Mutex
	items []T
}

var _ axon.Component = (*DataSink[int])(nil)

// Items returns what has come up to now, in order.
func (d *DataSink[T]) Items() []T {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.items)
}

// Main implements axon.Component.
func (d *DataSink[T]) Main(ctx context.Context) error {
	most := d.Most
	if most <= 0 {
		most = 1 << 16
	}
	for v := range d.Inbox.All(ctx) {
		if !d.keep(v, most) {
			return fmt.Errorf("ends: more than %d messages for a DataSink", most)
		}
	}
	return nil
}

func (d *DataSink[T]) keep(v T, most int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.items) == most {
		return false
	}
	d.items = append(d.items, v)
	return true
}
