package gateway

import (
	"cmp"
	"errors"
	"time"
)

// Limits bound what a program may do for one request. A negative time means no
// limit.
type Limits struct {
	// First is how long it may take until it says something; it counts anew while
	// the request's body comes. Then it is 504. Default 60 s.
	First time.Duration

	// Idle is how long it may be silent in the middle of its answer. Default 60 s.
	Idle time.Duration

	// Run is how long it may take in all. Default: no limit.
	Run time.Duration

	// Head is the largest head of an answer, in bytes. A larger one is 502.
	// Default 32 KiB.
	Head int

	// Output is how much it may say in all, in bytes. Default: no limit.
	Output int64
}

// never is a time without a limit.
const never = 1<<63 - 1

func (l *Limits) head() int { return cmp.Or(l.Head, 32<<10) }

// Patience is how long a program may be silent: before its answer, or in it.
func (l *Limits) Patience(answering bool) time.Duration {
	limit := cmp.Or(l.First, time.Minute)
	if answering {
		limit = cmp.Or(l.Idle, time.Minute)
	}
	if limit < 0 {
		return never
	}
	return limit
}

// Validate reports what is wrong with the limits.
func (l *Limits) Validate() error {
	if min(int64(l.Head), l.Output) < 0 || l.Run < 0 {
		return errors.New("a negative limit")
	}
	return nil
}
