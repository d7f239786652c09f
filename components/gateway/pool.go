package gateway

import (
	"slices"
	"sync"
	"time"
)

// A pool keeps connections to an Upstream from one request to the next.
//
// A program that is busy with one connection at a time does not even accept a new
// one while all its processes wait on those that are kept, and then, in turn, it
// would always be the kept ones that are used again. So while a connection waits
// for long for its first answer, none is kept.
type pool struct {
	most int           // connections that are kept
	time time.Duration // that one is kept without a request

	mu     sync.Mutex
	idle   []*conn // the one that was used last is the last
	fresh  []*conn // that were not answered yet
	timer  *time.Timer
	relief *time.Timer // while there are fresh ones
	closed bool
}

// long is how long a new connection may wait for its first answer before it counts
// as one that the program has not accepted.
const long = 50 * time.Millisecond

// settled is how long a program may take to close a connection behind an answer, as
// php-fpm does with the last one of a process. Until then there is no telling
// whether it will.
const settled = 20 * time.Millisecond

// take returns a connection that is kept, or nil. again says that a request that it
// does not answer can be sent again; if not, it is one that is settled and was not
// closed.
func (p *pool) take(again bool) *conn {
	for {
		c := p.pop(again)
		if c == nil || again || c.quiet() {
			return c
		}
		_ = c.Close()
	}
}

// pop takes the connection that was used last; or the last one that is settled.
func (p *pool) pop(young bool) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	for !young && last >= 0 && time.Since(p.idle[last].since) < settled {
		last--
	}
	if last < 0 {
		return nil
	}
	c := p.idle[last]
	p.idle = slices.Delete(p.idle, last, last+1)
	return c
}

// made notes a new connection. It takes the place of those that are kept.
func (p *pool) made(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.fresh, c.since = true, time.Now()
	p.fresh = append(p.fresh, c)
	if p.relief == nil && !p.closed {
		p.relief = time.AfterFunc(long, p.relieve)
	}
	for _, kept := range p.idle {
		_ = kept.Close()
	}
	p.idle = nil
}

// relieve closes what is kept if a connection waits for long. It is called while there
// are fresh ones.
func (p *pool) relieve() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.relief = nil; p.closed || len(p.fresh) == 0 {
		return
	}
	if p.waits() {
		for _, kept := range p.idle {
			_ = kept.Close()
		}
		p.idle = nil
	}
	p.relief = time.AfterFunc(long, p.relieve)
}

// waits reports whether a connection has waited for long. The caller holds mu.
func (p *pool) waits() bool { return len(p.fresh) > 0 && time.Since(p.fresh[0].since) >= long }

// answered notes that a connection's first answer has begun, or never will.
func (p *pool) answered(c *conn) {
	c.fresh = false
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.fresh, c); i >= 0 {
		p.fresh = slices.Delete(p.fresh, i, i+1)
	}
}

// put keeps a connection, if there is room for it; else it closes it.
func (p *pool) put(c *conn) {
	if !p.keep(c) {
		_ = c.Close()
	}
}

func (p *pool) keep(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle) >= p.most || p.waits() {
		return false
	}
	c.kept, c.since = true, time.Now()
	p.idle = append(p.idle, c)
	if p.timer == nil {
		p.timer = time.AfterFunc(p.time, p.sweep)
	}
	return true
}

// sweep closes what was kept for long. It is called while anything is kept.
func (p *pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, old := time.Now(), 0
	for old < len(p.idle) && now.Sub(p.idle[old].since) >= p.time {
		_ = p.idle[old].Close()
		old++
	}
	p.idle = slices.Delete(p.idle, 0, old)
	if p.timer = nil; len(p.idle) > 0 {
		p.timer = time.AfterFunc(p.time-now.Sub(p.idle[0].since), p.sweep)
	}
}

// close closes what is kept, and keeps no more.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
	if p.relief != nil {
		p.relief.Stop()
	}
	for _, c := range p.idle {
		_ = c.Close()
	}
	p.idle = nil
}
