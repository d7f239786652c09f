package gateway

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// A Gate bounds how many programs are at work at once. Other requests wait in the
// order of their coming. Its zero value is ready.
type Gate struct {
	// Most is how many run at once; 0 means 32.
	Most int

	// Queue is how many wait for that at most; 0 means 1000, and a negative number
	// none. More are refused.
	Queue int

	// Wait is how long one waits at most; 0 means 30 s, and a negative number no
	// limit.
	Wait time.Duration

	mu      sync.Mutex
	running int
	waiting []chan struct{} // each has room for the word that it may go on
}

var (
	errQueue = errors.New("too many requests are in work, and too many wait for that")
	errWait  = errors.New("too many requests are in work, and none was done in time")
)

// Bound returns how many run at once at most.
func (g *Gate) Bound() int { return cmp.Or(g.Most, 32) }

// Validate reports what is wrong with the options.
func (g *Gate) Validate() error {
	if g != nil && g.Most < 0 {
		return errors.New("a Gate with a negative number")
	}
	return nil
}

// Enter waits until one more may run. It returns the cause when ctx, or gone, has
// ended before.
func (g *Gate) Enter(ctx, gone context.Context) error {
	g.mu.Lock()
	if g.running < g.Bound() {
		g.running++
		g.mu.Unlock()
		return nil
	}
	if len(g.waiting) >= max(cmp.Or(g.Queue, 1000), 0) {
		g.mu.Unlock()
		return errQueue
	}
	turn := make(chan struct{}, 1)
	g.waiting = append(g.waiting, turn)
	g.mu.Unlock()
	var late <-chan time.Time // never, without a limit
	if wait := cmp.Or(g.Wait, 30*time.Second); wait > 0 {
		limit := time.NewTimer(wait)
		defer limit.Stop()
		late = limit.C
	}
	err := error(nil)
	select {
	case <-turn:
		return nil
	case <-late:
		err = errWait
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-gone.Done():
		err = context.Cause(gone)
	}
	if !g.forget(turn) { // it was let in at this moment
		g.Leave()
	}
	return err
}

// forget takes one out of the queue. It reports whether it was there.
func (g *Gate) forget(turn chan struct{}) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, turn)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

// Leave lets the next one in.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.running--
		return
	}
	g.waiting[0] <- struct{}{}
	g.waiting = slices.Delete(g.waiting, 0, 1)
}

// Load tells how many are at work, and how many wait.
func (g *Gate) Load() (running, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running, len(g.waiting)
}
