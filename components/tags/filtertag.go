package tags

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// FilterTag passes on what others have tagged, without the tag: Kamaelia's FilterTag.
//
//	Tagged[T] ──▶ [ FilterTag ] ──▶ T
//
// What bears its own UID is dropped. It ends with its input.
type FilterTag[T any] struct {
	axon.Base

	// UID is the tag of what is dropped.
	UID string

	Inbox  axon.Inbox[Tagged[T]] // what comes, its own messages too
	Outbox axon.Outbox[T]        // what others have sent
}

var (
	_ axon.Component = (*FilterTag[int])(nil)
	_ axon.Validator = (*FilterTag[int])(nil)
)

// Validate implements axon.Validator.
func (f *FilterTag[T]) Validate() error {
	if f.UID == "" {
		return errNoUID
	}
	return nil
}

// Main implements axon.Component.
func (f *FilterTag[T]) Main(ctx context.Context) error {
	for m := range f.Inbox.All(ctx) {
		if m.UID == f.UID {
			continue
		}
		if err := f.Outbox.Send(ctx, m.Value); err != nil {
			return err
		}
	}
	return nil
}
