package wsgi

import (
	"context"
	"slices"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// late is a request of which nothing was heard for too long.
type late struct {
	run *run
	req *http1.Request
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
	for _, r := range p.runs {
		if !r.moved && r.load() > p.threads {
			r.slow = true
			p.recall(r)
		}
		r.moved = false
		for number, c := range r.calls {
			if c == nil {
				continue
			}
			if c.ticks++; silence > 0 && c.ticks > silence {
				silent = append(silent, late{r, c.req})
				r.calls[number] = nil
				c.end(nil, errSilent)
			}
		}
	}
	for _, t := range p.taken {
		if now := t.progress.Load(); now != t.seen || now%2 == 0 {
			t.seen, t.silent = now, 0
		} else if t.silent++; silence > 0 && t.silent > silence {
			silent = append(silent, late{t.run, t.req})
			t.expire()
		}
	}
	p.spread()
	return silent, !p.busy()
}

// busy reports whether there is anything under way.
func (p *pool) busy() bool {
	return len(p.waiting)+len(p.taken) > 0 || slices.ContainsFunc(p.runs, func(r *run) bool { return r.load() > 0 })
}

// tick is how often the watch looks.
const tick = 50 * time.Millisecond
