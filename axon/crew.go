package axon

import (
	"context"
	"runtime/pprof"
	"sync"
)

// A crew runs the Mains of a system's parts. A goroutine whose part has ended
// waits for the next one: its stack has grown to what a Main needs, which a new
// goroutine's would have to do again, step by step. That pays where graphs come
// and go, one for each connection.
type crew struct {
	mu   sync.Mutex
	idle []chan *part // the last to come is the first to go
	over bool         // nothing runs: those that come find no work
}

// mostIdle is how many goroutines wait for work at most.
const mostIdle = 256

// run runs the part's Main in a goroutine.
func (c *crew) run(p *part) {
	c.mu.Lock()
	if n := len(c.idle); n > 0 {
		w := c.idle[n-1]
		c.idle = c.idle[:n-1]
		c.mu.Unlock()
		w <- p
		return
	}
	c.mu.Unlock()
	go c.work(p)
}

// work runs one Main after the other.
func (c *crew) work(p *part) {
	next := make(chan *part, 1)
	for p != nil {
		p.main()
		pprof.SetGoroutineLabels(context.Background())
		c.mu.Lock()
		if c.over || len(c.idle) >= mostIdle {
			c.mu.Unlock()
			return
		}
		c.idle = append(c.idle, next)
		c.mu.Unlock()
		p = <-next
	}
}

// open lets goroutines wait for work; close sends those home that do.
func (c *crew) open() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = false
}

func (c *crew) close() {
	c.mu.Lock()
	idle := c.idle
	c.idle, c.over = nil, true
	c.mu.Unlock()
	for _, w := range idle {
		w <- nil
	}
}
