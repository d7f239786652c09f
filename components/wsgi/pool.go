package wsgi

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A pool lends the threads of an App's workers to requests. The one that was used
// last goes first: its memory is warm. Requests that find none wait, in the order
// of their coming.
type pool struct {
	queue int // how many wait at most

	mu      sync.Mutex
	free    []*thread // the last one was used last
	lent    []*thread
	waiting []*place
	broken  *AppError // why there is no worker; nil while there is one, or it is not known
	ended   bool

	asleep atomic.Bool   // the watch is, since nothing is to be watched
	wake   chan struct{} // wakes it
}

// A place is one in the queue.
type place struct {
	req   *http1.Request
	turn  chan lease // has room for one
	since int        // how often the watch has seen it
}

// A lease is a thread, or why there is none.
type lease struct {
	thread *thread
	err    error
}

var (
	errQueue   = errors.New("all workers are busy, and the queue for them is full")
	errWait    = errors.New("all workers are busy, and none was free in time")
	errGone    = errors.New("the client has gone")
	errEnding  = errors.New("the server ends")
	errNobody  = errors.New("its workers do not run")
	errStopped = errors.New("the connection is shut down")
)

func newPool(queue int) *pool { return &pool{queue: queue, wake: make(chan struct{}, 1)} }

// borrow returns a thread that is free. It waits at p, if there is none.
func (p *pool) borrow(at *place) (*thread, error) {
	p.mu.Lock()
	if n := len(p.free); n > 0 {
		t := p.free[n-1]
		p.free = p.free[:n-1]
		p.lend(t, at.req)
		p.mu.Unlock()
		p.stir()
		return t, nil
	}
	err := error(nil)
	switch {
	case p.ended:
		err = errNobody
	case p.broken != nil:
		err = p.broken
	case len(p.waiting) >= p.queue:
		err = errQueue
	default:
		at.since = 0
		p.waiting = append(p.waiting, at)
	}
	p.mu.Unlock()
	if err != nil {
		return nil, err
	}
	p.stir()
	l := <-at.turn
	return l.thread, l.err
}

// lend notes that a thread is in use. The caller holds p.mu.
func (p *pool) lend(t *thread, req *http1.Request) {
	t.req = req
	p.lent = append(p.lent, t)
}

// stir wakes the watch.
func (p *pool) stir() {
	if p.asleep.Load() && p.asleep.Swap(false) {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
}

// forget takes somebody out of the queue, who is told why.
func (p *pool) forget(at *place, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting, at); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
		at.turn <- lease{err: why}
	}
}

// add takes a thread that is ready.
func (p *pool) add(t *thread) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.worker.retired || p.ended {
		t.close()
		return
	}
	p.broken = nil
	t.worker.threads++
	p.hand(t)
}

// hand gives a thread to who waits longest, or puts it with those that are free.
// The caller holds p.mu.
func (p *pool) hand(t *thread) {
	if len(p.waiting) == 0 {
		p.free = append(p.free, t)
		return
	}
	p.lend(t, p.waiting[0].req)
	p.waiting[0].turn <- lease{thread: t}
	p.waiting = slices.Delete(p.waiting, 0, 1)
}

// giveBack ends the use of a thread, that may be used again.
func (p *pool) giveBack(t *thread) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.returned(t)
	if t.worker.retired {
		p.lose(t)
		return
	}
	if t.worker.served++; t.worker.served == t.worker.most {
		t.worker.stale.happen()
	}
	p.hand(t)
}

// drop ends the use of a thread, in the middle of its answer. The worker is told by
// the end of its socket, and makes another one.
func (p *pool) drop(t *thread) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.returned(t)
	p.lose(t)
}

// returned takes a thread off those that are lent. The caller holds p.mu.
func (p *pool) returned(t *thread) {
	t.req = nil
	if i := slices.Index(p.lent, t); i >= 0 {
		last := len(p.lent) - 1
		p.lent[i], p.lent[last] = p.lent[last], nil
		p.lent = p.lent[:last]
	}
}

// lose closes a thread. The caller holds p.mu.
func (p *pool) lose(t *thread) {
	t.close()
	if t.worker.threads--; t.worker.threads == 0 && t.worker.retired {
		t.worker.emptied()
	}
}

// retire takes the threads of a worker out of use: those that are free at once, and
// the others when they have answered.
func (p *pool) retire(w *run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.retired = true
	p.free = slices.DeleteFunc(p.free, func(t *thread) bool {
		if t.worker != w {
			return false
		}
		p.lose(t)
		return true
	})
	if w.threads == 0 {
		w.emptied()
	}
}

// bury closes the sockets of a worker that has ended. Who waits for an answer sees
// the end of it.
func (p *pool) bury(w *run) {
	p.retire(w)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.lent {
		if t.worker == w {
			t.close()
		}
	}
}

// fail notes why there is no worker. Who waits is told, if none is left.
func (p *pool) fail(why *AppError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free)+len(p.lent) > 0 {
		return
	}
	p.broken = why
	p.tell(why)
}

// end says that there will be no workers any more.
func (p *pool) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	p.tell(errNobody)
}

// tell tells all who wait. The caller holds p.mu.
func (p *pool) tell(why error) {
	for _, at := range p.waiting {
		at.turn <- lease{err: why}
	}
	p.waiting = nil
}

// look goes over what is under way, once in a while: who has waited for too long,
// or has gone, is told; threads of which nothing was heard for too long are
// returned. It reports whether there is nothing under way.
func (p *pool) look(waits, silence int) (silent map[*thread]*http1.Request, idle bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = slices.DeleteFunc(p.waiting, func(at *place) bool {
		at.since++
		why := error(nil)
		switch {
		case context.Cause(at.req.Context()) != nil:
			why = errGone
		case waits > 0 && at.since > waits:
			why = errWait
		default:
			return false
		}
		at.turn <- lease{err: why}
		return true
	})
	for _, t := range p.lent {
		if now := t.progress.Load(); now != t.seen || now%2 == 0 {
			t.seen, t.silent = now, 0
		} else if t.silent++; silence > 0 && t.silent > silence {
			if silent == nil {
				silent = map[*thread]*http1.Request{}
			}
			silent[t] = t.req
		}
	}
	return silent, len(p.lent)+len(p.waiting) == 0
}

// busy reports whether there is anything under way.
func (p *pool) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lent)+len(p.waiting) > 0
}

// runs returns the processes that have threads.
func (p *pool) runs() map[*run]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[*run]bool{}
	for _, t := range slices.Concat(p.free, p.lent) {
		all[t.worker] = true
	}
	return all
}

// tick is how often the watch looks.
const tick = 100 * time.Millisecond
