package timer

import (
	"context"
	"errors"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// PeriodicTick sends the time, again and again: Kamaelia's PeriodicTick and
// CheapAndCheerfulClock.
//
//	[ PeriodicTick ] ──▶ time.Time
//
// While the receiver has no room, ticks are dropped, as those of a time.Ticker are. It
// ends after Most ticks, when it is told to, or when its receiver has gone.
type PeriodicTick struct {
	axon.Base

	// Every is the time between two ticks.
	Every time.Duration

	// First sends a tick at once, too.
	First bool

	// Most is how many ticks there are; 0 means no limit.
	Most int

	Outbox axon.Outbox[time.Time] // when the tick was
}

var (
	_ axon.Component = (*PeriodicTick)(nil)
	_ axon.Validator = (*PeriodicTick)(nil)
)

// Validate implements axon.Validator.
func (p *PeriodicTick) Validate() error {
	if p.Every <= 0 {
		return errors.New("timer: Every is how long it is between two ticks, and more than 0")
	}
	return nil
}

// Main implements axon.Component.
func (p *PeriodicTick) Main(ctx context.Context) error {
	ticker := time.NewTicker(p.Every)
	defer ticker.Stop()
	now, at := p.First, time.Now()
	for n := 0; p.Most <= 0 || n < p.Most; n++ {
		if !now {
			select {
			case at = <-ticker.C:
			case <-ctx.Done():
				return nil
			}
		}
		now = false
		if err := p.Outbox.Send(ctx, at); err != nil {
			return err
		}
	}
	return nil
}
