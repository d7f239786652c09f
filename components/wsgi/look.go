package wsgi

import (
	"context"
	"slices"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// late is a request of which nothing was heard for too long; or a worker, that has
// not given one up.
type late struct {
	run *run
	req *http1.Request // nil if it is the worker
}

// look goes over what is under way, once in a while: who waits for too long, or has
// gone, is told, and so is whose application says nothing. It returns the requests
// of these by their workers, and whether there is nothing under way.
func (p *pool) look(waits, silence int) (silent []late, idle bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = slices.DeleteFunc(p.waiting, func(c *call) bool {
		c.ticks++
		switch {
		case context.Cause(c.req.Context()) != nil:
			c.end(nil, errGone)
		case waits > 0 && c.ticks > waits:
			c.end(nil, errWait)
		default:
			return false
		}
		return true
	})
	p.slowness()
	for _, r := range p.runs {
		for number, c := range r.calls {
			if c == nil {
				continue
			}
			switch c.ticks++; {
			case p.loops && context.Cause(c.req.Context()) != nil:
				r.calls[number] = nil
				r.tell(goneTold, number)
				c.end(nil, errGone)
			case silence > 0 && c.ticks > silence:
				silent = append(silent, late{r, c.req})
				r.calls[number] = nil
				r.kill(number)
				c.end(nil, r.tooLate())
			}
		}
		if r.refuses() {
			silent = append(silent, late{run: r})
		}
	}
	for _, t := range p.taken {
		if now := t.progress.Load(); now != t.seen || now%2 == 0 {
			t.seen, t.silent = now, 0
		} else if t.silent++; silence > 0 && t.silent > silence && !t.expired.Load() {
			silent = append(silent, late{t.run, t.req})
			t.run.kill(t.number)
			t.expire()
		}
		if p.loops && !t.told && context.Cause(t.req.Context()) != nil {
			t.told = true
			t.run.tell(goneTold, t.number)
		}
	}
	p.spread()
	return silent, !p.busy()
}

// slowness finds out which workers have answered nothing since the last look, though
// they have something to do. What lies before one of them others get. One with an
// event loop is not slow as long as that takes what comes, and keeps it if there is
// no better one.
func (p *pool) slowness() {
	suspect := func(r *run) bool { return !r.moved && (r.load() > p.threads || p.loops && r.load() > 0) }
	alone := p.loops && !slices.ContainsFunc(p.runs, func(r *run) bool { return !r.retired && !suspect(r) })
	for _, r := range p.runs {
		switch {
		case p.loops:
			r.slow = suspect(r) && !alone && p.recall(r)
		case suspect(r):
			r.slow = true
			p.recall(r)
		}
	}
	for _, r := range p.runs {
		r.moved = false
	}
}

// note keeps what the watch is to log, which looks while a thread is lent.
func (p *pool) note(why *AppError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.torn = append(p.torn, why)
}

// noted returns what was noted since the last call.
func (p *pool) noted() []*AppError {
	p.mu.Lock()
	defer p.mu.Unlock()
	torn := p.torn
	p.torn = nil
	return torn
}

// busy reports whether there is anything under way.
func (p *pool) busy() bool {
	return len(p.waiting)+len(p.taken)+len(p.torn) > 0 || slices.ContainsFunc(p.runs, func(r *run) bool { return r.load() > 0 })
}

// tick is how often the watch looks.
const tick = 50 * time.Millisecond
