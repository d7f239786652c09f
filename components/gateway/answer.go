package gateway

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Teller is who asks a program for an answer: it ends the program when it has
// to, and knows what to say of it.
type Teller interface {
	// Cause makes an error of what went wrong, with all that is known of it.
	Cause(why error) error

	// Stop ends the program, since no more of its answer is wanted. It is called
	// once at most.
	Stop(ctx context.Context, cause error)

	// Log takes what went wrong, before the head of an answer and behind it.
	Log(ctx context.Context, cause error)
}

// An Answer makes a response, or a failure, of what a program says. Its fields are
// set before it is used. Take gets what the program says, Flush sends it, and one
// of Finish and Abort ends it. Its methods are for one goroutine.
//
// A response whose whole body has come before Flush is called is sent with its
// length; any other as a stream, and Flush waits while the client has enough.
type Answer struct {
	// Handler is whose boxes the response goes out by, or the failure.
	Handler *http1.Handler

	// Request is what is answered.
	Request *http1.Request

	// Limits bound what the program may say.
	Limits *Limits

	// Teller ends the program.
	Teller Teller

	// NPH says that the program makes the whole head itself. It is sent as it is,
	// if the request takes that: see http1.Request.TakesRaw.
	NPH bool

	// Parsed says to read a head that the program makes itself as any other, and
	// never to send it as it is.
	Parsed bool

	// Site makes a graph for local redirects; nil if there is none.
	Site Site

	head     headParser
	complete bool            // the head is
	answered bool            // by a response, or a failure
	stopped  bool            // the program was told to end
	local    string          // where a local redirect leads
	resp     *http1.Response // that was not sent yet
	held     []byte          // of its body
	bodiless bool            // what follows the head is dropped
	raw      bool            // it is sent as it is, its head too
	body     *http1.Body     // of the response that was sent; nil if it has none
	length   int64           // that the program has told, or -1
	written  int64           // into it
	output   int64           // in all
}

// mostHeld is how much of a body is held back in the hope that there is no more.
const mostHeld = 64 << 10

// Begun reports whether the head is complete.
func (a *Answer) Begun() bool { return a.complete }

// Silent reports whether nothing has come.
func (a *Answer) Silent() bool { return a.output == 0 }

// Whole reports whether the body has the length that the program has told.
func (a *Answer) Whole() bool {
	return a.left() == 0
}

// left returns how much of the body that the program has told of has not come, or -1
// if there is no such body.
func (a *Answer) left() int64 {
	if !a.complete || a.length < 0 || a.bodiless || a.local != "" {
		return -1
	}
	return a.length - a.written - int64(len(a.held))
}

// Answered reports whether a response or a failure was sent.
func (a *Answer) Answered() bool { return a.answered }

// Stopped reports whether no more is wanted.
func (a *Answer) Stopped() bool { return a.stopped }

// Take takes a piece of the output. It keeps nothing of b.
func (a *Answer) Take(ctx context.Context, b []byte) error {
	if a.stopped {
		return nil
	}
	a.output += int64(len(b))
	if most := a.Limits.Output; most > 0 && a.output > most {
		return a.Abort(ctx, 502, errOutput)
	}
	if !a.complete {
		if a.head.most == 0 {
			a.head = headParser{most: a.Limits.head(), nph: a.NPH, raw: a.NPH && !a.Parsed && a.Request.TakesRaw()}
		}
		h, rest, err := a.head.write(b)
		switch {
		case err != nil:
			return a.Abort(ctx, 502, err)
		case h == nil:
			return nil
		}
		a.complete = true
		a.begin(h)
		b, a.head = rest, headParser{}
	}
	return a.pass(ctx, b)
}

// begin makes the response, without its body.
func (a *Answer) begin(h *head) {
	if to, ok := h.local(); ok && !a.NPH {
		a.local = to
		return
	}
	a.resp, a.length, a.raw = h.response(a.Request), h.length, h.raw
	a.bodiless = !h.raw && (a.Request.Method == "HEAD" || a.resp.Status == 204 || a.resp.Status == 304)
}

// pass passes on a piece of the body.
func (a *Answer) pass(ctx context.Context, b []byte) error {
	if a.length >= 0 {
		b = b[:min(int64(len(b)), max(a.length-a.written-int64(len(a.held)), 0))]
	}
	switch {
	case len(b) == 0 || a.bodiless || a.local != "":
		return nil
	case a.resp != nil && len(a.held)+len(b) <= mostHeld:
		a.held = append(a.held, b...)
		return nil
	case a.resp != nil:
		if err := a.Flush(ctx); err != nil {
			return err
		}
	}
	return a.write(ctx, b)
}

// Flush sends what was held back. What follows is a stream.
func (a *Answer) Flush(ctx context.Context) error {
	resp, held := a.resp, a.held
	if resp == nil || a.stopped {
		return nil
	}
	a.resp, a.held, a.answered = nil, nil, true
	switch {
	case a.bodiless:
	case a.length >= 0 && int64(len(held)) == a.length:
		resp.Bytes, a.written = held, a.length
		if held == nil {
			resp.Bytes = []byte{}
		}
	default:
		a.body = http1.NewBody(0)
		if a.raw {
			resp.Raw = a.body
		} else {
			resp.Stream, resp.Length = a.body, max(a.length, 0)
		}
		// It has room for what is held, which leaves with the head so.
		if err := a.write(ctx, held); err != nil {
			return err
		}
	}
	return a.Handler.Answer(ctx, resp)
}

// write writes into the stream, and waits while the client has enough.
func (a *Answer) write(ctx context.Context, b []byte) error {
	if a.body == nil {
		return nil
	}
	n, err := a.body.Write(ctx, b)
	a.written += int64(n)
	if errors.Is(err, http1.ErrAbandoned) {
		if a.length >= 0 && a.written >= a.length {
			return nil // all that it has told of is sent
		}
		return a.Abort(ctx, 0, ErrGone)
	}
	return err
}

// Fail answers by a failure, before anything was taken.
func (a *Answer) Fail(ctx context.Context, status int, why error) error {
	return a.fail(ctx, status, a.Teller.Cause(why))
}

// Abort stops the program, and ends the answer: by a failure if there was none,
// else by a cut. A status of 0 says that nobody waits for it.
func (a *Answer) Abort(ctx context.Context, status int, why error) error {
	if a.stopped {
		return nil
	}
	a.stopped = true
	cause := a.Teller.Cause(why)
	a.Teller.Stop(ctx, cause)
	if a.body != nil {
		a.body.CloseWrite(cause)
	}
	a.resp, a.held = nil, nil
	switch {
	case a.answered && status != 0:
		a.Teller.Log(ctx, cause)
	case !a.answered && status != 0:
		return a.fail(ctx, status, cause)
	}
	a.answered = true
	return nil
}
