package gateway

import (
	"context"
	"errors"
	"fmt"
)

// The ends of an answer.

// fail sends a failure. One that is not the client's is logged, without what the
// program said: that was, line by line.
func (a *Answer) fail(ctx context.Context, status int, cause error) error {
	a.answered = true
	if told, ok := errors.AsType[*ScriptError](cause); ok && status >= 500 {
		short := *told
		short.Stderr = ""
		a.Teller.Log(ctx, &short)
	}
	return a.Handler.Fail(ctx, a.Request, status, cause)
}

// Finish deals with the end of the output. why is what the program has to say of
// that, nil if it went well; broken says that the answer may not be whole.
func (a *Answer) Finish(ctx context.Context, why error, broken bool) error {
	if left := a.left(); why == nil && left > 0 {
		why, broken = fmt.Errorf("%w: %d bytes of %d", ErrShort, a.length-left, a.length), true
	}
	switch {
	case a.stopped:
		return nil
	case !a.answered && a.local != "" && !broken:
		a.answered = true
		return redirect(ctx, a)
	case a.resp != nil && broken:
		a.resp, a.held = nil, nil
		return a.fail(ctx, 502, a.Teller.Cause(why))
	case !a.answered && a.resp == nil && why != nil:
		return a.fail(ctx, 502, a.Teller.Cause(fmt.Errorf("%w: %w", ErrSilent, why)))
	case !a.answered && a.resp == nil:
		return a.fail(ctx, 502, a.Teller.Cause(ErrSilent))
	}
	if a.resp != nil && a.length < 0 {
		a.length = int64(len(a.held)) // there is no more
	}
	if err := a.Flush(ctx); err != nil {
		return err
	}
	if broken && a.body != nil {
		a.body.CloseWrite(a.Teller.Cause(why))
	} else if a.body != nil {
		a.body.CloseWrite(nil)
	}
	if why != nil {
		a.Teller.Log(ctx, a.Teller.Cause(why))
	}
	return nil
}

// CloseEarly ends a streamed body whose program runs on. Only Finish tells whether
// it went well.
func (a *Answer) CloseEarly() {
	if a.body != nil && !a.stopped {
		a.body.CloseWrite(nil)
	}
}

// Leave answers a request that was not, when whoever asked ends.
func (a *Answer) Leave(ctx context.Context) {
	why := ErrSilent
	if ctx.Err() != nil {
		why = fmt.Errorf("it was not waited for: %w", context.Cause(ctx))
	}
	if a.answered && a.body == nil {
		return
	}
	cause := a.Teller.Cause(why)
	if a.body != nil {
		a.body.CloseWrite(cause) // it counts if nothing else came before
	}
	if !a.answered {
		a.answered = true
		_ = a.Handler.Fail(ctx, a.Request, 500, cause)
	}
}
