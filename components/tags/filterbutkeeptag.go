package tags

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// FilterButKeepTag passes on what others have tagged, with the tag: Kamaelia's
// FilterButKeepTag, for components that pass it on further.
//
//	Tagged[T] ──▶ [ FilterButKeepTag ] ──▶ Tagged[T]
//
// What bears its own UID is dropped. It ends with its input.
type FilterButKeepTag[T any] struct {
	axon.Base

	// UID is the tag of what is dropped.
	UID string

	Inbox  axon.Inbox[Tagged[T]]  // what comes, its own messages too
	Outbox axon.Outbox[Tagged[T]] // what others have sent
}

var (
	_ axon.Component = (*FilterButKeepTag[int])(nil)
	_ axon.Validator = (*FilterButKeepTag[int])(nil)
)

// Validate implements axon.Validator.
func (f *FilterButKeepTag[T]) Validate() error {
	if f.UID == "" {
		return errNoUID
	}
	return nil
}

// Main implements axon.Component.
func (f *FilterButKeepTag[T]) Main(ctx context.Context) error {
	for m := range f.Inbox.All(ctx) {
		if m.UID == f.UID {
			continue
		}
		if err := f.Outbox.Send(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
