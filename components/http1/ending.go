package http1

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// end deals with an error that ends the Parser.
func (p *Parser) end(ctx context.Context, err error) error {
	var f *Failure
	switch {
	case err == errStop:
		p.Flight.seal(false)
		p.leaveReader()
		return nil
	case errors.As(err, &f) && p.body != nil:
		// The request has been sent; its handler learns of it by the body.
		p.Flight.seal(true)
		p.body.fail(f)
		return nil
	case errors.As(err, &f):
		return p.fail(ctx, f)
	case err == io.ErrUnexpectedEOF:
		p.clientGone(err)
		return nil
	}
	p.clientGone(err)
	return err
}

// leaveReader leaves the Reader alone with the connection while the last requests
// are under way: it tells when the client goes, which a handler may wait for. No
// deadline ends it then but the Writer's. If there is no Writer any more, a client
// that stays is not waited for much longer.
func (p *Parser) leaveReader() {
	under, closed := p.Flight.state()
	if p.Socket == nil || under == 0 && !closed {
		return
	}
	if !closed {
		_ = p.Socket.SetReadDeadline(time.Time{})
		_, closed = p.Flight.state()
	}
	if closed { // its deadline has passed, or we have just put it off
		_ = p.Socket.SetReadDeadline(time.Now().Add(lingering))
	}
}

// fail sends a failure in the place of a request.
func (p *Parser) fail(ctx context.Context, f *Failure) error {
	if f.Request == nil {
		f.Request = &Request{Major: 1, Minor: 1, Close: true}
	}
	f.Request.Conn, f.Request.Close, f.Stage = p.Conn, true, axon.Address(ctx)
	if f.Request.began.IsZero() {
		p.stamp(f.Request)
	}
	if err := p.Flight.add(ctx, f.Request, p.Limits.pipeline()); err != nil {
		return err
	}
	p.Flight.seal(true)
	return p.Failures.Send(ctx, f)
}

// Lost answers 500 for a fault in the Parser itself.
func (p *Parser) Lost(ctx context.Context, f *axon.Fault) {
	if p.body != nil {
		p.Flight.seal(true)
		p.body.fail(f)
		return
	}
	_ = p.fail(ctx, &Failure{Status: 500, Cause: f, Close: true})
}

// clientGone ends what depends on a client that sends nothing any more.
func (p *Parser) clientGone(cause error) {
	p.Flight.seal(false)
	if p.body != nil {
		p.body.fail(io.ErrUnexpectedEOF)
	}
	p.Conn.End(cause)
}

// close ends the Parser if no request has begun; else the one that has begun is
// the last.
func (p *Parser) close() error {
	if p.body == nil && !p.begun() {
		return errStop
	}
	p.closing = true
	if p.body != nil {
		p.Flight.seal(false)
	}
	limit := p.limit
	p.limit = phaseNone // the reader has put the deadline off
	p.arm(limit)
	return nil
}
