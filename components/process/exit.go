package process

import (
	"fmt"
	"os"
	"time"
)

// An Exit tells how a program has ended.
type Exit struct {
	// Path is the program's.
	Path string

	// Pid was its number; 0 if it could not be started.
	Pid int

	// Status is the exit status: 0 says that all went well. It is -1 for a program
	// that a signal has ended, or that could not be started.
	Status int

	// Signal is the signal that has ended it, or nil.
	Signal os.Signal

	// Err says why it could not be started, or waited for.
	Err error

	// User and System are the processor time that it and the children it has waited
	// for have used.
	User, System time.Duration

	// Took is the time from its start to its end.
	Took time.Duration
}

// Error makes the Exit of a program that did not end well usable as an error.
func (e *Exit) Error() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("process: %s: %v", e.Path, e.Err)
	case e.Signal != nil:
		return fmt.Sprintf("process: %s was ended by a signal: %v", e.Path, e.Signal)
	}
	return fmt.Sprintf("process: %s ended with status %d", e.Path, e.Status)
}

// Unwrap returns Err.
func (e *Exit) Unwrap() error { return e.Err }

// Well reports whether the program ended by itself, with status 0.
func (e *Exit) Well() bool { return e.Err == nil && e.Signal == nil && e.Status == 0 }
