//go:build !linux

package process

import (
	"errors"
	"os"
	"os/exec"
)

// A running is a program that runs.
type running struct {
	pid int
	cmd *exec.Cmd
	err error // that waiting for it gave
}

// launch starts a program, and makes the pipes to it. Without input it reads the
// null device.
func launch(cmd *exec.Cmd, input bool) (*running, *pipes, error) {
	p, theirs := new(pipes), [3]*os.File{}
	var err [3]error
	if input {
		theirs[0], p.stdin, err[0] = os.Pipe()
		cmd.Stdin = theirs[0]
	}
	p.stdout, theirs[1], err[1] = os.Pipe()
	p.stderr, theirs[2], err[2] = os.Pipe()
	cmd.Stdout, cmd.Stderr = theirs[1], theirs[2]
	failed := errors.Join(err[:]...)
	if failed == nil {
		failed = cmd.Start()
	}
	for _, f := range theirs {
		_ = f.Close() // of a nil one it is an error
	}
	if failed != nil {
		p.close()
		return nil, nil, failed
	}
	return &running{pid: cmd.Process.Pid, cmd: cmd}, p, nil
}

// wait waits until the program has ended, and reaps it: here nothing else is
// possible.
func (r *running) wait() { r.err = r.cmd.Wait() }

// reap tells how the program has ended.
func (r *running) reap(e *Exit) {
	state := r.cmd.ProcessState
	if state == nil {
		e.Err = r.err
		return
	}
	e.Status, e.Signal = state.ExitCode(), signalOf(state)
	e.User, e.System = state.UserTime(), state.SystemTime()
}

// signal sends TERM, or KILL, to the program's group.
func (r *running) signal(kill bool) { signalProcess(r.cmd.Process, kill) }

// over reports whether the program is known to have ended. Here only wait knows.
func (r *running) over() bool { return false }
