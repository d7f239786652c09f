package nethttp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Source stands where the parser stands in a connection's graph: it brings the
// requests of a Graph, and feeds each its body.
//
//	ServeHTTP ──▶ [ Source ] ──▶ *http1.Request
//	                  └── failures ──▶ *http1.Failure
//
// It begins to read a body when a handler does, so one that nobody wants is left
// to net/http. It ends on finish, after the request in hand.
type Source struct {
	axon.Base

	// Outbox carries one request at a time. The next one comes when the answer
	// to it has been sent.
	Outbox axon.Outbox[*http1.Request]

	// Failures carries the requests whose target http1 does not take.
	Failures axon.Outbox[*http1.Failure]

	// Well, if set, is asked when a request was answered whether another one may come:
	// whether all stages are as they were.
	Well func() bool

	calls chan *call

	mu      sync.Mutex
	closing chan struct{}
	closed  bool
	reading *call // its body is being read
	stopped bool
}

var (
	_ axon.Component   = (*Source)(nil)
	_ axon.Finisher    = (*Source)(nil)
	_ axon.Interrupter = (*Source)(nil)
)

// Finish implements axon.Finisher.
func (s *Source) Finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.closingNow())
	}
}

func (s *Source) closingNow() chan struct{} {
	if s.closing == nil {
		s.closing = make(chan struct{})
	}
	return s.closing
}

// Interrupt ends a read of a body that waits for the client, where the server can
// do that. The connection is of no use afterwards.
func (s *Source) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	s.reading.interrupt()
}

func (c *call) interrupt() {
	if c != nil {
		_ = http.NewResponseController(c.writer).SetReadDeadline(time.Unix(1, 0))
	}
}

// Main implements axon.Component.
func (s *Source) Main(ctx context.Context) error {
	s.mu.Lock()
	closing := s.closingNow()
	s.mu.Unlock()
	for {
		select {
		case c := <-s.calls:
			if err := s.pass(ctx, c); err != nil {
				return err
			}
		case <-closing:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pass sends a request and feeds it its body until nobody needs more of it.
func (s *Source) pass(ctx context.Context, c *call) error {
	if c.done != nil {
		defer close(c.done)
	}
	if c.fault != nil {
		c.fault.Stage = axon.Address(ctx)
		return s.Failures.Send(ctx, c.fault)
	}
	if err := s.Outbox.Send(ctx, c.req); err != nil || c.req.Body == nil {
		return err
	}
	select {
	case <-c.wanted:
	case <-c.req.Body.Abandoned():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mark(c)
	defer s.mark(nil)
	if c.pace != nil {
		c.pace.ctx = ctx
	}
	err := c.feed(ctx)
	if c.from.Trailer != nil {
		c.req.Body.SetTrailer(fieldsOf(c.from.Trailer))
	}
	c.req.Body.CloseWrite(err)
	return ctx.Err()
}

// mark notes whose body is being read, for Interrupt.
func (s *Source) mark(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reading = c; s.stopped {
		c.interrupt()
	}
}

// feed copies a body. It returns nil when the body is there as a whole.
func (c *call) feed(ctx context.Context) error {
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	for {
		n, err := c.from.Body.Read(*buf)
		if err := c.store(ctx, (*buf)[:n]); err != nil {
			return err
		}
		tooLarge := (*http.MaxBytesError)(nil)
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &tooLarge):
			return &http1.Failure{Status: http.StatusRequestEntityTooLarge, Cause: err}
		case err != nil:
			return err
		}
	}
}

// store passes on what came of a body. While its reader takes nothing more, the client
// may be silent.
func (c *call) store(ctx context.Context, p []byte) error {
	n, err := c.req.Body.WriteNow(p)
	if err != nil || n == len(p) {
		return err
	}
	c.pace.pause()
	_, err = c.req.Body.Write(ctx, p[n:])
	return err
}
