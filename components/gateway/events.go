package gateway

import "context"

// What an exchange makes of what comes.

// again reports whether the request can be sent once more: nothing of an answer has
// come on a connection that was kept, nothing is lost of the body, and the Upstream
// has not got all of it, or it does no harm twice (RFC 9110 section 9.2.2).
func (x *exchange) again() bool {
	c := x.conn
	if !c.kept || c.end > 0 || !x.answer.Silent() || x.tail != nil || x.sender != nil {
		return false
	}
	return len(c.request) > 0 || x.harmless()
}

// harmless reports whether the request may be sent twice.
func (x *exchange) harmless() bool {
	switch x.about.Request.Method {
	case "GET", "HEAD", "OPTIONS", "PUT", "DELETE":
		return true
	}
	return false
}

// events takes what was read apart.
func (x *exchange) events(ctx context.Context) error {
	c := x.conn
	for c.start < c.end && !x.done && !x.answer.Stopped() {
		b := c.in[c.start:c.end]
		e, n := Event{Output: b}, len(b)
		if c.answers != nil {
			var err error
			if e, n, err = c.answers.Next(b); err != nil {
				return x.answer.Abort(ctx, 502, err)
			}
			if n == 0 {
				return nil
			}
		}
		c.start += n
		if err := x.event(ctx, &e); err != nil {
			return err
		}
	}
	if c.answers == nil && x.answer.Whole() && !x.answer.Stopped() {
		return x.event(ctx, &Event{Done: true})
	}
	return nil
}

func (x *exchange) event(ctx context.Context, e *Event) error {
	switch {
	case e.Status != 0:
		return x.answer.Abort(ctx, e.Status, e.Why)
	case e.Done:
		x.done = true
		return x.finish(ctx, e.Why, false)
	case len(e.Errors) > 0:
		x.lines.Write(e.Errors, func(line string) { x.tell(ctx, line) })
	case len(e.Output) > 0:
		return x.answer.Take(ctx, e.Output)
	}
	return nil
}

// tell passes a line of standard error on.
func (x *exchange) tell(ctx context.Context, line string) {
	if x.tail == nil {
		x.tail = new(Tail)
	}
	x.tail.Add(line)
	x.h.log(ctx, x.error(nil, line))
}

// finish deals with the end of the answer.
func (x *exchange) finish(ctx context.Context, why error, broken bool) error {
	x.lines.End(func(line string) { x.tell(ctx, line) })
	return x.answer.Finish(ctx, why, broken)
}
