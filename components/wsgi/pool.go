package wsgi

import (
	"slices"
	"sync"
	"sync/atomic"
)

// A pool gives requests to the workers of an App: to the one that has least to do,
// as long as there are not more than a few in its queue, and else when one has
// answered. So a busy worker finds its next request without waiting for the server.
//
// No request waits for a slow one because of that: what is in a worker's queue is
// taken back when another one has nothing to do, when nothing was answered for a
// while, and when the worker has died.
type pool struct {
	threads int  // of each worker
	loops   bool // each has an event loop: what it has is taken from its queue at once, as long as that turns
	most    int  // requests that wait here at most

	mu      sync.Mutex
	last    uint32  // number that was given
	waiting []*call // that no worker has, in the order of their coming
	runs    []*run  // the workers that are ready
	taken   []*thread
	torn    []*AppError // for the log: answers in the middle of which a worker has died
	failed  *AppError   // why the last worker that was started could not begin; nil if it could
	ended   bool

	asleep atomic.Bool   // the watch is, since there is nothing to watch
	wake   chan struct{} // wakes it
}

// ahead is how many requests lie in a worker's queue at most, beside those that its
// threads have.
const ahead = 7

func newPool(threads, most int) *pool {
	return &pool{threads: threads, most: most, wake: make(chan struct{}, 1)}
}

// submit gives a request to a worker, or lets it wait. c.done tells when it is
// answered.
func (p *pool) submit(c *call) {
	p.mu.Lock()
	switch {
	case p.ended:
		c.end(nil, errNobody)
	case p.broken():
		c.end(nil, p.failed)
	case len(p.waiting) == 0 && p.give(p.best(), c):
	case len(p.waiting) >= p.most:
		c.end(nil, errQueue)
	default:
		c.ticks = 0
		p.waiting = append(p.waiting, c)
	}
	p.mu.Unlock()
	if p.asleep.Load() && p.asleep.Swap(false) {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
}

// best returns the worker that has least to do, or nil if none takes more. The
// methods from here on are called by who holds p.mu.
func (p *pool) best() (best *run) {
	for _, r := range p.runs {
		if !r.retired && r.load() < r.limit() && (best == nil || r.better(best)) {
			best = r
		}
	}
	return best
}

// better reports whether a worker is a better place for a request than another one.
func (r *run) better(than *run) bool {
	if r.slow != than.slow {
		return than.slow
	}
	return r.load() < than.load()
}

// enough returns with how many requests a worker has something to do.
func (p *pool) enough() int {
	if p.loops {
		return 1
	}
	return p.threads
}

// give puts a request into the queue of a worker, which may be nil. It reports
// whether that was possible.
func (p *pool) give(r *run, c *call) bool {
	if r == nil {
		return false
	}
	p.last++
	setNumber(c.message, p.last)
	switch err := r.queue.put(c.message); err {
	case nil:
		r.calls[p.last] = c
		c.ticks = 0
		return true
	case errFull:
		return false
	default:
		c.end(nil, err)
		return true
	}
}

// fill gives a worker what waits. If nothing does, and it has nothing to do, it gets
// what lies before another one.
func (p *pool) fill(r *run) {
	if r.retired {
		r.settle()
		return
	}
	for len(p.waiting) > 0 && r.load() < r.limit() && p.give(r, p.waiting[0]) {
		p.waiting = slices.Delete(p.waiting, 0, 1)
	}
	if len(p.waiting) > 0 || r.load() >= p.enough() {
		return
	}
	busiest := r
	for _, other := range p.runs {
		if other.load() > busiest.load() {
			busiest = other
		}
	}
	if busiest.load() <= p.enough() {
		return
	}
	if c := busiest.takeBack(); c != nil && !p.give(r, c) {
		p.waiting = append(p.waiting, c)
	}
}

// recall takes back all that lies before a worker, to go first. It reports whether
// there is anything.
func (p *pool) recall(r *run) bool {
	var back []*call
	for c := r.takeBack(); c != nil; c = r.takeBack() {
		back = append(back, c)
	}
	p.waiting = append(back, p.waiting...)
	return len(back) > 0
}

// spread gives what waits to all that take it.
func (p *pool) spread() {
	for len(p.waiting) > 0 && p.give(p.best(), p.waiting[0]) {
		p.waiting = slices.Delete(p.waiting, 0, 1)
	}
}

// tell ends all that wait.
func (p *pool) tell(why error) {
	for _, c := range p.waiting {
		c.end(nil, why)
	}
	p.waiting = nil
}

// answered notes that a worker is done with a request.
func (p *pool) answered(r *run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done(r)
}

// done is answered for who holds p.mu.
func (p *pool) done(r *run) {
	r.moved, r.slow = true, false
	if r.served++; r.served == r.most {
		r.stale.happen()
	}
	p.fill(r)
}

// forget gives a request up, and says why, if nobody has begun to answer it.
func (p *pool) forget(c *call, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting, c); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
		c.end(nil, why)
		return
	}
	for _, r := range p.runs {
		for number, other := range r.calls {
			if other == c {
				r.calls[number] = nil // its answer is thrown away
				r.tell(goneTold, number)
				c.end(nil, why)
			}
		}
	}
}

// fail notes why there is no worker. Who waits is told, if none is left. It reports
// whether that is news: all workers have the same to say as a rule, again and again.
func (p *pool) fail(why *AppError) (news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	news = p.failed == nil || p.failed.Text != why.Text
	p.failed = why
	p.despair()
	return news
}

// broken reports whether there is no worker, nor one to be expected.
func (p *pool) broken() bool {
	return p.failed != nil && !p.staffed()
}

// staffed reports whether a worker takes requests.
func (p *pool) staffed() bool {
	return slices.ContainsFunc(p.runs, func(r *run) bool { return !r.retired })
}

// despair tells those who wait, if there is no worker.
func (p *pool) despair() {
	switch {
	case p.broken():
		p.tell(p.failed)
	case p.ended && !p.staffed():
		p.tell(errNobody)
	}
}

// end says that there will be no workers any more.
func (p *pool) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	p.tell(errNobody)
}
