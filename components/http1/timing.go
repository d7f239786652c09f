package http1

import "time"

// Stages tell how long each stage of an exchange took. A stage that the exchange
// did not come to is zero: one that the Parser refused has not been routed.
type Stages struct {
	Read   time.Duration // from the first byte of the head until it was parsed
	Route  time.Duration // until the Router had chosen a handler
	Handle time.Duration // until the Writer got the answer
	Send   time.Duration // until the answer was handed to the kernel
}

// A stopwatch notes when a request came how far. Each time is set by the stage
// that holds the request. A nil one notes nothing.
type stopwatch struct {
	begun, parsed, routed, answered time.Time
}

// mark notes the time, if it is the first.
func (s *stopwatch) mark(at *time.Time) {
	if at.IsZero() {
		*at = time.Now()
	}
}

// markRouted notes that a handler was chosen for the request.
func (r *Request) markRouted() {
	if s := r.watch; s != nil {
		s.mark(&s.routed)
	}
}

// markAnswered notes that there is an answer to the request.
func (r *Request) markAnswered() {
	if s := r.watch; s != nil {
		s.mark(&s.answered)
	}
}

// stages makes Stages of the times. An answer that came without the Router was
// handled from the start.
func (s *stopwatch) stages(sent time.Time) *Stages {
	if s == nil {
		return nil
	}
	t := &Stages{Read: s.parsed.Sub(s.begun)}
	handled := s.parsed
	if !s.routed.IsZero() {
		t.Route = s.routed.Sub(s.parsed)
		handled = s.routed
	}
	if s.answered.IsZero() {
		return t
	}
	t.Handle, t.Send = s.answered.Sub(handled), sent.Sub(s.answered)
	return t
}
