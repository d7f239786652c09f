package http1

import "time"

// An Arrival tells how a request has come that no Parser has brought: one of
// HTTP/2, or of another server.
type Arrival struct {
	// Time is when it had come; zero if nobody asks.
	Time time.Time

	// Begun, if set, is when it began to come: the request is to know how long
	// its stages take.
	Begun time.Time

	// Stream is its number on the connection, from 1 on; 0 means the first.
	Stream uint64

	// TrustID says that an ID which the client has sent counts: see Request.ID.
	TrustID bool
}

// Arrived notes how a request arrived. The stage that makes the request calls it
// before it passes the request on.
func (r *Request) Arrived(a Arrival) {
	r.began, r.stream, r.trustID = a.Time, a.Stream, a.TrustID
	if !a.Begun.IsZero() {
		r.watch = &stopwatch{begun: a.Begun, parsed: a.Time}
	}
}

// stamp notes what the Parser is asked to note of a request that has come.
func (p *Parser) stamp(req *Request) {
	req.trustID = p.TrustID
	if !p.Clock && !p.Timed {
		return
	}
	req.began = time.Now()
	if p.Timed {
		req.watch = &stopwatch{begun: p.first, parsed: req.began}
		p.first = time.Time{}
	}
}

// Answered notes that a request has been answered. It is for a stage that takes the
// Writer's place.
func (r *Request) Answered() { r.markAnswered() }

// Sent tells of the exchange that a response has ended, for a log: bytes of the
// body were sent, or err says why not all were.
func (r *Response) Sent(bytes int64, err error) Exchange {
	req := r.Request
	x := Exchange{Request: req, Status: r.Status, Bytes: bytes, Time: req.began, Err: err}
	if req.Body != nil {
		x.Received = req.Body.came()
	}
	if !x.Time.IsZero() {
		now := time.Now()
		x.Took, x.Stages = now.Sub(x.Time), req.watch.stages(now)
	}
	return x
}
