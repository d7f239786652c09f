package http1

import (
	"context"
	"errors"
	"math"
	"net"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// A connection that ends with an answer, and nothing else, leaves its graph as it
// was before: Parser and Writer can serve another one. Both must have come to
// that: the Parser parks when it has sent the last request, and the Writer says
// that the connection is free when it has sent the last answer. Only then the
// Reader takes another one. In all other cases the graph ends.

// A visit is what the Parser remembers of one connection.
type visit struct {
	held    []byte // of a head that is not complete
	body    *intake
	closing bool
	first   time.Time // when the head began to come, if somebody asks
	count   int       // requests so far
	chunks  uint64    // so far
	parked  bool      // the last request has been sent
	dropped int64     // bytes that came after it
	limit   phase     // what the deadline that is set now stands for
	until   time.Time // that deadline
	seen    uint64    // progress, counted
	armed   uint64    // seen when the deadline was set
	owed    bool      // a 100 was, when the deadline was set
}

// shared is what other parts ask the Parser for.
type shared struct {
	ctx    context.Context // the Parser's
	conn   *Conn
	flight *Flight
	at     atomic.Uint64 // how many chunks it has dealt with, if they end with a whole request
}

// between is what at is while a request is not there as a whole.
const between = math.MaxUint64

func (p *Parser) share(ctx context.Context) {
	p.shared.Store(&shared{ctx: ctx, conn: p.Conn, flight: p.Flight})
}

// Yield reports whether the connection can go on with another graph, once what is
// under way is done: whether, after so many chunks, the next bytes are those of a
// new request. If so, it will. Yield is for the Reader; see Renewable.
func (p *Parser) Yield(sent uint64) bool {
	s := p.shared.Load()
	if s == nil { // it has not been needed yet
		return sent == 0 && p.Flight != nil && p.Flight.hand()
	}
	return s.at.Load() == sent && s.flight.hand()
}

// Handed reports whether the connection goes on with another graph. It is to be
// asked when the graph has ended.
func (p *Parser) Handed() bool { return p.Flight != nil && p.Flight.isHanded() }

// mark notes how far the Parser has come.
func (p *Parser) mark() {
	p.chunks++
	at := p.chunks
	if p.body != nil || len(p.held) > 0 || p.closing || p.parked {
		at = between
	}
	p.reached(at)
}

func (p *Parser) reached(at uint64) { p.shared.Load().at.Store(at) }

// Gone tells the requests under way that the client has gone. It is for the
// Reader, and may be called at any time.
func (p *Parser) Gone(cause error) {
	if s := p.shared.Load(); s != nil {
		s.conn.End(cause)
	}
}

// Interrupt tells the requests under way that the connection is shut down: the Parser,
// which does so at its end, may rest, and then is not run any more.
func (p *Parser) Interrupt() {
	if s := p.shared.Load(); s != nil {
		s.conn.End(context.Cause(s.ctx))
	}
}

// Free reports whether the graph has nothing to do with its connection any more,
// and may be given another. It is for the Reader, which keeps to it: it reports so
// once for each connection.
func (p *Parser) Free() bool {
	s := p.shared.Load()
	return s != nil && s.flight.isFree()
}

// park lets the Parser wait for the next connection. Until then the Reader tells
// when the client goes, which a handler may wait for; no deadline ends it but the
// Writer's. It is called before the last request is sent: once that is answered,
// the Reader may have another connection already.
func (p *Parser) park() {
	p.Flight.park()
	if p.Socket != nil {
		_ = p.Socket.SetReadDeadline(time.Time{})
	}
	p.parked = true
}

// beside deals with what comes after the last request.
func (p *Parser) beside(c *tcp.Chunk) error {
	switch c.Event {
	case tcp.Bytes: // is not asked for
		p.Flight.seal(true)
		p.dropped += int64(len(c.Data))
		if p.dropped > p.Limits.drain() && p.Flight.unpark() {
			return errStop
		}
	case tcp.Timeout: // of what the client may go on sending
		if _, closed := p.Flight.state(); closed && p.Flight.unpark() {
			return errStop
		}
	case tcp.Closing: // the Reader takes no other connection then
		return errStop
	case tcp.Reset:
		p.Conn.End(errReset)
	}
	return nil
}

var errReset = errors.New("http1: the client has reset the connection")

// open begins another connection.
func (p *Parser) open(ctx context.Context, conn net.Conn) error {
	p.Conn.End(errClosing)
	p.visit, p.heads = visit{}, headParser{limits: &p.Limits}
	p.Conn, p.Flight = NewConn(conn), new(Flight)
	p.share(ctx)
	return p.Continue.Send(ctx, &Response{opening: &opening{conn, p.Flight}})
}

// An opening tells the Writer of another connection.
type opening struct {
	conn   net.Conn
	flight *Flight
}

// again waits for another connection, when the last one is over for everybody.
func (w *Writer) again(ctx context.Context) error {
	for {
		resp, err := w.Inbox.Recv(ctx)
		switch {
		case err != nil:
			return err
		case resp == nil:
		case resp.opening != nil:
			w.open(resp.opening)
			return nil
		default: // came too late
			resp.Discard()
		}
	}
}

// open begins another connection.
func (w *Writer) open(o *opening) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Conn, w.Flight, w.parked = o.conn, o.flight, false
	w.out = newSender(w.Conn, w.Limits.stall())
}
