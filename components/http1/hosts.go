package http1

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

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

	mu   sync.Mutex
	open []*openSite // the one that was asked last is the last
	now  *openSite   // the one that Site leads to
}

// A SiteGraph is the graph of a site.
type SiteGraph struct {
	Graph *axon.Graph

	// Inbox takes the requests. It is linked by the Graph.
	Inbox *axon.Inbox[*Request]

	// Well reports that nothing has gone wrong in the graph; see Hosts.Well.
	Well func() bool
}

// An openSite is a site whose graph runs.
type openSite struct {
	SiteGraph
	site    int
	running *axon.Running
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
func (h *Hosts) Well() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !slices.ContainsFunc(h.open, func(o *openSite) bool { return !o.Well() })
}

// Main implements axon.Component.
func (h *Hosts) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		if err := h.pass(ctx, req); err != nil {
			return err
		}
	}
	for _, o := range h.open { // a part's own outboxes finish behind the graphs it has started
		o.running.Finish()
	}
	return nil
}

func (h *Hosts) pass(ctx context.Context, req *Request) error {
	if !h.asked || h.host != req.Host {
		h.host, h.at, h.asked = req.Host, h.Names.Find(req.Host), true
	}
	out := &h.Outbox
	if h.at >= 0 {
		if err := h.turn(ctx, h.at); err != nil {
			return h.fail(ctx, req, 500, err)
		}
		out = &h.Site
	}
	err := out.Send(ctx, req)
	if errors.Is(err, axon.ErrGone) {
		if out == &h.Site {
			h.forget()
		}
		return h.fail(ctx, req, 503, fmt.Errorf("the site for %q has ended", req.Host))
	}
	return err
}

func (h *Hosts) fail(ctx context.Context, req *Request, status int, cause error) error {
	return h.Failures.Send(ctx, &Failure{Status: status, Stage: axon.Address(ctx), Cause: cause, Request: req})
}

// turn lets the outbox lead to a site, whose graph is started if need be.
func (h *Hosts) turn(ctx context.Context, site int) error {
	if h.now != nil && h.now.site == site {
		return nil
	}
	i := slices.IndexFunc(h.open, func(o *openSite) bool { return o.site == site })
	if i < 0 {
		return h.start(ctx, site)
	}
	o := h.open[i]
	if err := axon.Move(&h.Site, o.Inbox); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = append(slices.Delete(h.open, i, i+1), o)
	h.now = o
	return nil
}

// start starts the graph of a site. If there are too many, another one ends.
func (h *Hosts) start(ctx context.Context, site int) error {
	h.now = nil
	if h.Site.Linked() {
		if err := axon.Unlink(&h.Site); err != nil {
			return err
		}
	}
	o := &openSite{SiteGraph: h.Make(site, &h.Site), site: site}
	var err error
	if o.running, err = axon.Spawn(ctx, o.Graph); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now, h.open = o, append(h.open, o)
	if len(h.open) > h.most() {
		h.open[0].running.Finish()
		h.open = slices.Delete(h.open, 0, 1)
	}
	return nil
}

// forget forgets the site whose graph has ended, so that it is made again.
func (h *Hosts) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = slices.DeleteFunc(h.open, func(o *openSite) bool { return o == h.now })
	h.now = nil
}

func (h *Hosts) most() int {
	if h.Most > 0 {
		return h.Most
	}
	return 8
}
