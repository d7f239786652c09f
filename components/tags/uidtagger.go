package tags

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A Tagged message says who has sent it.
type Tagged[T any] struct {
	UID   string
	Value T
}

// NewUID returns a tag that nobody else has, on this machine or another: 26 letters and
// digits by chance.
func NewUID() string { return rand.Text() }

// errNoUID is what is wrong with a component without a tag.
var errNoUID = errors.New("tags: a UID is needed; NewUID makes one")

// UIDTagger tags messages: Kamaelia's UidTagger.
//
//	T ──▶ [ UIDTagger ] ──▶ Tagged[T]
//
// It ends with its input.
type UIDTagger[T any] struct {
	axon.Base

	// UID is the tag.
	UID string

	Inbox  axon.Inbox[T]          // what is tagged
	Outbox axon.Outbox[Tagged[T]] // the same, with the tag
}

var (
	_ axon.Component = (*UIDTagger[int])(nil)
	_ axon.Validator = (*UIDTagger[int])(nil)
)

// Validate implements axon.Validator.
func (u *UIDTagger[T]) Validate() error {
	if u.UID == "" {
		return errNoUID
	}
	return nil
}

// Main implements axon.Component.
func (u *UIDTagger[T]) Main(ctx context.Context) error {
	for v := range u.Inbox.All(ctx) {
		if err := u.Outbox.Send(ctx, Tagged[T]{u.UID, v}); err != nil {
			return err
		}
	}
	return nil
}
