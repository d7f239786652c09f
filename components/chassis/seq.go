package chassis

import (
	"context"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Seq runs components one after the other: each begins when the one before it has
// ended. It is the natural form of a session: greet, log in, serve, say good-bye.
//
//	In ──▶ [ step 1, then step 2, ... ] ──▶ Out
//
// The step that runs has the Seq's boxes. What one has not read is the next one's,
// so a client may type ahead. When the inbox has finished the steps that are left
// run nevertheless, and find their inboxes finished. A finish signal goes to the step
// that runs, and to those after it, as to any part of a graph. The Seq ends with its last
// step, or when nobody receives what it sends.
type Seq[In, Out any] struct {
	axon.Base

	// Steps are the components. Those that have an inbox have one of In, those with
	// an outbox one of Out; what they share otherwise is a pointer in their fields.
	// A step that fails is not run again: if the Seq is, it goes on with the next.
	Steps []axon.Component

	Inbox  axon.Inbox[In]   `axon:"optional,size=16"` // for the step that runs
	Outbox axon.Outbox[Out] `axon:"optional"`         // what the steps send, one after the other

	host  host[In, Out]
	stays []*stay[In, Out]
	next  int
}

var (
	_ axon.Component = (*Seq[int, int])(nil)
	_ axon.Validator = (*Seq[int, int])(nil)
)

// Validate implements axon.Validator: it builds the steps' graphs.
func (s *Seq[In, Out]) Validate() error {
	s.host = host[In, Out]{in: &s.Inbox, out: &s.Outbox}
	s.stays = nil
	for i, c := range s.Steps {
		st, err := s.host.stay("seq", c)
		if err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		s.stays = append(s.stays, st)
	}
	return nil
}

// Main implements axon.Component.
func (s *Seq[In, Out]) Main(ctx context.Context) error {
	for s.next < len(s.stays) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		st := s.stays[s.next]
		s.next++
		r, err := axon.Spawn(ctx, st.graph)
		if err != nil {
			return err
		}
		switch err := st.end(r); {
		case err != nil:
			return err
		case s.host.gone:
			return axon.ErrGone
		}
	}
	return nil
}
