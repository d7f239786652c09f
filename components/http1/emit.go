package http1

import (
	"context"
)

// emit sends a request, with as much of its body as is there. It returns what is to
// be parsed next: nil when this was the last request.
func (p *Parser) emit(ctx context.Context, req *Request, b []byte) (rest []byte, err error) {
	req.Conn = p.Conn
	p.stamp(req)
	if req.ContentLength != 0 {
		body := newIntake(req, &p.Limits)
		if b, err = body.prefill(ctx, b); err != nil {
			return nil, err
		}
		p.body = body
		if req.expect100 && !p.body.done {
			req.Body.onFirstRead = func() {
				_ = p.Continue.Send(ctx, &Response{Request: req, interim: true})
			}
		}
	}
	p.count++
	last := req.Close || p.closing || p.count == p.Limits.Requests
	parks := last && p.Again && len(b) == 0 && (p.body == nil || p.body.done)
	if err := p.Flight.add(ctx, req, p.Limits.pipeline()); err != nil {
		return nil, err
	}
	switch {
	case parks:
		p.park()
	case last:
		p.Flight.seal(false)
	}
	if p.Renewable && len(b) == 0 && (p.body == nil || p.body.done) {
		p.reached(p.chunks + 1) // before the answer can be there, and the next request
	}
	if err := p.Outbox.Send(ctx, req); err != nil {
		return nil, err
	}
	switch {
	case parks:
		p.body = nil
		return nil, nil
	case p.body != nil && p.body.done:
		p.body = nil
		fallthrough
	case p.body == nil:
		if last {
			if len(b) > 0 {
				p.Flight.seal(true)
			}
			return nil, errStop
		}
	case last:
		p.closing = true
		p.Flight.seal(true)
	}
	return b, nil
}
