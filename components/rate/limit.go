package rate

import (
	"context"
	"errors"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Limit lets messages pass at a rate: Kamaelia's MessageRateLimit, and with Bytes its
// ByteRate_RequestControl.
//
//	T ──▶ [ Limit ] ──▶ T, in time
//	rate ──▶
//
// Nothing is dropped: what comes too fast waits where it is. It ends with its input.
type Limit[T any] struct {
	axon.Base

	// PerSecond is how much may pass in a second. It is more than 0.
	PerSecond float64

	// Burst is how much may pass at once after a time of rest; 0 means as much as
	// passes in a tenth of a second, and one message in any case.
	Burst float64

	// Cost is how much a message counts; nil means 1 each. One that counts more than
	// Burst passes when there is room for Burst, and those behind it wait longer.
	Cost func(T) float64

	Inbox  axon.Inbox[T]       // what is to pass
	Rate   axon.Inbox[float64] `axon:"optional"` // another PerSecond, from now on; 0 stops the flow
	Outbox axon.Outbox[T]      // the same
}

var (
	_ axon.Component = (*Limit[int])(nil)
	_ axon.Validator = (*Limit[int])(nil)
)

// Messages returns a Limit in messages a second.
func Messages[T any](perSecond float64) *Limit[T] { return &Limit[T]{PerSecond: perSecond} }

// Bytes returns a Limit in bytes a second.
func Bytes(perSecond float64) *Limit[[]byte] {
	return &Limit[[]byte]{PerSecond: perSecond, Cost: func(b []byte) float64 { return float64(len(b)) }}
}

// Validate implements axon.Validator.
func (l *Limit[T]) Validate() error {
	if !(l.PerSecond > 0) || l.Burst < 0 {
		return errors.New("rate: PerSecond is more than 0, and Burst not less")
	}
	return nil
}

// bucket fills as time goes by, and a message takes what it costs.
type bucket struct {
	per, burst float64
	level      float64
	at         time.Time
}

// fill brings the level up to a time.
func (b *bucket) fill(now time.Time) {
	b.level = min(b.level+now.Sub(b.at).Seconds()*b.per, max(b.burst, 0))
	b.at = now
}

// wait is how long it takes until the level is high enough; ok is false for ever.
func (b *bucket) wait(level float64) (d time.Duration, ok bool) {
	if b.level >= level {
		return 0, true
	}
	if b.per <= 0 {
		return 0, false
	}
	s := (level - b.level) / b.per
	return time.Duration(min(s*float64(time.Second), 1e18)) + 1, true
}

// Main implements axon.Component.
func (l *Limit[T]) Main(ctx context.Context) error {
	b := &bucket{per: l.PerSecond, at: time.Now()}
	b.burst = l.burst(b.per)
	b.level = b.burst
	for v := range l.Inbox.All(ctx) {
		cost := 1.0
		if l.Cost != nil {
			cost = max(l.Cost(v), 0)
		}
		if err := l.pass(ctx, b, cost); err != nil {
			return err
		}
		if err := l.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

func (l *Limit[T]) burst(per float64) float64 {
	if l.Burst > 0 {
		return l.Burst
	}
	return max(per/10, 1)
}

// pass waits until a message may pass. The rate may change meanwhile.
func (l *Limit[T]) pass(ctx context.Context, b *bucket, cost float64) error {
	for {
		for n := l.Rate.Len(); n > 0; n-- {
			l.change(b, <-l.Rate.C())
		}
		b.fill(time.Now())
		d, ok := b.wait(min(cost, b.burst))
		if ok && d == 0 {
			b.level -= cost
			return nil
		}
		var full <-chan time.Time
		if ok {
			timer := time.NewTimer(d)
			defer timer.Stop()
			full = timer.C
		}
		rates := l.Rate.C()
		if !l.Rate.Linked() {
			rates = nil
		}
		select {
		case <-full:
		case per, open := <-rates:
			if open {
				l.change(b, per)
				continue
			}
			if !ok {
				return errors.New("rate: the flow was stopped, and nobody can start it again")
			}
			select {
			case <-full:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// change sets another rate from now on.
func (l *Limit[T]) change(b *bucket, per float64) {
	b.fill(time.Now())
	b.per, b.burst = max(per, 0), l.burst(per)
}
