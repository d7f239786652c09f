package http1

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// Parser cuts the bytes from a socket into requests (RFC 9112).
//
//	*tcp.Chunk ──▶ [ Parser ] ──▶ *Request
//	                   ├── failures ──▶ *Failure
//	                   └── continue ──▶ *Response
//
// It sends a request as soon as its head is complete, and then feeds the body to
// it. It ends, and the connection with it, after a failure, after a request that
// asks for that, when the client has gone, or when the server wants to close and
// no request has begun.
type Parser struct {
	// Limits bounds what it takes from a client.
	Limits Limits

	// Conn is told of in each request; nil outside a connection.
	Conn *Conn

	// Socket sets the time limits of reading; nil means that there are none.
	Socket interface{ SetReadDeadline(time.Time) error }

	// Flight keeps the order of the answers. It is the Writer's too.
	Flight *Flight

	// Clock says that each request is to know when it came.
	Clock bool

	// Timed says that each request is to know how long its stages take: see
	// Exchange. It asks for Clock, too.
	Timed bool

	// TrustID says that an ID which the client has sent counts: see Request.ID.
	TrustID bool

	// Again says that the Parser may serve another connection when its own has
	// ended well. It makes Conn and Flight of that itself, and tells the Writer.
	Again bool

	// Renewable says that the connection may go on with another graph: see Yield.
	Renewable bool

	// Inbox takes what the socket says; where its chunks break means nothing.
	// The Parser releases them.
	Inbox axon.Inbox[*tcp.Chunk] `axon:"size=2"`

	// Outbox carries a request as soon as its head is complete. The body may
	// still be coming.
	Outbox axon.Outbox[*Request]

	// Failures carries at most one message, and the Parser ends.
	Failures axon.Outbox[*Failure]

	// Continue carries a 100 (Continue) when a handler begins to read a body
	// that the client holds back until then (RFC 9110 section 10.1.1).
	Continue axon.Outbox[*Response]

	heads headParser
	visit
	shared atomic.Pointer[shared]
}

var (
	_ axon.Component   = (*Parser)(nil)
	_ axon.Validator   = (*Parser)(nil)
	_ axon.Loser       = (*Parser)(nil)
	_ axon.Interrupter = (*Parser)(nil)
)

// errStop ends the Parser without a failure.
var errStop = errors.New("http1: no further request")

// Validate implements axon.Validator.
func (p *Parser) Validate() error { return p.Limits.Validate() }

// Main implements axon.Component.
func (p *Parser) Main(ctx context.Context) error {
	if p.Flight == nil {
		p.Flight = new(Flight)
	}
	p.heads.limits = &p.Limits
	if p.shared.Load() == nil {
		p.share(ctx)
	}
	for {
		c, err := p.Inbox.Recv(ctx)
		if errors.Is(err, axon.ErrRest) {
			return err
		}
		if err != nil {
			if !p.Flight.isHanded() {
				p.clientGone(err)
			}
			return err
		}
		opened := c.Event == tcp.Opened
		switch {
		case opened:
			err = p.open(ctx, c.Conn)
		case p.parked:
			err = p.beside(c)
		case c.Event == tcp.Bytes:
			p.seen++
			err = p.take(ctx, c.Data)
		case c.Event == tcp.Timeout:
			err = p.timeout()
		case c.Event == tcp.Closing:
			err = p.close()
		case c.Event == tcp.Reset:
			err = io.ErrUnexpectedEOF
		}
		c.Release()
		if err != nil {
			return p.end(ctx, err)
		}
		if p.Renewable && !opened {
			p.mark()
		}
	}
}

// take deals with bytes that came.
func (p *Parser) take(ctx context.Context, b []byte) error {
	for {
		if p.body != nil {
			rest, err := p.body.feed(ctx, b)
			if err != nil {
				return err
			}
			if p.body.done {
				p.body = nil
			}
			b = rest
			if p.body != nil {
				p.arm(phaseBody)
				return nil
			}
			if p.closing {
				return errStop
			}
		}
		if len(b) == 0 {
			p.arm(phaseIdle)
			return nil
		}
		rest, err := p.head(ctx, b)
		if rest == nil || err != nil {
			return err
		}
		b = rest
	}
}

// head deals with bytes outside a body. It returns what follows the head, nil if
// the head is not complete.
func (p *Parser) head(ctx context.Context, b []byte) ([]byte, error) {
	if len(p.held) > 0 {
		p.held = append(p.held, b...)
		b = p.held
	}
	if p.Timed && p.first.IsZero() {
		p.first = time.Now()
	}
	req, n, err := p.heads.parse(b)
	switch {
	case err != nil:
		return nil, err
	case req == nil:
		if len(p.held) == 0 {
			p.held = append(p.held, b...)
		}
		if p.begun() {
			p.arm(phaseHead)
		} else {
			p.arm(phaseIdle)
		}
		return nil, nil
	}
	if p.limit == phaseHead {
		p.limit = phaseNone // the next head has a time of its own
	}
	b, p.held = b[n:], nil
	if b == nil {
		b = []byte{}
	}
	return p.emit(ctx, req, b)
}

// begun reports whether a part of a head is there. Empty lines before it are
// none: some clients send one behind a body (RFC 9112 section 2.2).
func (p *Parser) begun() bool { return len(bytes.Trim(p.held, "\r\n")) > 0 }
