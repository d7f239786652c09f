package cgi

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// Handler answers requests by the scripts of a Dir.
//
//	*http1.Request ──▶ [ Handler ] ──▶ *http1.Response
//	                        ├── failures ──▶ *http1.Failure
//	                        └══▶ a graph for each script that runs
//
// Each request has a graph of its own, which is gone when the script has ended.
// The answer is sent as soon as its head is complete, and its body as it comes,
// while the request's body is still given to the script. Whatever goes wrong
// before is a Failure whose cause is a *ScriptError; later, the connection is
// cut, so that nobody takes a part for the whole.
type Handler struct {
	http1.Handler

	// Dir says which scripts there are; it must be open.
	Dir *Dir

	// Prefix is the route that the Dir is served below, "" for the whole site.
	Prefix string

	// Log, if set, takes a *ScriptError for each line of a script's standard error,
	// and for each script that has failed, before its answer or behind it.
	Log *axon.Inbox[error]

	// Change, if set, may change how a script is run for a request: as another
	// user, in another root, by a wrapper. A *http1.Failure that it returns keeps
	// its status; any other error is a 500.
	Change func(*http1.Request, *process.Program) error

	site gateway.Site // for local redirects
}

var (
	_ http1.HandlerPart = (*Handler)(nil)
	_ http1.Redirector  = (*Handler)(nil)
	_ axon.Validator    = (*Handler)(nil)
)

// Validate implements axon.Validator.
func (h *Handler) Validate() error {
	if h.Dir == nil || h.Dir.Gate == nil {
		return errors.New("cgi: a Handler needs a Dir that is open")
	}
	if err := http1.CheckPrefix(h.Prefix); err != nil {
		return fmt.Errorf("cgi: %w", err)
	}
	return nil
}

// LeadBack implements http1.Redirector.
func (h *Handler) LeadBack(site func(*axon.Outbox[*http1.Request]) http1.SiteGraph) { h.site = site }

// Main implements axon.Component.
func (h *Handler) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		if err := h.serve(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

// serve starts a script for a request, once there is room for it.
func (h *Handler) serve(ctx context.Context, req *http1.Request) error {
	s, err := h.Dir.find(h.Prefix, req.Path)
	switch {
	case err != nil:
		return h.Fail(ctx, req, 500, err)
	case s.slash:
		return h.Answer(ctx, gateway.Slashed(req))
	}
	c := &call{handler: h, dir: h.Dir, req: req, script: s}
	if c.body, c.length, err = h.Dir.Body(ctx, req); err != nil {
		return h.Fail(ctx, req, 400, err)
	}
	if err := h.Dir.Gate.Enter(ctx, req.Context()); err != nil {
		c.once.Do(func() {}) // it holds no place
		c.over()
		busy := &http1.Failure{Status: 503, Cause: c.error(err, ""), Header: http1.Header{{Name: "Retry-After", Value: "5"}}}
		return h.Fail(ctx, req, 503, busy)
	}
	g, err := c.graph()
	if err == nil {
		g.OnEnd(func(error) { c.over() })
		_, err = axon.Spawn(ctx, g)
	}
	if err != nil {
		c.over()
		return h.Fail(ctx, req, 500, err)
	}
	return nil
}
