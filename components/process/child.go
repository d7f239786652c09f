package process

import (
	"errors"
	"os/exec"
	"sync"
	"time"
)

// A child is the program that the parts of a Process share. RUN starts it, and the
// others wait for that.
type child struct {
	program Program
	ready   chan struct{} // closed when it was started, or could not be
	over    chan struct{} // closed when it has ended; it may not be reaped yet

	pipes   *pipes // nil if it could not be started
	cmd     *exec.Cmd
	began   time.Time
	ended   time.Time
	readers sync.WaitGroup // of its output

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
	return &child{program: program, ready: make(chan struct{}), over: make(chan struct{})}
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
	p, err := openPipes()
	if err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.theirs[0], p.theirs[1], p.theirs[2]
	c.began = time.Now()
	err = cmd.Start()
	p.closeTheirs()
	if err != nil {
		p.closeOurs()
		return err
	}
	c.cmd, c.pipes, c.live = cmd, p, true
	c.readers.Add(2)
	return nil
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
		signalGroup(c.cmd.Process, false)
		c.kill = time.AfterFunc(c.program.grace(), c.end)
	}
}

// end ends all of the group that is left.
func (c *child) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live {
		signalGroup(c.cmd.Process, true)
	}
}

// wait waits for the end of the program and of its output. As long as it is not
// reaped the number of its group is its own, so those that it has left behind can
// still be ended.
func (c *child) wait() *Exit {
	unreaped := waitFor(c.cmd.Process.Pid)
	var err error
	if !unreaped {
		err = c.cmd.Wait()
	}
	c.ended = time.Now()
	close(c.over)
	until := c.ended.Add(c.program.linger())
	_ = c.pipes.stdin.SetWriteDeadline(c.ended)
	_ = c.pipes.stdout.SetReadDeadline(until)
	_ = c.pipes.stderr.SetReadDeadline(until)
	c.readers.Wait()
	c.bury()
	if unreaped {
		err = c.cmd.Wait()
	}
	return c.exit(err)
}

// bury is called when the program and its output have ended, before its number
// may be given to another. Those who were told to end with it and hold none of its
// pipes have had their time.
func (c *child) bury() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kill != nil {
		c.kill.Stop()
		signalGroup(c.cmd.Process, true)
	}
	c.live = false
}

// leave notes that the output of a program has no reader any more.
func (c *child) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = true
}

// exit tells how the program has ended. err is what waiting for it gave.
func (c *child) exit(err error) *Exit {
	e := &Exit{Path: c.program.Path, Pid: c.cmd.Process.Pid, Status: -1, Took: c.ended.Sub(c.began)}
	state := c.cmd.ProcessState
	if state == nil {
		e.Err = err
		return e
	}
	e.Status, e.Signal = state.ExitCode(), signalOf(state)
	e.User, e.System = state.UserTime(), state.SystemTime()
	return e
}
