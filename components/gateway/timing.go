package gateway

import (
	"context"
	"fmt"
	"time"
)

// The times of an exchange, and its end.

// patience is how long the Upstream may be silent now.
func (x *exchange) patience() time.Duration {
	return x.h.Upstream.Limits.Patience(x.answer.Begun())
}

// lastMove is when something came last, from the Upstream or of the body.
func (x *exchange) lastMove() time.Time {
	if x.sender != nil {
		if moved := time.Unix(0, x.sender.moved.Load()); moved.After(x.quiet) {
			return moved
		}
	}
	return x.quiet
}

// arm sets the time at which a read is to end.
func (x *exchange) arm() {
	var late time.Time
	patience := x.patience()
	if patience != never {
		late = x.lastMove().Add(patience)
	}
	if most := x.h.Upstream.Limits.Run; most > 0 {
		if end := x.began.Add(most); late.IsZero() || end.Before(late) {
			late = end
		}
	}
	x.conn.arm(late, patience)
}

// late deals with a read that has ended in time: it may be too early for that, too.
func (x *exchange) late(ctx context.Context) error {
	now := time.Now()
	if most := x.h.Upstream.Limits.Run; most > 0 && now.Sub(x.began) >= most {
		return x.answer.Abort(ctx, 504, ErrRun)
	}
	if patience := x.patience(); patience == never || now.Sub(x.lastMove()) < patience {
		return nil
	}
	if x.answer.Begun() {
		return x.answer.Abort(ctx, 504, ErrIdle)
	}
	return x.answer.Abort(ctx, 504, ErrFirst)
}

// interrupted ends the exchange if there is a reason beside the answer: nobody
// waits for it any more, or the body has broken off.
func (x *exchange) interrupted(ctx context.Context) (err error, over bool) {
	switch {
	case x.h.ended.Load():
		x.answer.Leave(ctx)
		return context.Cause(ctx), true
	case x.h.client.gone.Load():
		return x.answer.Abort(ctx, 0, ErrGone), true
	case x.sender != nil:
		if fault := x.sender.fault.Load(); fault != nil {
			return x.answer.Abort(ctx, 400, *fault), true
		}
	}
	return nil, false
}

// end gives back what the exchange has taken.
func (x *exchange) end() {
	if x.conn != nil {
		x.letGo(x.done && !x.answer.Stopped())
	}
	x.closeBody()
}

// leaving is how long an abort may take to be sent.
const leaving = 50 * time.Millisecond

// letGo gives the connection back. whole says that the answer was read to its end.
func (x *exchange) letGo(whole bool) {
	c := x.conn
	x.conn = nil
	x.h.use(nil)
	whole = x.settle(whole) && c.answers != nil && c.start == c.end
	if c.fresh {
		x.h.Upstream.pool.answered(c)
	}
	if whole {
		c.answered()
		x.h.Upstream.pool.put(c)
		return
	}
	if x.answer.Stopped() {
		if b := x.h.Protocol.Abort(c.out[:0]); len(b) > 0 {
			_ = c.SetWriteDeadline(time.Now().Add(leaving))
			_, _ = c.Write(b)
		}
	}
	_ = c.Close()
	if x.send != nil {
		<-x.send.Done()
		x.send, x.sender = nil, nil
	}
}

// settle ends the sender. It reports whether the connection is of use again: it is
// not if the Upstream has answered without all of the body.
func (x *exchange) settle(whole bool) bool {
	if x.send == nil {
		return whole
	}
	if whole && x.sender.read.Load() {
		// All was read of the body, and is sent or about to be.
		limit := time.NewTimer(leaving)
		defer limit.Stop()
		select {
		case <-x.send.Done():
		case <-limit.C:
		}
	}
	whole = whole && x.sender.sent.Load()
	x.send.Stop(nil)
	return whole
}

func (x *exchange) closeBody() {
	if x.body != nil {
		_ = x.body.Close()
		x.body = nil
	}
}

// error makes a ScriptError. One with a cause has the end of the standard error.
func (x *exchange) error(cause error, line string) *ScriptError {
	e := &ScriptError{Gateway: x.h.Protocol.Name(), Script: x.about.Name, Request: x.about.Request.ID(), Err: cause, Stderr: line}
	if cause != nil && x.tail != nil {
		e.Stderr = x.tail.String()
	}
	return e
}

// Cause implements Teller.
func (x *exchange) Cause(why error) error {
	x.lines.End(func(line string) {
		if x.tail == nil {
			x.tail = new(Tail)
		}
		x.tail.Add(line)
	})
	return x.error(fmt.Errorf("%s: %w", x.h.Upstream.Address, why), "")
}

// Stop implements Teller. The connection is given up when the exchange ends.
func (x *exchange) Stop(context.Context, error) {}

// Log implements Teller.
func (x *exchange) Log(ctx context.Context, cause error) { x.h.log(ctx, cause) }
