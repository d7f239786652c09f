package chassis

import (
	"context"
	"errors"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Bounded runs a component for a bounded time.
//
//	┌─ Bounded ───────┐
//	│  [ component ]  │   the component's own boxes, with no hop between
//	└─────────────────┘
//
// It stands for the component: link the component's boxes, or put the Bounded into a
// pipeline. It ends when the component has ended. When a time is over, the component
// is told to finish; if it has not ended when Grace is over, it is shut down. That is
// no failure.
type Bounded struct {
	*axon.Graph

	// Lifetime is how long the component may run; 0 means no limit.
	Lifetime time.Duration

	// Idle is how long no message may come in or go out; 0 means no limit. It is
	// looked at four times in that time, so it may be a quarter longer.
	Idle time.Duration

	// Grace is how long the component may take to finish; 0 means 5 seconds, a
	// negative time none.
	Grace time.Duration

	component axon.Component
}

var (
	_ axon.Component = (*Bounded)(nil)
	_ axon.Validator = (*Bounded)(nil)
)

// ErrExpired is the cause of the shutdown of a component whose time is over.
var ErrExpired = errors.New("chassis: its time is over")

// TTL lets a component run for some time at most: Kamaelia's TTL.
func TTL(c axon.Component, lifetime time.Duration) *Bounded {
	b := bound(c)
	b.Lifetime = lifetime
	return b
}

// NoActivity ends a component when no message has come in or gone out for some time:
// Kamaelia's InactivityChassis and NoActivityTimeout.
func NoActivity(c axon.Component, idle time.Duration) *Bounded {
	b := bound(c)
	b.Idle = idle
	return b
}

func bound(c axon.Component) *Bounded {
	g := axon.Pipeline(c)
	g.Name = "bounded"
	return &Bounded{Graph: g, component: c}
}

// Validate implements axon.Validator.
func (b *Bounded) Validate() error {
	if b.Graph == nil || b.Lifetime < 0 || b.Idle < 0 {
		return errors.New("chassis: a Bounded is made by TTL or NoActivity, and no time is negative")
	}
	return nil
}

// Main implements axon.Component.
func (b *Bounded) Main(ctx context.Context) error {
	run, err := axon.Spawn(ctx, b.Graph)
	if err != nil {
		return err
	}
	if !b.watch(run) {
		return run.Wait(context.Background())
	}
	if err := run.Tell(b.component, axon.Signal{Kind: axon.Finish, From: axon.Address(ctx), Reason: ErrExpired}); err != nil {
		return err
	}
	grace := b.Grace
	if grace == 0 {
		grace = 5 * time.Second
	}
	timer := time.NewTimer(max(grace, 0))
	defer timer.Stop()
	select {
	case <-run.Done():
		return run.Wait(context.Background())
	case <-timer.C:
		run.Stop(ErrExpired)
		<-run.Done()
		return nil
	}
}

// watch returns when the component has ended, or reports that a time is over.
func (b *Bounded) watch(run *axon.Running) bool {
	var life, look <-chan time.Time
	if b.Lifetime > 0 {
		timer := time.NewTimer(b.Lifetime)
		defer timer.Stop()
		life = timer.C
	}
	if b.Idle > 0 {
		ticker := time.NewTicker(max(b.Idle/4, 1))
		defer ticker.Stop()
		look = ticker.C
	}
	for traffic, since := run.Traffic(), time.Now(); ; {
		select {
		case <-run.Done():
			return false
		case <-life:
			return true
		case now := <-look:
			switch n := run.Traffic(); {
			case n != traffic:
				traffic, since = n, now
			case now.Sub(since) >= b.Idle:
				return true
			}
		}
	}
}
