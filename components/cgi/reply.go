package cgi

import (
	"context"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// reply is the part that makes an answer of what a script says, and watches over
// it.
type reply struct {
	call *call
	done func([]byte) // takes a piece of the output back

	// Inbox takes the script's standard output. Pieces are large: few wait here, and
	// the rest in the pipe.
	Inbox axon.Inbox[[]byte] `axon:"size=2"`

	// Faults takes what was wrong with the request's body.
	Faults axon.Inbox[error]

	// Said finishes when the script's standard error is in the call's tail.
	Said axon.Inbox[struct{}]

	// Ended takes how the script ended.
	Ended axon.Inbox[*process.Exit]

	// Control tells the script to end.
	Control axon.Outbox[axon.Signal]

	// Lines carries what went wrong, to a log.
	Lines axon.Outbox[error] `axon:"optional"`

	answer gateway.Answer
	exit   *process.Exit
	timer  *time.Timer
	quiet  time.Time // since when nothing was said
}

var (
	_ axon.Component = (*reply)(nil)
	_ axon.Leaver    = (*reply)(nil)
	_ gateway.Teller = (*reply)(nil)
)

// settling is how long the end of an answer waits for the script's own, by which
// it is seen whether that was a good one.
const settling = 500 * time.Millisecond

// Main implements axon.Component.
func (r *reply) Main(ctx context.Context) error {
	h := r.call.handler
	r.answer = gateway.Answer{
		Handler: &h.Handler, Request: r.call.req, Limits: &r.call.dir.Limits, Teller: r, NPH: r.call.script.nph(), Site: h.site,
	}
	r.quiet = time.Now()
	r.timer = time.NewTimer(r.patience())
	defer r.timer.Stop()
	run := silentTimer()
	if most := r.call.dir.Limits.Run; most > 0 {
		run = time.NewTimer(most)
	}
	defer run.Stop()
	gone := r.call.req.Context().Done()
	out, ended, faults := r.Inbox.C(), r.Ended.C(), r.Faults.C()
	for out != nil || ended != nil {
		var err error
		select {
		case b, more := <-out:
			if !more {
				out = nil
				r.timer.Reset(settling)
			} else if ctx.Err() == nil {
				err = r.take(ctx, b)
			}
		case e, more := <-ended:
			if r.exit = e; !more || e != nil {
				ended = nil
			}
		case fault, more := <-faults:
			if !more {
				faults = nil
			} else if ctx.Err() == nil {
				err = r.answer.Abort(ctx, 400, fault)
			}
		case <-r.timer.C:
			err = r.late(ctx, out == nil)
		case <-run.C:
			err = r.answer.Abort(ctx, 504, gateway.ErrRun)
		case <-gone:
			gone = nil
			err = r.answer.Abort(ctx, 0, gateway.ErrGone)
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
	}
	r.call.release()
	return r.finish(ctx)
}

// silentTimer returns a timer that does not go off.
func silentTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// late deals with a script that was silent for long; or with one that runs on
// behind its answer.
func (r *reply) late(ctx context.Context, complete bool) error {
	if complete && r.answer.Begun() {
		r.answer.CloseEarly()
		return nil
	}
	since := r.quiet
	if moved := time.Unix(0, r.call.moved.Load()); moved.After(since) {
		since = moved
	}
	if left := r.patience() - time.Since(since); left > 0 {
		r.timer.Reset(left)
		return nil
	}
	if !r.answer.Begun() {
		return r.answer.Abort(ctx, 504, gateway.ErrFirst)
	}
	return r.answer.Abort(ctx, 504, gateway.ErrIdle)
}

// patience is how long the script may be silent now.
func (r *reply) patience() time.Duration { return r.call.dir.Limits.Patience(r.answer.Begun()) }

// take deals with a piece of the output. It is passed on at once.
func (r *reply) take(ctx context.Context, b []byte) error {
	err := r.answer.Take(ctx, b)
	if err == nil {
		err = r.answer.Flush(ctx)
	}
	r.done(b)
	r.quiet = time.Now() // a new time of silence begins
	r.timer.Reset(r.patience())
	return err
}

// finish deals with the end of the script.
func (r *reply) finish(ctx context.Context) error {
	for range r.Said.All(ctx) {
	}
	if r.exit == nil || r.exit.Well() {
		return r.answer.Finish(ctx, nil, false)
	}
	return r.answer.Finish(ctx, r.exit, r.exit.Signal != nil || r.exit.Err != nil)
}

// Cause implements gateway.Teller.
func (r *reply) Cause(why error) error { return r.call.error(why, "") }

// Stop implements gateway.Teller: it tells the script to end.
func (r *reply) Stop(ctx context.Context, cause error) {
	_ = r.Control.Send(ctx, axon.Signal{Kind: axon.Shutdown, From: axon.Address(ctx), Reason: cause})
}

// Log implements gateway.Teller.
func (r *reply) Log(ctx context.Context, cause error) { _ = r.Lines.Send(ctx, cause) }

// Leave answers a request that was not, when something has gone wrong here.
func (r *reply) Leave(ctx context.Context) { r.answer.Leave(ctx) }
