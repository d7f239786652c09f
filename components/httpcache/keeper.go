package httpcache

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Keeper is a filter that keeps the responses which may be kept (RFC 9111
// section 3), and finishes what the Lookup of the same Store has begun.
//
//	*http1.Response ──▶ [ Keeper ] ──▶ *http1.Response
//	*http1.Failure ──▶      └── failures ──▶ *http1.Failure
//
// A 304 that the Lookup asked for becomes the response that is kept. So does a
// failure of the handler, if what is kept may be sent instead (RFC 5861 section
// 4). What nobody waits for is not passed on. A response to a request that has
// changed something makes what is kept for it invalid (RFC 9111 section 4.4).
//
// A stream is kept once the Writer has read it to its end.
type Keeper struct {
	http1.ResponseFilter

	// Store is that of the Lookup.
	Store *Store

	// Faults takes the failures of the handler.
	Faults axon.Inbox[*http1.Failure]

	resp  *http1.Response // in hand, and not passed on yet
	fault *http1.Failure  // the same
}

var (
	_ http1.FailureFilterPart = (*Keeper)(nil)
	_ axon.Component          = (*Keeper)(nil)
	_ axon.Validator          = (*Keeper)(nil)
	_ axon.Loser              = (*Keeper)(nil)
	_ axon.Leaver             = (*Keeper)(nil)
)

var errUnasked = errors.New("httpcache: the handler says that something has not changed, and was not asked for that")

// FailureBox implements http1.FailureFilterPart.
func (k *Keeper) FailureBox() *axon.Inbox[*http1.Failure] { return &k.Faults }

// Validate implements axon.Validator.
func (k *Keeper) Validate() error {
	if k.Store == nil {
		return errNoStore
	}
	return k.Store.Validate()
}

// Main implements axon.Component.
func (k *Keeper) Main(ctx context.Context) error {
	responses, faults := k.Inbox.C(), k.Faults.C()
	for responses != nil || faults != nil {
		var err error
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case resp, ok := <-responses:
			if !ok {
				responses = nil
			} else if k.resp = resp; resp != nil {
				err = k.take(ctx, resp)
			}
		case f, ok := <-faults:
			if !ok {
				faults = nil
			} else if k.fault = f; f != nil {
				err = k.takeFault(ctx, f)
			}
		}
		k.resp, k.fault = nil, nil
		if err != nil {
			return err
		}
	}
	return nil
}

// Lost fails the request of what Main had in hand. A message that it takes from
// either box is not known to the box.
func (k *Keeper) Lost(ctx context.Context, fault *axon.Fault) {
	f := k.fault
	if resp := k.resp; resp != nil {
		resp.Discard()
		f = &http1.Failure{Status: 500, Stage: fault.Part, Cause: fault, Request: resp.Request}
	}
	if k.resp, k.fault = nil, nil; f != nil && f.Request != nil {
		_ = k.Failures.Send(ctx, f)
	}
}

// Leave answers what is left when Main has returned.
func (k *Keeper) Leave(ctx context.Context) {
	k.ResponseFilter.Leave(ctx)
	for f := range k.Faults.All(ctx) {
		_ = k.Failures.Send(ctx, f)
	}
}

// pass sends a response to the client that waits.
func (k *Keeper) pass(ctx context.Context, resp *http1.Response) error {
	k.resp, k.fault = nil, nil
	return k.Pass(ctx, resp)
}

// take deals with a response.
func (k *Keeper) take(ctx context.Context, resp *http1.Response) error {
	if resp.Request == nil {
		return k.pass(ctx, resp)
	}
	x := k.Store.end(resp.Request)
	switch {
	case x == nil:
		return k.strange(ctx, resp)
	case x.unsafe:
		k.Store.changed(x, resp)
		return k.pass(ctx, resp)
	}
	out, err := k.Store.finish(x, resp)
	switch {
	case x.client == nil:
		k.resp = nil
		k.exhaust(ctx, resp)
		return nil
	case err != nil:
		k.resp = nil
		return k.Fail(ctx, &http1.Response{Request: x.client}, 502, err)
	}
	return k.pass(ctx, out)
}

// strange deals with a response of which the Lookup has said nothing, or too long
// ago.
func (k *Keeper) strange(ctx context.Context, resp *http1.Response) error {
	origin := resp.Request.Origin()
	if !safe(origin.Method) {
		k.Store.changed(&exchange{key: keyOf(origin), unsafe: true}, resp)
	}
	if resp.Status != 304 || conditional(origin.Header) {
		return k.pass(ctx, resp)
	}
	// The Lookup has asked for this, and not the client.
	if kept := k.Store.still(origin, resp.Field("ETag")); kept != nil {
		return k.pass(ctx, kept)
	}
	k.resp = nil
	return k.Fail(ctx, resp, 502, errUnasked)
}

// exhaust reads a stream that nobody waits for, so that it is kept, for as long as
// somebody would wait.
func (k *Keeper) exhaust(ctx context.Context, resp *http1.Response) {
	if resp.Stream != nil {
		ctx, cancel := context.WithTimeout(ctx, max(k.Store.wait(), time.Second))
		stop := context.AfterFunc(ctx, func() { _ = resp.Stream.Close() })
		_, _ = io.Copy(io.Discard, resp.Stream)
		stop()
		cancel()
	}
	resp.Discard()
}

// takeFault deals with a failure of the handler.
func (k *Keeper) takeFault(ctx context.Context, f *http1.Failure) error {
	if f.Request == nil {
		k.fault = nil
		return k.Failures.Send(ctx, f)
	}
	x := k.Store.end(f.Request)
	if x == nil {
		k.fault = nil
		return k.Failures.Send(ctx, f)
	}
	k.Store.landed(x)
	if x.client == nil {
		return nil
	}
	if !x.unsafe && x.excuses(f.Status, time.Now()) {
		if resp, err := k.Store.instead(x, f.Status); err == nil {
			return k.pass(ctx, resp)
		}
	}
	on := *f
	on.Request = x.client
	k.fault = nil
	return k.Failures.Send(ctx, &on)
}
