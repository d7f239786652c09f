package chassis

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// feeder passes what comes to a chassis on to its guest, until the guest has ended.
//
//	chassis.inbox ─▶ [ feeder ] ──▶ guest
//
// A message that the guest did not take is kept for the next one. It ends with the
// chassis's inbox, or with the guest.
type feeder[In, Out any] struct {
	host *host[In, Out]
	over <-chan struct{}

	Outbox axon.Outbox[In] // what has come, in order
}

var (
	_ axon.Component = (*feeder[int, int])(nil)
	_ axon.Finisher  = (*feeder[int, int])(nil)
)

// Finish does nothing: the chassis's inbox finishes, too, after what it holds.
func (f *feeder[In, Out]) Finish() {}

// Main implements axon.Component.
func (f *feeder[In, Out]) Main(ctx context.Context) error {
	for len(f.host.kept) > 0 {
		if err := f.Outbox.Send(ctx, f.host.kept[0]); err != nil {
			return err
		}
		f.host.kept = f.host.kept[1:]
	}
	for f.host.in.Linked() { // else there is no input, as if it had finished
		select {
		case v, ok := <-f.host.in.C():
			if !ok {
				return nil
			}
			if err := f.Outbox.Send(ctx, v); err != nil {
				f.host.kept = []In{v}
				return err
			}
		case <-f.over:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}
