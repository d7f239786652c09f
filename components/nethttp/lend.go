package nethttp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// borrow returns an instance that nobody uses.
func (g *Graph) borrow(ctx context.Context) (i *instance, err error) {
	g.once.Do(func() {
		if g.Most <= 0 {
			g.Most = 256
		}
		g.slots = make(chan struct{}, g.Most)
	})
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if i, err = g.take(ctx); err != nil {
		<-g.slots
	}
	return i, err
}

// take returns an idle instance, or a new one.
func (g *Graph) take(ctx context.Context) (*instance, error) {
	g.mu.Lock()
	if err := g.start(); err != nil {
		g.mu.Unlock()
		return nil, err
	}
	for n := len(g.idle); n > 0; n = len(g.idle) {
		i := g.idle[n-1]
		g.idle[n-1] = nil
		g.idle = g.idle[:n-1]
		if !i.ended() {
			g.mu.Unlock()
			return i, nil
		}
		g.report(i.failure())
	}
	age := g.age
	g.mu.Unlock()
	i, err := g.pool.instance(ctx)
	if i != nil {
		i.age = age
	}
	if err != nil && !errors.Is(err, errClosed) && ctx.Err() == nil {
		g.report(err)
		err = fmt.Errorf("%w: %w", errUnfit, err)
	}
	return i, err
}

// giveBack ends the use of an instance. It returns when that no longer needs the
// http.Request.
func (g *Graph) giveBack(i *instance, c *call, answered bool) {
	if !answered {
		i.running.Stop(errGivenUp)
	}
	c.leave(answered)
	if i.ended() {
		g.report(i.failure())
	} else if answered && !(i.well() && g.keep(i)) {
		i.running.Finish()
	}
	<-g.slots
}

// keep puts an instance back, unless enough wait.
func (g *Graph) keep(i *instance) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.idle) >= cmp.Or(g.Keep, 32) || i.age != g.age {
		return false
	}
	g.idle = append(g.idle, i)
	return true
}

// Renew lets the requests that come from now on be answered by instances that are
// made from now on: Application makes another graph than before.
func (g *Graph) Renew() {
	g.mu.Lock()
	idle := g.idle
	g.idle = nil
	g.age++
	g.mu.Unlock()
	for _, i := range idle {
		i.running.Finish()
	}
}
