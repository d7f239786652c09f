package nethttp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Visit is what a server in front of a Graph tells of one request, and wants to
// know, beyond what net/http does.
type Visit struct {
	// Conn tells of the connection, of which the request is one stream; nil means
	// what net/http tells.
	Conn *http1.Conn

	// Arrived, if set, is called with the request that was made of the
	// http.Request, before it is passed on.
	Arrived func(*http1.Request)

	// Sent, if set, is called when the answer was sent, or could not be.
	Sent func(http1.Exchange)

	// Body is the largest body of a request, in bytes; 0 means no limit. One
	// that is larger is a failure with 413, for the error component as soon as
	// its length is known, or else for who reads it.
	Body int64

	// BodyTime and BodyRate bound how slowly it may come: see http1.Limits. 0
	// means no limit.
	BodyTime time.Duration
	BodyRate int64

	// Target is the longest request-target, in bytes; 0 means no limit.
	Target int

	// Fields are more fields for the answer.
	Fields http1.Header

	// RequestID says to tell the request's ID in the answer.
	RequestID bool

	// Stall is how long the client may take nothing of the answer; 0 means no
	// limit.
	Stall time.Duration
}

// bound reports what is larger than it may be, and bounds what is still to come.
func (v *Visit) bound(c *call) error {
	switch {
	case v.Target > 0 && len(c.req.Target) > v.Target:
		return &http1.Failure{Status: http.StatusRequestURITooLong, Close: true,
			Cause: fmt.Errorf("nethttp: target exceeds %d bytes", v.Target)}
	case c.req.Body == nil:
		return nil
	case v.Body > 0 && c.req.ContentLength > v.Body:
		c.req.Body = nil
		return &http1.Failure{Status: http.StatusRequestEntityTooLarge, Close: true,
			Cause: fmt.Errorf("nethttp: body of %d bytes exceeds %d", c.req.ContentLength, v.Body)}
	}
	if v.BodyTime > 0 || v.BodyRate > 0 {
		c.pace = &paced{ReadCloser: c.from.Body, visit: v, writer: c.writer}
		c.from.Body = c.pace
	}
	if v.Body > 0 {
		c.from.Body = http.MaxBytesReader(c.writer, c.from.Body, v.Body)
	}
	return nil
}

// paced is a body that may not come too slowly. Time in which nobody reads it
// does not count.
type paced struct {
	io.ReadCloser
	visit  *Visit
	writer http.ResponseWriter
	ctx    context.Context // of who reads
	armed  time.Time       // when the deadline was set
	came   int64           // since the rate was looked at
	waited time.Duration
}

// Read implements io.Reader.
func (p *paced) Read(b []byte) (int, error) {
	start, limit := time.Now(), p.visit.BodyTime
	if limit > 0 && start.Sub(p.armed) > limit/2 {
		p.armed = start
		_ = http.NewResponseController(p.writer).SetReadDeadline(start.Add(limit + limit/2))
	}
	if p.ctx != nil && p.ctx.Err() != nil { // the Source's Interrupt may have set one that was to end this
		return 0, p.ctx.Err()
	}
	n, err := p.ReadCloser.Read(b)
	p.came += int64(n)
	p.waited += time.Since(start)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, &http1.Failure{Status: http.StatusRequestTimeout, Close: true,
			Cause: fmt.Errorf("nethttp: nothing came of the body for %v", limit)}
	}
	if window := cmp.Or(limit, 30*time.Second); err == nil && p.visit.BodyRate > 0 && p.waited >= window {
		if float64(p.came) < p.waited.Seconds()*float64(p.visit.BodyRate) {
			return n, &http1.Failure{Status: http.StatusRequestTimeout, Close: true,
				Cause: fmt.Errorf("nethttp: the body comes with less than %d bytes a second", p.visit.BodyRate)}
		}
		p.came, p.waited = 0, 0
	}
	return n, err
}

// pause takes the deadline off: nobody reads for a time. In HTTP/2 one that passes ends
// the body, whether somebody reads or not.
func (p *paced) pause() {
	if p != nil && !p.armed.IsZero() {
		p.armed = time.Time{}
		_ = http.NewResponseController(p.writer).SetReadDeadline(time.Time{})
	}
}

// counted is where an answer goes: it counts the bytes, and bounds the time in
// which the client takes nothing.
type counted struct {
	to    http.ResponseWriter
	visit *Visit
	n     int64
	armed time.Time // when the deadline was set
}

// Write implements io.Writer.
func (c *counted) Write(p []byte) (int, error) {
	if stall := c.visit.Stall; stall > 0 && len(p) > 0 {
		// Deadlines are dear.
		if now := time.Now(); now.Sub(c.armed) > stall/2 {
			c.armed = now
			_ = http.NewResponseController(c.to).SetWriteDeadline(now.Add(stall + stall/2))
		}
	}
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}
