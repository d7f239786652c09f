package cgi

import (
	"context"
	"errors"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// reply is the part that makes an answer of what a script says, and watches over
// it.
type reply struct {
	call *call

	// Inbox takes the script's standard output.
	Inbox axon.Inbox[[]byte]

	// Faults takes what was wrong with the request's body.
	Faults axon.Inbox[error]

	// Said finishes when the script's standard error is in the call's tail.
	Said axon.Inbox[struct{}]

	// Ended takes how the script ended.
	Ended axon.Inbox[*process.Exit]

	// Stop tells the script to end.
	Stop axon.Outbox[axon.Signal]

	// Log carries what went wrong behind the answer.
	Log axon.Outbox[error] `axon:"optional"`

	// Requests carries a request in place of the one that was asked, to a graph
	// that is made for it.
	Requests axon.Outbox[*http1.Request] `axon:"optional"`

	head     *headParser // until the head is complete
	answered bool        // by a response, or a failure
	stopped  bool        // the script was told to end
	local    string      // where a local redirect leads
	body     *http1.Body // of the answer; nil if it has none
	length   int64       // that the script has told, or -1
	written  int64       // of the body
	output   int64       // in all
	exit     *process.Exit
	timer    *time.Timer
	quiet    time.Time // since when nothing was said
}

var (
	_ axon.Component = (*reply)(nil)
	_ axon.Leaver    = (*reply)(nil)
)

// settling is how long the end of an answer waits for the script's own, by which
// it is seen whether that was a good one.
const settling = 500 * time.Millisecond

// Main implements axon.Component.
func (r *reply) Main(ctx context.Context) error {
	r.head = &headParser{most: r.call.dir.Limits.head(), nph: r.call.script.nph()}
	r.head.raw = r.head.nph && r.call.req.TakesRaw()
	r.quiet = time.Now()
	r.timer = time.NewTimer(r.patience())
	defer r.timer.Stop()
	run := never()
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
				err = r.abort(ctx, 400, fault)
			}
		case <-r.timer.C:
			err = r.late(ctx, out == nil)
		case <-run.C:
			err = r.abort(ctx, 504, errRun)
		case <-gone:
			gone = nil
			err = r.abort(ctx, 0, errGone)
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

// never returns a timer that does not go off.
func never() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// patience is how long the script may be silent now.
func (r *reply) patience() time.Duration {
	limit := r.call.dir.Limits.idle()
	if r.head != nil {
		limit = r.call.dir.Limits.first()
	}
	if limit < 0 {
		limit = 1<<63 - 1
	}
	return limit
}

// late deals with a script that was silent for long; or with one that runs on
// behind its answer.
func (r *reply) late(ctx context.Context, complete bool) error {
	if complete && r.head == nil {
		if r.body != nil && !r.stopped {
			r.body.CloseWrite(nil)
		}
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
	if r.head != nil {
		return r.abort(ctx, 504, errFirst)
	}
	return r.abort(ctx, 504, errIdle)
}

// take deals with a piece of the output.
func (r *reply) take(ctx context.Context, b []byte) error {
	if r.stopped {
		return nil
	}
	r.output += int64(len(b))
	if most := r.call.dir.Limits.Output; most > 0 && r.output > most {
		return r.abort(ctx, 502, errOutput)
	}
	if r.head != nil {
		h, rest, err := r.head.write(b)
		switch {
		case err != nil:
			return r.abort(ctx, 502, err)
		case h == nil:
			r.rest()
			return nil
		}
		r.head, b = nil, rest
		if resp := r.begin(h); resp != nil {
			// The body's first piece comes along: so they leave together.
			if err := r.pass(ctx, b); err != nil {
				return err
			}
			r.rest()
			r.answered = true
			return r.call.handler.Answer(ctx, resp)
		}
	}
	err := r.pass(ctx, b)
	r.rest()
	return err
}

// rest begins a new time of silence.
func (r *reply) rest() {
	r.quiet = time.Now()
	r.timer.Reset(r.patience())
}

// begin makes the answer, with a body that will follow; or none, for a local
// redirect.
func (r *reply) begin(h *head) *http1.Response {
	if to, ok := h.local(); ok && !r.call.script.nph() {
		r.local = to
		return nil
	}
	resp := h.response(r.call.req)
	r.length = h.length
	switch {
	case h.raw:
		r.body = http1.NewBody(0)
		resp.Raw = r.body
	case resp.Request.Method == "HEAD" || resp.Status == 204 || resp.Status == 304:
	case h.length == 0:
		resp.Bytes = []byte{}
	default:
		r.body = http1.NewBody(0)
		resp.Stream, resp.Length = r.body, max(h.length, 0)
	}
	return resp
}

// pass passes on a piece of the body, and waits while the client has enough.
func (r *reply) pass(ctx context.Context, b []byte) error {
	if r.body == nil || len(b) == 0 || r.length >= 0 && r.written >= r.length {
		return nil
	}
	n, err := r.body.Write(ctx, b)
	r.written += int64(n)
	if errors.Is(err, http1.ErrAbandoned) {
		if r.length >= 0 && r.written >= r.length {
			return nil // all that it has told of is sent, and what is more is not
		}
		return r.abort(ctx, 0, errGone)
	}
	return err
}
