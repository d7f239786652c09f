package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An exchange is one request to an Upstream, and its answer.
type exchange struct {
	h      *Handler
	about  About
	body   io.ReadCloser // what of it was not read yet; nil if nothing
	inline []byte        // what of it was

	answer Answer
	tail   *Tail // of the standard error; nil if there was none
	lines  Lines
	conn   *conn
	sender *sender       // nil if it is not needed
	send   *axon.Running // the sender's graph
	began  time.Time     // of the whole, if that is bounded
	quiet  time.Time     // since when nothing was said
	done   bool          // the answer is complete, and so is what was read
}

var _ Teller = (*exchange)(nil)

// mostInline is how much of a body is sent with the head, in bytes: less than what
// a socket takes without a reader.
const mostInline = 16 << 10

func (x *exchange) reset(h *Handler, about About, body io.ReadCloser) {
	*x = exchange{h: h, about: about, body: body, inline: x.inline[:0]}
	x.answer = Answer{
		Handler: &h.Handler, Request: about.Request, Limits: &h.Upstream.Limits, Teller: x, Site: h.site,
		NPH: h.Protocol.StatusLine(), Parsed: true,
	}
}

// run asks the Upstream. A connection that was kept may turn out to be closed by the
// other end; then it asks once more, on a new one.
func (x *exchange) run(ctx context.Context) error {
	defer x.end()
	if err := x.fill(ctx); err != nil {
		return x.h.Fail(ctx, x.about.Request, 400, err)
	}
	if x.h.Upstream.Limits.Run > 0 {
		x.began = time.Now()
	}
	for fresh := false; ; fresh = true {
		if err := x.connect(ctx, fresh); err != nil {
			status := 502
			if f, ok := errors.AsType[*http1.Failure](err); ok {
				status, err = f.Status, f.Cause
			}
			return x.answer.Fail(ctx, status, err)
		}
		again, err := x.ask(ctx)
		if !again {
			return err
		}
		x.letGo(false)
	}
}

// fill takes what is there of the body, to be sent with the head.
func (x *exchange) fill(ctx context.Context) error {
	if x.body == nil {
		return nil
	}
	most := int(min(x.about.Length, mostInline))
	x.inline = slices.Grow(x.inline, most)[:0]
	for len(x.inline) < most {
		room := x.inline[len(x.inline):most]
		n, err := 0, error(nil)
		if b, ok := x.body.(*http1.Body); ok {
			n, err = b.ReadContext(x.h.waiting(), room)
		} else {
			n, err = x.body.Read(room)
		}
		x.inline = x.inline[:len(x.inline)+n]
		if errors.Is(err, context.Canceled) {
			return nil // no more is there
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err != nil {
			break
		}
	}
	if int64(len(x.inline)) == x.about.Length {
		x.closeBody()
	}
	return nil
}

// connect finds a connection.
func (x *exchange) connect(ctx context.Context, fresh bool) (err error) {
	u := x.h.Upstream
	if x.conn = nil; !fresh {
		x.conn = u.pool.take(x.body == nil && x.harmless())
	}
	if x.conn == nil {
		if x.conn, err = u.dial(ctx, x.h.Protocol); err != nil {
			return err
		}
	}
	x.h.use(x.conn)
	x.quiet = time.Now()
	return nil
}

// ask sends the request and reads the answer. It reports whether to do so again.
func (x *exchange) ask(ctx context.Context) (again bool, err error) {
	p, c := x.h.Protocol, x.conn
	out := p.Head(c.out[:0], &x.h.Upstream.Variables, &x.about)
	if out == nil {
		return false, x.answer.Abort(ctx, 431, errHeadLarge)
	}
	c.out = out
	if len(x.inline) > 0 {
		c.out = p.Body(c.out, x.inline)
	}
	if x.body == nil {
		c.out = p.End(c.out)
	}
	if x.body == nil && len(c.out) <= 2*mostInline && c.hold(c.out) {
		return x.read(ctx)
	}
	switch err := x.write(); {
	case err == nil:
	case c.kept && lost(err):
		return true, nil // it has not got all of the request
	case errors.Is(err, os.ErrDeadlineExceeded):
		return false, x.answer.Abort(ctx, 504, fmt.Errorf("the request was not taken: %w", err))
	default: // it has closed the connection, perhaps with an answer
		x.closeBody()
	}
	if x.body != nil {
		if err := x.begin(ctx); err != nil {
			return false, x.answer.Abort(ctx, 500, err)
		}
	}
	return x.read(ctx)
}

// write writes what goes with the head. Only this has a time of its own: what follows of
// the body may take longer.
func (x *exchange) write() error {
	c := x.conn
	if len(c.out) > 2*mostInline { // it may not fit
		_ = c.SetWriteDeadline(x.quiet.Add(max(min(x.h.Upstream.Limits.Patience(false), time.Hour), 0)))
		defer c.SetWriteDeadline(time.Time{})
	}
	_, err := c.Write(c.out)
	return err
}

// lost reports whether an error tells that the other end has closed a connection.
func lost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// read reads the answer.
func (x *exchange) read(ctx context.Context) (again bool, err error) {
	for moved := false; ; {
		if err := x.events(ctx); err != nil || x.done || x.answer.Stopped() {
			return false, err
		}
		if moved {
			x.quiet = time.Now()
		}
		if err := x.answer.Flush(ctx); err != nil || x.answer.Stopped() {
			return false, err
		}
		x.arm()
		if err, over := x.interrupted(ctx); over {
			return false, err
		}
		n, err := x.conn.more()
		if moved = n > 0; moved && x.conn.fresh {
			x.h.Upstream.pool.answered(x.conn)
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			x.conn.armed = time.Unix(1, 0)
			if err := x.late(ctx); err != nil || x.answer.Stopped() {
				return false, err
			}
		case errors.Is(err, io.EOF) && x.conn.answers == nil && !x.answer.Silent():
			x.done = true
			return false, x.finish(ctx, nil, false)
		case lost(err) && x.again():
			return true, nil
		default:
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return false, x.finish(ctx, fmt.Errorf("the connection ended: %w", err), true)
		}
	}
}
