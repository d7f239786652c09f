package gateway

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Handler answers requests by a program that runs on its own, and speaks one of the
// protocols for that: see fastcgi, scgi and uwsgi.
//
//	*http1.Request ──▶ [ Handler ] ──▶ *http1.Response
//	                        ├── failures ──▶ *http1.Failure
//	                        ├── lines ──▶ error, to the Log
//	                        └══▶ a graph for a body that comes
//
// It asks for one request after the other. The connection is kept for the next one,
// if the protocol can. An answer that comes at once is sent with its length, any
// other as it comes, while the request's body is still given to the program.
// Whatever goes wrong before is a Failure whose cause is a *ScriptError;
// later, the connection to the client is cut, so that nobody takes a part for the
// whole.
type Handler struct {
	http1.Handler

	// Upstream is the program; it must be open.
	Upstream *Upstream

	// Protocol is what it speaks.
	Protocol Protocol

	// Prefix is the route that the Upstream is served below, "" for the whole site.
	Prefix string

	// Log, if set, takes a *ScriptError for each line of standard error, and
	// for what else went wrong.
	Log *axon.Inbox[error]

	// Lines carries those, and is linked to Log when it is needed.
	Lines axon.Outbox[error] `axon:"optional"`

	site   Site // for local redirects
	client Client
}

var (
	_ http1.HandlerPart = (*Handler)(nil)
	_ http1.Redirector  = (*Handler)(nil)
	_ axon.Validator    = (*Handler)(nil)
	_ axon.Interrupter  = (*Handler)(nil)
)

// Validate implements axon.Validator.
func (h *Handler) Validate() error { return h.open().Validate() }

// open makes the client ready.
func (h *Handler) open() *Client {
	c := &h.client
	c.Handler, c.Upstream, c.Protocol, c.Prefix = &h.Handler, h.Upstream, h.Protocol, h.Prefix
	c.Log, c.Lines, c.Site = h.Log, &h.Lines, h.site
	return c
}

// LeadBack implements http1.Redirector.
func (h *Handler) LeadBack(site func(*axon.Outbox[*http1.Request]) http1.SiteGraph) { h.site = site }

// Interrupt implements axon.Interrupter.
func (h *Handler) Interrupt() { h.client.Interrupt() }

// Main implements axon.Component.
func (h *Handler) Main(ctx context.Context) error {
	c := h.open()
	defer c.Close()
	for req := range h.Inbox.All(ctx) {
		if err := c.Serve(ctx, req); err != nil {
			return err
		}
	}
	return nil
}
