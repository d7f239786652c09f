package http1

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Hosts sends each request to the site of its host: a graph of its own, which is
// made and started when the connection asks for that host for the first time. So
// a connection costs what it uses, however many sites the server has.
//
//	*Request ──▶ [ Hosts ] ──▶ *Request, for hosts that no site has
//	                 ├── site ══▶ the graph of the host
//	                 └── failures ──▶ *Failure
//
// At most Most graphs are kept; the one that was not asked for the longest time
// ends then, when its requests are answered.
type Hosts struct {
	axon.Base

	// Names tells which site a host belongs to.
	Names *HostNames

	// Make makes the graph of a site, which takes its requests from an outbox: the
	// graph links it.
	Make func(site int, requests *axon.Outbox[*Request]) SiteGraph

	// Most is how many sites one connection may have at the same time; 0 means 8.
	Most int

	// Inbox takes requests.
	Inbox axon.Inbox[*Request]

	// Outbox carries the requests for hosts that no site has.
	Outbox axon.Outbox[*Request]

	// Site carries the others, to the graph of the one that is asked for: it moves.
	Site axon.Outbox[*Request] `axon:"optional"`

	// Failures carries the requests whose site can not take them.
	Failures axon.Outbox[*Failure]

	host  string // of the last request, and
	at    int    // its site; valid if asked is set
	asked bool

	open openSites
}

var (
	_ axon.Component = (*Hosts)(nil)
	_ axon.Validator = (*Hosts)(nil)
	_ axon.Loser     = (*Hosts)(nil)
)

// Validate implements axon.Validator.
func (h *Hosts) Validate() error {
	if h.Names == nil || h.Make == nil {
		return errors.New("http1: Hosts need Names and Make")
	}
	return nil
}

// Lost answers the request that Hosts failed on with 500.
func (h *Hosts) Lost(ctx context.Context, f *axon.Fault) {
	if req, ok := h.Inbox.InHand(); ok {
		_ = h.Failures.Send(ctx, &Failure{Status: 500, Stage: f.Part, Cause: f, Request: req})
	}
}

// Well reports whether nothing has gone wrong in the graphs of the sites, so that
// another connection may have them. Any goroutine may call it.
func (h *Hosts) Well() bool { return h.open.well() }

// Main implements axon.Component.
func (h *Hosts) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		if err := h.pass(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

func (h *Hosts) pass(ctx context.Context, req *Request) error {
	if !h.asked || h.host != req.Host {
		h.host, h.at, h.asked = req.Host, h.Names.Find(req.Host), true
	}
	out := &h.Outbox
	if h.at >= 0 {
		err := h.open.turn(ctx, &h.Site, h.at, h.Make, h.most())
		if errors.Is(err, axon.ErrGone) { // it has ended while another one was asked
			h.open.drop(h.at)
			err = h.open.turn(ctx, &h.Site, h.at, h.Make, h.most())
		}
		if err != nil {
			return h.fail(ctx, req, 500, err)
		}
		out = &h.Site
	}
	err := out.Send(ctx, req)
	if errors.Is(err, axon.ErrGone) {
		if out == &h.Site {
			h.open.forget()
		}
		return h.fail(ctx, req, 503, fmt.Errorf("the site for %q has ended", req.Host))
	}
	return err
}

func (h *Hosts) fail(ctx context.Context, req *Request, status int, cause error) error {
	return h.Failures.Send(ctx, &Failure{Status: status, Stage: axon.Address(ctx), Cause: cause, Request: req})
}

func (h *Hosts) most() int {
	if h.Most > 0 {
		return h.Most
	}
	return 8
}
