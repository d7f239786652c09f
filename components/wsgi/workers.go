package wsgi

import (
	"slices"
	"time"
)

// add takes a thread that is ready. It reports whether it is wanted.
func (p *pool) add(t *thread, pid int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := t.run
	if r.buried || p.ended && r.retired && r.load() == 0 {
		return false
	}
	r.threads[t] = true
	r.pid = pid
	if !r.retired && !slices.Contains(p.runs, r) {
		p.failed = nil
		p.runs = append(p.runs, r)
		p.fill(r)
	}
	return true
}

// take returns the call that a thread answers; nil if nobody waits for it any more.
// With lend, the thread is lent to it.
func (p *pool) take(t *thread, number uint32, lend bool) *call {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, known := t.run.calls[number]
	delete(t.run.calls, number)
	delete(t.run.killed, number)
	switch {
	case c == nil && known:
		p.done(t.run)
	case lend && known:
		t.run.lent++
		t.run.moved = true
		t.req, t.number, t.seen, t.silent, t.told = c.req, number, t.progress.Load(), 0, false
		p.taken = append(p.taken, t)
	}
	return c
}

// giveBack returns a thread that was lent.
func (p *pool) giveBack(t *thread) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken = slices.DeleteFunc(p.taken, func(other *thread) bool { return other == t })
	t.req = nil
	t.run.lent--
	p.done(t.run)
	t.back <- struct{}{}
}

// drop returns a thread that was lent, in the middle of the answer. An event loop is
// told, and closes the socket; until then all is read that comes.
func (p *pool) drop(t *thread) {
	if p.loops {
		t.run.tell(goneTold, t.number)
	} else {
		t.cut()
	}
	p.giveBack(t)
}

// lose notes that a thread has ended. When the last one of a worker that has died
// has, no more will be answered.
func (p *pool) lose(t *thread) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if delete(t.run.threads, t); len(t.run.threads) == 0 && t.run.buried {
		p.mourn(t.run)
	}
}

// retire takes a worker out of use. It answers what its threads have; and what lies in
// its queue, if there will be no other one for that.
func (p *pool) retire(r *run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.retired {
		return
	}
	r.retired = true
	if !p.ended || r.hangs() {
		p.recall(r)
	}
	p.spread()
	p.despair()
	r.settle()
}

// bury takes what a worker that has ended leaves: what lies in its queue others get.
// What it has said is heard first, for a moment.
func (p *pool) bury(r *run) {
	p.retire(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	r.buried = true
	p.recall(r) // what was given meanwhile
	p.spread()
	p.despair()
	if len(r.threads) == 0 {
		p.mourn(r)
	}
	for t := range r.threads { // somebody else may hold its socket open
		_ = t.conn.SetReadDeadline(time.Now().Add(killAfter))
	}
}

// mourn tells those who wait for an answer of a worker that has died. The caller
// holds p.mu.
func (p *pool) mourn(r *run) {
	for _, c := range r.calls {
		if c != nil {
			c.end(nil, errDied)
		}
	}
	clear(r.calls)
	p.runs = slices.DeleteFunc(p.runs, func(other *run) bool { return other == r })
	r.queue.close()
}

// weigh has the workers replaced that hold more memory.
func (p *pool) weigh(most int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.runs {
		if r.resident() > most {
			r.stale.happen()
		}
	}
}
