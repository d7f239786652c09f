package axon

import (
	"context"
	"errors"
	"sync"
	"time"
)

// partContext is the context of one run of a part's Main. It ends when the part
// is shut down. It is our own type, rather than the context package's, so that a
// receiver can tell that waiting on its inbox alone is enough: the shutdown will
// wake it.
type partContext struct {
	part   *part
	parent context.Context

	mu     sync.Mutex
	done   chan struct{} // made when asked for
	ended  bool
	err    *stopError // set a little before it has ended: see mark
	afters map[*func()]struct{}
}

// stopError is what Err of a part's context returns after a shutdown.
type stopError struct{ cause error }

func (e *stopError) Error() string        { return e.cause.Error() }
func (e *stopError) Unwrap() error        { return e.cause }
func (e *stopError) Is(target error) bool { return target == context.Canceled }

type partKey struct{}

// partOf returns the part whose Main was given ctx, or a context made of it.
func partOf(ctx context.Context) *part {
	p, _ := ctx.Value(partKey{}).(*part)
	return p
}

// Deadline implements context.Context.
func (c *partContext) Deadline() (time.Time, bool) { return c.parent.Deadline() }

// Value implements context.Context.
func (c *partContext) Value(key any) any {
	if key == (partKey{}) {
		return c.part
	}
	return c.parent.Value(key)
}

var closedChan = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Done implements context.Context.
func (c *partContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		if c.ended {
			return closedChan
		}
		c.done = make(chan struct{})
	}
	return c.done
}

// Err implements context.Context. The error is context.Canceled by errors.Is,
// and tells why.
func (c *partContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		return nil
	}
	return c.err
}

// AfterFunc lets the context package hang contexts below this one without a
// goroutine for each.
func (c *partContext) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		go f()
		return func() bool { return false }
	}
	if c.afters == nil {
		c.afters = map[*func()]struct{}{}
	}
	c.afters[&f] = struct{}{}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, waiting := c.afters[&f]
		delete(c.afters, &f)
		return waiting
	}
}

// mark gives the context the cause of its end, if it has none yet.
func (c *partContext) mark(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	if cause == nil {
		cause = ErrShutdown
	}
	var same *stopError
	if errors.As(cause, &same) {
		c.err = same
	} else {
		c.err = &stopError{cause}
	}
}

// stop ends the context and reports whether this call did.
func (c *partContext) stop(cause error) bool {
	c.mark(cause)
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return false
	}
	c.ended = true
	if c.done != nil {
		close(c.done)
	}
	afters := c.afters
	c.afters = nil
	c.mu.Unlock()
	for f := range afters {
		(*f)()
	}
	return true
}

// Address returns the address of the part whose Main was given ctx, such as
// "CONNECTION/PARSER", or "" outside a part.
func Address(ctx context.Context) string {
	if p := partOf(ctx); p != nil {
		return p.address()
	}
	return ""
}

// SystemOf returns the system that runs the part whose Main was given ctx, or
// nil outside a part.
func SystemOf(ctx context.Context) *System {
	if p := partOf(ctx); p != nil {
		return p.run().sys
	}
	return nil
}

// Spawn builds g and starts it on behalf of the part whose Main was given ctx:
// the way in which a listener runs a graph for each connection. The graph shares
// one supervisor with all others that were spawned. It is shut down with the
// part, is told of a finish with it, and the part does not count as ended before
// it has. Parts of g that the part itself feeds are not told: they finish behind its
// last message.
func Spawn(ctx context.Context, g *Graph) (*Running, error) {
	p := partOf(ctx)
	if p == nil {
		return nil, errors.New("axon: Spawn is for the Main of a part; elsewhere use System.Start")
	}
	return p.spawn(ctx, g)
}
