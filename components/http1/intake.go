package http1

import (
	"context"
	"errors"
	"io"
	"time"
)

// An intake feeds the body of one request to its handler, as it comes.
type intake struct {
	req     *Request
	limits  *Limits
	left    int64 // of a Content-Length body
	chunked *chunkedDecoder
	total   int64
	dropped int64 // read after the handler has left
	done    bool

	// Since the last measure:
	since  time.Time     // when that was
	before int64         // total at that time
	held   time.Duration // how long the handler did not take what came
}

func newIntake(req *Request, limits *Limits) *intake {
	in := &intake{req: req, limits: limits, left: req.ContentLength}
	if req.ContentLength < 0 {
		in.chunked = &chunkedDecoder{limits: limits}
	}
	return in
}

// prefill makes the request's Body of what is there already. A body that is
// there as a whole needs no buffer beside, and a fault in what is there is found
// before a handler sees the request.
func (in *intake) prefill(ctx context.Context, b []byte) (rest []byte, err error) {
	if in.chunked == nil && int64(len(b)) >= in.left {
		in.req.Body = newBodyBytes(append([]byte(nil), b[:in.left]...))
		in.done = true
		return b[in.left:], nil
	}
	in.req.Body = NewBody(0)
	if len(b) <= largestPrefill {
		return in.feed(ctx, b)
	}
	return b, nil
}

// largestPrefill is what an unread Body takes without waiting for its reader.
const largestPrefill = 32 << 10

// feed takes bytes of the body and returns those that follow it.
func (in *intake) feed(ctx context.Context, b []byte) (rest []byte, err error) {
	for len(b) > 0 && !in.done {
		var data []byte
		if data, b, err = in.cut(b); err != nil {
			return nil, err
		}
		if in.total += int64(len(data)); !in.limits.allowsBody(in.total) {
			return nil, failure(in.req, 413, "body exceeds %d bytes", in.limits.Body)
		}
		if err := in.write(ctx, data); err != nil {
			return nil, err
		}
	}
	if in.done {
		in.req.Body.CloseWrite(nil)
	}
	return b, nil
}

// cut takes the framing off.
func (in *intake) cut(b []byte) (data, rest []byte, err error) {
	if in.chunked == nil {
		n := min(int64(len(b)), in.left)
		in.left -= n
		in.done = in.left == 0
		return b[:n], b[n:], nil
	}
	data, n, done, err := in.chunked.decode(b)
	if err != nil {
		var f *Failure
		if errors.As(err, &f) {
			f.Request = in.req
		}
		return nil, nil, err
	}
	if in.done = done; done {
		in.req.Body.SetTrailer(in.chunked.trailer)
	}
	return data, b[n:], nil
}

// write passes data on. Once the handler has left, a limited amount is thrown
// away, so that the connection can be kept.
func (in *intake) write(ctx context.Context, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if in.dropped == 0 {
		start := time.Now()
		n, err := in.req.Body.Write(ctx, data)
		in.held += time.Since(start)
		if !errors.Is(err, ErrAbandoned) {
			return err
		}
		data = data[n:]
	}
	if in.dropped += int64(len(data)); in.dropped > in.limits.drain() {
		in.req.flight.seal(true)
		return errStop
	}
	return nil
}

// measure begins to measure how fast the body comes.
func (in *intake) measure() { in.since, in.before, in.held = time.Now(), in.total, 0 }

// slow reports whether the body has come slower than it has to since the last
// measure.
func (in *intake) slow() bool {
	if in == nil || in.since.IsZero() || in.limits.bodyRate() == 0 {
		return false
	}
	waited := time.Since(in.since) - in.held
	return float64(in.total-in.before) < waited.Seconds()*float64(in.limits.bodyRate())
}

// waits reports whether the client may be waiting for a 100 before it sends more.
func (in *intake) waits() bool { return in.req.expect100 && in.req.Body.untouched() }

// fail lets the handler's next read of the body fail.
func (in *intake) fail(err error) {
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	in.req.Body.CloseWrite(err)
}
