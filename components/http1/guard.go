package http1

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Guard stands before the error component and answers for it when necessary:
// when that panics, has ended, does not answer in time, or answers with
// something that cannot be sent.
//
//	*Failure ──▶ [ Guard ] ──▶ *Response
//	              │     ▲
//	     failures ▼     │ answers
//	              ERRORS
//
// It hands the error component one failure at a time, so it knows an answer that
// comes too late by its request, and drops it. At its end it shuts down an error
// component that is still silent, if its Signal leads there.
type Guard struct {
	axon.Base

	// Patience is how long the error component may take; 0 means 5 seconds.
	Patience time.Duration

	// Inbox takes the failures of all stages.
	Inbox axon.Inbox[*Failure] `axon:"size=24"`

	// Failures carries them to the error component.
	Failures axon.Outbox[*Failure]

	// Answers takes what the error component makes of them. One is asked for at
	// a time, so this is where the ring of the two can not lock.
	Answers axon.Inbox[*Response] `axon:"size=4"`

	// Outbox carries one response for each failure.
	Outbox axon.Outbox[*Response]

	clock *time.Timer
	deaf  bool // the error component has let a failure pass, and not said a word since
	spoke atomic.Bool
}

// Spoke reports whether the Guard has had to answer for the error component.
func (g *Guard) Spoke() bool { return g.spoke.Load() }

var (
	_ axon.Component = (*Guard)(nil)
	_ axon.Loser     = (*Guard)(nil)
)

// Lost answers the failure in hand.
func (g *Guard) Lost(ctx context.Context, _ *axon.Fault) {
	g.spoke.Store(true)
	if f, ok := g.Inbox.InHand(); ok {
		_ = g.Outbox.Send(ctx, Plain(f))
	}
}

// Main implements axon.Component.
func (g *Guard) Main(ctx context.Context) error {
	defer func() {
		if g.deaf {
			_ = g.Signal.TrySend(axon.Signal{Kind: axon.Shutdown, From: axon.Address(ctx)})
		}
	}()
	for f := range g.Inbox.All(ctx) {
		if f == nil || f.Request == nil {
			continue // there is nobody to answer
		}
		resp := g.ask(ctx, f)
		if resp == nil {
			g.spoke.Store(true)
			resp = Plain(f)
		}
		g.complete(resp, f)
		if err := g.Outbox.Send(ctx, resp); err != nil {
			return err
		}
	}
	return nil
}

// ask returns what the error component makes of a failure, or nil.
func (g *Guard) ask(ctx context.Context, f *Failure) *Response {
	if g.deaf {
		if late, ok, _ := g.Answers.TryRecv(); ok {
			if late != nil {
				late.Discard()
			}
			g.deaf = false
		} else {
			return nil
		}
	}
	if err := g.Failures.TrySend(f); err != nil {
		g.deaf = errors.Is(err, axon.ErrFull)
		return nil
	}
	defer g.startClock()()
	for {
		var resp *Response
		select {
		case resp = <-g.Answers.C(): // nil, too, when the error component has ended
		case <-g.clock.C:
			g.deaf = true
			return nil
		case <-ctx.Done():
			return nil
		}
		switch {
		case resp == nil:
			return nil
		case resp.Request != f.Request:
			resp.Discard()
		case resp.Validate() != nil:
			resp.Discard()
			return nil
		default:
			return resp
		}
	}
}

// startClock starts the clock of the Guard's patience, and returns how to stop
// it. There is one clock for all failures: making one is dear.
func (g *Guard) startClock() (stop func() bool) {
	patience := g.Patience
	if patience <= 0 {
		patience = 5 * time.Second
	}
	if g.clock == nil {
		g.clock = time.NewTimer(patience)
	} else {
		g.clock.Reset(patience)
	}
	return g.clock.Stop
}

// complete makes an answer keep what the protocol asks of it.
func (g *Guard) complete(resp *Response, f *Failure) {
	for _, field := range f.Header {
		if !resp.Header.Has(field.Name) {
			resp.Header = append(resp.Header, field)
		}
	}
	resp.Close = resp.Close || f.Close
}

// Plain returns the built-in answer to a failure: the status, and its standard
// words.
func Plain(f *Failure) *Response {
	status := f.Status
	if status < 400 || status > 599 {
		status = 500
	}
	resp := Text(f.Request, status, StatusText(status)+"\n")
	resp.Close = f.Close
	return resp
}
