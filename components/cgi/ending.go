package cgi

import (
	"context"
	"fmt"
	"net/url"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// The ends of a reply.

// abort tells the script to end, and ends the answer: by a failure if there was
// none, else by a cut. A status of 0 says that nobody waits for it.
func (r *reply) abort(ctx context.Context, status int, why error) error {
	if r.stopped {
		return nil
	}
	r.stopped = true
	cause := r.call.error(why, "")
	_ = r.Stop.Send(ctx, axon.Signal{Kind: axon.Shutdown, From: axon.Address(ctx), Reason: cause})
	if r.body != nil {
		r.body.CloseWrite(cause)
	}
	switch {
	case r.answered && status != 0:
		_ = r.Log.Send(ctx, cause)
	case !r.answered && status != 0:
		return r.fail(ctx, status, cause)
	}
	r.answered = true
	return nil
}

func (r *reply) fail(ctx context.Context, status int, cause error) error {
	r.answered = true
	return r.call.handler.Fail(ctx, r.call.req, status, cause)
}

// finish deals with the end of the script.
func (r *reply) finish(ctx context.Context) error {
	if r.stopped {
		return nil
	}
	for range r.Said.All(ctx) {
	}
	var why error
	broken := false // its answer may not be whole
	if r.exit != nil && !r.exit.Well() {
		why, broken = r.exit, r.exit.Signal != nil || r.exit.Err != nil
	}
	switch {
	case !r.answered && r.local != "" && !broken:
		return r.redirect(ctx)
	case !r.answered && why != nil:
		return r.fail(ctx, 502, r.call.error(fmt.Errorf("%w: %w", errSilent, why), ""))
	case !r.answered:
		return r.fail(ctx, 502, r.call.error(errSilent, ""))
	}
	if broken && r.body != nil {
		r.body.CloseWrite(r.call.error(why, ""))
	} else if r.body != nil {
		r.body.CloseWrite(nil)
	}
	if why != nil {
		_ = r.Log.Send(ctx, r.call.error(why, ""))
	}
	return nil
}

// mostRedirects is how often one request may be led on.
const mostRedirects = 10

// redirect has the request answered by another resource of the same site (RFC
// 3875 section 6.2.2).
func (r *reply) redirect(ctx context.Context) error {
	req := r.call.req
	if req.Redirects() >= mostRedirects {
		return r.fail(ctx, 502, r.call.error(errLoop, ""))
	}
	if r.call.handler.site == nil {
		return r.fail(ctx, 502, r.call.error(errNoSite, ""))
	}
	if _, err := url.ParseRequestURI(r.local); err != nil {
		return r.fail(ctx, 502, r.call.error(err, ""))
	}
	to, err := req.Redirect(r.local)
	if err != nil {
		return r.fail(ctx, 502, r.call.error(err, ""))
	}
	if req.Body != nil {
		_ = req.Body.Close() // the other gets none
	}
	site := r.call.handler.site(&r.Requests)
	running, err := axon.Spawn(ctx, site.Graph)
	if err != nil {
		return r.fail(ctx, 500, err)
	}
	r.answered = true
	err = r.Requests.Send(ctx, to)
	running.Finish()
	if err != nil {
		return r.fail(ctx, 503, err)
	}
	return nil
}

// Leave answers a request that was not, when something has gone wrong here.
func (r *reply) Leave(ctx context.Context) {
	why := r.call.error(fmt.Errorf("it was not waited for: %w", context.Cause(ctx)), "")
	if ctx.Err() == nil {
		why = r.call.error(errSilent, "")
	}
	if r.body != nil {
		r.body.CloseWrite(why) // it counts if nothing else came before
	}
	if !r.answered {
		_ = r.call.handler.Failures.Send(ctx, &http1.Failure{Status: 500, Stage: axon.Address(ctx), Cause: why, Request: r.call.req})
	}
}
