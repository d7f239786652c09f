package process

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// A child is the program that the parts of a Process share. RUN starts it, and the
// others wait for that.
type child struct {
	program Program
	ready   chan struct{} // closed when it was started, or could not be
	over    chan struct{} // closed when it has ended; it may not be reaped yet

	pipes   *pipes // nil if it could not be started
	run     *running
	began   time.Time
	ended   time.Time
	readers atomic.Int32  // of its output
	silent  chan struct{} // closed by the last of the readers

	mu       sync.Mutex
	tried    bool        // it was started, or could not be
	live     bool        // it runs, and its number is its own
	stopping bool        // it was told to end
	broken   bool        // nobody takes its output, so it may well end by that
	kill     *time.Timer // after the grace
}

var (
	errStopped = errors.New("process: told to end before it was started")
	errAgain   = errors.New("process: a Process runs its program once")
)

func newChild(program Program) *child {
	return &child{program: program, ready: make(chan struct{}), over: make(chan struct{}), silent: make(chan struct{})}
}

// start starts the program.
func (c *child) start() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tried {
		return errAgain // what it has read and written is gone
	}
	c.tried = true
	defer close(c.ready)
	defer c.program.closeFiles()
	if c.stopping {
		return errStopped
	}
	cmd, err := c.program.command()
	if err != nil {
		return err
	}
	c.began = time.Now()
	if c.run, c.pipes, err = launch(cmd, !c.program.NoInput); err != nil {
		return err
	}
	c.live = true
	c.readers.Store(2)
	return nil
}

// giveUp sees to it that the program is not started any more.
func (c *child) giveUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.tried {
		c.stopping = true
		c.program.closeFiles()
	}
}

// started waits until the program was started. It returns nil if it was not.
func (c *child) started() *pipes {
	<-c.ready
	return c.pipes
}

// stop tells the program to end, and ends it after the grace.
func (c *child) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopping {
		return
	}
	c.stopping = true
	if c.live {
		c.run.signal(false)
		c.kill = time.AfterFunc(c.program.grace(), c.end)
	}
}

// end ends all of the group that is left.
func (c *child) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live {
		c.run.signal(true)
	}
}

// wait waits for the end of the program and of its output. As long as it is not
// reaped the number of its group is its own, so those that it has left behind can
// still be ended.
func (c *child) wait() *Exit {
	c.settle()
	c.ended = time.Now()
	close(c.over)
	until := c.ended.Add(c.program.linger())
	_ = c.pipes.stdin.SetWriteDeadline(c.ended) // of a nil one it is an error
	_ = c.pipes.stdout.SetReadDeadline(until)
	_ = c.pipes.stderr.SetReadDeadline(until)
	<-c.silent
	c.bury()
	e := &Exit{Path: c.program.Path, Pid: c.run.pid, Status: -1, Took: c.ended.Sub(c.began)}
	c.run.reap(e)
	return e
}

// promptly is how long the end of a program is looked for by the end of its
// output alone: most programs end with it.
const promptly = 50 * time.Millisecond

// settle waits until the program has ended.
func (c *child) settle() {
	limit := time.NewTimer(promptly)
	defer limit.Stop()
	select {
	case <-c.silent:
		if c.run.over() {
			return
		}
	case <-limit.C:
	}
	c.run.wait()
}

// bury is called when the program and its output have ended, before its number
// may be given to another. Those who were told to end with it and hold none of its
// pipes have had their time.
func (c *child) bury() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kill != nil {
		c.kill.Stop()
		c.run.signal(true)
	}
	c.live = false
}

// read notes that one of the outputs has ended.
func (c *child) read() {
	if c.readers.Add(-1) == 0 {
		close(c.silent)
	}
}

// leave notes that the output of a program has no reader any more.
func (c *child) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = true
}
