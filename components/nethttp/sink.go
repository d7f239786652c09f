package nethttp

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Sink stands where the writer stands in a connection's graph: it takes the
// answers to the requests of a Graph.
//
//	*http1.Response ──▶ [ Sink ] ──▶ ServeHTTP
//	                       └── failures ──▶ *http1.Failure
//
// The first answer to the request that the Source has brought counts; others,
// and those that come late, are thrown away.
type Sink struct {
	axon.Base

	// Inbox takes the answers. It has room for an answer and one of each stage
	// behind it, so that the ring by way of Failures can not lock.
	Inbox axon.Inbox[*http1.Response] `axon:"size=64"`

	// Failures carries the request whose answer was unfit to be sent.
	Failures axon.Outbox[*http1.Failure]

	awaited atomic.Pointer[http1.Request] // not answered yet
	answers chan *http1.Response          // has room for the one answer

	mu      sync.Mutex
	stream  io.Closer // being sent
	stopped bool
}

var (
	_ axon.Component   = (*Sink)(nil)
	_ axon.Interrupter = (*Sink)(nil)
)

// Interrupt closes the stream that is being sent: its producer may be gone.
func (s *Sink) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	if s.stream != nil {
		_ = s.stream.Close()
	}
}

// mark notes which stream is being sent, for Interrupt.
func (s *Sink) mark(stream io.Closer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stream = stream; s.stopped && stream != nil {
		_ = stream.Close()
	}
}

// Main implements axon.Component.
func (s *Sink) Main(ctx context.Context) error {
	for resp := range s.Inbox.All(ctx) {
		if err := s.take(ctx, resp); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sink) take(ctx context.Context, resp *http1.Response) error {
	if resp == nil {
		return nil
	}
	req := resp.Request
	if req != nil {
		req = req.Origin() // a filter may have changed it
	}
	if why := resp.Validate(); why != nil && req != nil && s.awaited.Load() == req {
		resp.Discard()
		f := &http1.Failure{Status: 500, Stage: axon.Address(ctx), Cause: why, Request: resp.Request}
		err := s.Failures.Send(ctx, f)
		if !errors.Is(err, axon.ErrGone) {
			return err
		}
		resp = http1.Plain(f)
	}
	if req == nil || !s.awaited.CompareAndSwap(req, nil) {
		resp.Discard()
		return nil
	}
	s.answers <- resp // there is room: one answer is awaited at a time
	return nil
}
