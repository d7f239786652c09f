package http1

import (
	"time"
)

// A phase is what a connection is waiting for.
type phase uint8

const (
	phaseFirst phase = iota // the first head; the Reader has set its deadline
	phaseNone
	phaseIdle
	phaseHead
	phaseBody
)

// timeout deals with a deadline that has passed. It was perhaps set for
// something that has happened since: setting one for every request is dear.
func (p *Parser) timeout() error {
	limit, progress := p.limit, p.seen != p.armed
	under, closed := p.Flight.state()
	if !closed && time.Now().Before(p.until) {
		// It was set anew after the reader had seen the old one pass.
		return p.Socket.SetReadDeadline(p.until)
	}
	p.limit = phaseNone
	switch {
	case closed:
		return errStop
	case limit == phaseBody && progress && p.body.slow():
		return failure(nil, 408, "the body comes with less than %d bytes a second", p.Limits.bodyRate())
	case progress && limit != phaseHead:
	case limit == phaseIdle && under > 0: // a slow handler
	case limit == phaseHead && p.begun():
		req := &Request{Major: 1, Minor: 1, Close: true}
		return failure(req, 408, "head not complete after %v", p.Limits.headTime())
	case limit == phaseBody && p.owed: // the client waited for its 100, or still does
	case limit == phaseBody:
		return failure(nil, 408, "nothing came of the body for %v", p.Limits.bodyTime())
	default:
		return errStop
	}
	p.arm(limit)
	return nil
}

// arm sets the deadline for what the connection waits for now. It is left as it
// is while the phase stays the same: timeout looks whether there was progress.
func (p *Parser) arm(ph phase) {
	if p.Socket == nil || p.limit == ph {
		return
	}
	p.limit, p.armed = ph, p.seen
	p.owed = ph == phaseBody && p.body != nil && p.body.waits()
	if ph == phaseBody && p.body != nil {
		p.body.measure()
	}
	var d time.Duration
	switch ph {
	case phaseIdle:
		d = p.Limits.idle()
	case phaseHead:
		d = p.Limits.headTime()
	case phaseBody:
		d = p.Limits.bodyTime()
	}
	p.until = time.Time{}
	if d > 0 {
		p.until = time.Now().Add(d)
	}
	_ = p.Socket.SetReadDeadline(p.until)
}
