package proxy

import (
	"sync"
	"time"
)

// A watch looks to how long something takes, again and again. Its zero value has no
// limit.
type watch struct {
	limit time.Duration // 0 or less is none
	late  func()        // is called, once for each start, when it takes too long

	mu    sync.Mutex
	timer *time.Timer
	due   time.Time // zero while nothing is going on
	over  bool      // it took too long
	ended bool
}

// start is called when it begins.
func (w *watch) start() {
	if w.limit <= 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.due = time.Now().Add(w.limit)
	if w.timer == nil {
		w.timer = time.AfterFunc(w.limit, w.expire)
	} else {
		w.timer.Reset(w.limit)
	}
}

// stop is called when it is done, and reports whether it took too long. If it did
// not, late is not called any more.
func (w *watch) stop() (over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due = time.Time{}
	if w.timer != nil {
		w.timer.Stop()
	}
	return w.over
}

// end is stop, for good.
func (w *watch) end() {
	w.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
}

// expire is the timer's. It may come when what it was set for is done, or another
// one has begun.
func (w *watch) expire() {
	w.mu.Lock()
	over := !w.due.IsZero() && !time.Now().Before(w.due)
	w.over = w.over || over
	w.mu.Unlock()
	if over {
		w.late()
	}
}
