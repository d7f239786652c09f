package broken

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Network loses, doubles, delays and reorders messages: Kamaelia's BrokenNetwork.
//
//	T ──▶ [ Network ] ──▶ T, or not, or twice, or later
//
// With the same Seed the same happens to the same messages, whatever the time. It ends
// with its input, behind what is still under way.
type Network[T any] struct {
	axon.Base

	// Lose, Double and Reorder are the chances, from 0 to 1, that a message is lost, is
	// sent twice, or is held back until up to Depth others have passed.
	Lose, Double, Reorder float64

	// Depth is how many messages can overtake one, and how many are held back at
	// most; 0 means 4.
	Depth int

	// Delay is how long each message takes.
	Delay time.Duration

	// Seed makes the chances come again.
	Seed uint64

	Inbox  axon.Inbox[T]  // what is sent
	Outbox axon.Outbox[T] // what arrives
}

var (
	_ axon.Component = (*Network[int])(nil)
	_ axon.Validator = (*Network[int])(nil)
)

// Validate implements axon.Validator.
func (n *Network[T]) Validate() error {
	for _, p := range []float64{n.Lose, n.Double, n.Reorder} {
		if !(p >= 0 && p <= 1) {
			return errors.New("broken: a chance is from 0 to 1")
		}
	}
	return nil
}

// held is a message that others overtake.
type held[T any] struct {
	v     T
	after int // how many more pass before it
}

// Main implements axon.Component.
func (n *Network[T]) Main(ctx context.Context) error {
	chance := rand.New(rand.NewPCG(n.Seed, 0))
	depth := n.Depth
	if depth <= 0 {
		depth = 4
	}
	var back []held[T]
	for v := range n.Inbox.All(ctx) {
		lose, double, reorder := chance.Float64() < n.Lose, chance.Float64() < n.Double, chance.Float64() < n.Reorder
		after := 1 + chance.IntN(depth)
		if lose {
			continue
		}
		if reorder && len(back) < depth {
			back = append(back, held[T]{v, after})
			continue
		}
		for copies := 1; copies <= 2; copies++ {
			if err := n.pass(ctx, v); err != nil {
				return err
			}
			if !double {
				break
			}
		}
		var err error
		if back, err = n.overtaken(ctx, back, 1); err != nil {
			return err
		}
	}
	_, err := n.overtaken(ctx, back, depth) // after a shutdown it fails
	return err
}

// overtaken notes that some messages have passed, and sends those whose time has come.
func (n *Network[T]) overtaken(ctx context.Context, back []held[T], by int) ([]held[T], error) {
	left := back[:0]
	for _, h := range back {
		if h.after -= by; h.after > 0 {
			left = append(left, h)
		} else if err := n.pass(ctx, h.v); err != nil {
			return left, err
		}
	}
	return left, nil
}

// pass sends one message, when it has taken its time.
func (n *Network[T]) pass(ctx context.Context, v T) error {
	if n.Delay > 0 {
		timer := time.NewTimer(n.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return n.Outbox.Send(ctx, v)
}
