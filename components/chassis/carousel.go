package chassis

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

// Carousel runs one component after the other, each made for an item that it is
// given: a reader for each file of a play-list, a client for each URL.
//
//	Item ── next ─▶ [ Carousel ] ── requestNext ─▶ flow.Move
//	In ──▶ inbox ─▶ [ the one  ] ─▶ outbox ──▶ Out
//
// The component that runs has the Carousel's boxes; its end is asked for by
// RequestNext, so that a chooser can send the next item. An item that comes
// unasked shuts the one that runs down first. What a component has not read is the
// next one's.
//
// When Next has finished, the Carousel ends with the component that runs; when it
// is told to finish, so is that.
type Carousel[Item, In, Out any] struct {
	axon.Base

	// Factory makes the component for an item. Its inbox, if it has one, takes In,
	// its outbox sends Out. An error is the Carousel's failure; with a policy that
	// runs it again it asks for the next item then.
	Factory func(Item) (axon.Component, error)

	// First asks for the first item, too: Kamaelia's make1stRequest.
	First bool

	Next        axon.Inbox[Item]       `axon:"size=16"`          // the items
	RequestNext axon.Outbox[flow.Move] `axon:"optional"`         // flow.Next when another item may come
	Inbox       axon.Inbox[In]         `axon:"optional,size=16"` // for the component that runs
	Outbox      axon.Outbox[Out]       `axon:"optional"`         // what it sends

	host   host[In, Out]
	failed bool // Main has failed on an item
}

var (
	_ axon.Component = (*Carousel[int, int, int])(nil)
	_ axon.Validator = (*Carousel[int, int, int])(nil)
	_ axon.Loser     = (*Carousel[int, int, int])(nil)
)

// Validate implements axon.Validator.
func (c *Carousel[Item, In, Out]) Validate() error {
	if c.Factory == nil {
		return errors.New("chassis: a Carousel needs a Factory")
	}
	return nil
}

// Lost notes that an item has failed: another is asked for if Main runs again.
func (c *Carousel[Item, In, Out]) Lost(context.Context, *axon.Fault) { c.failed = true }

// Main implements axon.Component.
func (c *Carousel[Item, In, Out]) Main(ctx context.Context) error {
	c.host = host[In, Out]{in: &c.Inbox, out: &c.Outbox, kept: c.host.kept}
	ask := c.First || c.failed
	c.failed = false
	for {
		if ask && c.Next.Len() == 0 {
			if err := c.RequestNext.Send(ctx, flow.Next); err != nil && !errors.Is(err, axon.ErrGone) {
				return err
			}
		}
		select {
		case item, ok := <-c.Next.C():
			if !ok {
				return nil
			}
			if err := c.serve(ctx, item); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
		ask = true
	}
}

// serve runs the component for an item, and for each that comes meanwhile.
func (c *Carousel[Item, In, Out]) serve(ctx context.Context, item Item) error {
	for again := true; again; {
		guest, err := c.Factory(item)
		if err != nil {
			return fmt.Errorf("chassis: no component for %v: %w", item, err)
		}
		s, err := c.host.stay("carousel", guest)
		if err != nil {
			return err
		}
		r, err := axon.Spawn(ctx, s.graph)
		if err != nil {
			return err
		}
		again = false
		select {
		case <-r.Done():
		case next, ok := <-c.Next.C():
			if item, again = next, ok; ok {
				s.room.leave <- errReplaced
			}
		}
		switch err := s.end(r); {
		case err != nil:
			return err
		case c.host.gone:
			return axon.ErrGone
		}
	}
	return nil
}
