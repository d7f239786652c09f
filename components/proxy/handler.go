package proxy

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Handler answers requests by another HTTP server.
//
//	*http1.Request ──▶ [ Handler ] ──▶ *http1.Response
//	                        ├── failures ──▶ *http1.Failure
//	                        ├── lines ──▶ error, to the Log
//	                        └◀═▶ a connection to the Upstream
//
// It asks for one request after the other, and gives each answer away when its head
// has come: the Writer reads the body from the connection, while that of the request
// may still be sent. When the client has enough, the Upstream has to wait. Whatever
// goes wrong before is a Failure whose cause is a *gateway.ScriptError; later, the
// connection to the client is cut, so that nobody takes a part for the whole.
type Handler struct {
	http1.Handler

	// Upstream is the server; it must be open.
	Upstream *Upstream

	// Prefix is the route that the Upstream is served below, "" for the whole site.
	Prefix string

	// Log, if set, takes a *gateway.ScriptError for what goes wrong.
	Log *axon.Inbox[error]

	// Lines carries those, and is linked to Log when it is needed.
	Lines axon.Outbox[error] `axon:"optional"`
}

var (
	_ http1.HandlerPart = (*Handler)(nil)
	_ axon.Validator    = (*Handler)(nil)
)

// Validate implements axon.Validator.
func (h *Handler) Validate() error {
	switch {
	case !h.Upstream.Opened():
		return errors.New("proxy: a Handler needs an Upstream that is open")
	}
	if err := http1.CheckPrefix(h.Prefix); err != nil {
		return fmt.Errorf("proxy: %w", err)
	}
	return nil
}

// Main implements axon.Component.
func (h *Handler) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		resp, err := h.ask(ctx, req)
		if err == nil {
			err = h.Answer(ctx, resp)
		} else {
			err = h.fail(ctx, req, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ask asks the Upstream. The answer may still be coming when it returns.
func (h *Handler) ask(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	u := h.Upstream
	if left, bounded := hops(req); bounded && left == 0 {
		return last(req)
	}
	if why := u.Down(); why != nil {
		return nil, &refused{why}
	}
	if err := u.Gate.Enter(ctx, req.Context()); err != nil {
		return nil, &refused{err}
	}
	asking, cancel := context.WithCancelCause(req.Context())
	d := &download{cancel: cancel, leave: u.Gate.Leave}
	d.watch.limit, d.watch.late = u.idle(), func() { cancel(errIdle) }
	d.name = func(why error) error { return u.cause(req.Path, req.ID(), why) }
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	defer stop()
	out, up := h.outgoing(asking, req, func() { cancel(errLate) })
	resp, err := u.transport.RoundTrip(out)
	up.answered()
	if err != nil {
		if cause := context.Cause(asking); cause != nil {
			err = cause
		}
		_ = d.Close()
		if fault := up.fault(); fault != nil {
			return nil, &brokenOff{fault}
		}
		return nil, err
	}
	d.body, d.from = resp.Body, resp
	answer, err := d.response(req, resp)
	if err != nil {
		_ = d.Close()
	}
	return answer, err
}
