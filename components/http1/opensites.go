package http1

import (
	"context"
	"slices"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A SiteGraph is the graph of what is made when a connection asks for it: a site of
// Hosts, or a route of a Router.
type SiteGraph struct {
	Graph *axon.Graph

	// Inbox takes the requests. It is linked by the Graph.
	Inbox *axon.Inbox[*Request]

	// Well reports that nothing has gone wrong in the graph; see Hosts.Well.
	Well func() bool
}

// openSites are the graphs that a part has started for what was asked for. They finish
// with the outbox that leads to them.
type openSites struct {
	mu   sync.Mutex
	open []*openSite // the one that was asked last is the last
	now  *openSite   // the one that the outbox leads to
}

// An openSite is a site whose graph runs.
type openSite struct {
	SiteGraph
	site    int
	running *axon.Running
}

// turn lets the outbox lead to a site, whose graph is made and started if need be.
// At most so many are kept: the one that was not asked for the longest time ends.
func (o *openSites) turn(ctx context.Context, out *axon.Outbox[*Request], site int, make func(int, *axon.Outbox[*Request]) SiteGraph, most int) error {
	if o.now != nil && o.now.site == site {
		return nil
	}
	i := slices.IndexFunc(o.open, func(s *openSite) bool { return s.site == site })
	if i < 0 {
		return o.start(ctx, out, site, make, most)
	}
	s := o.open[i]
	if err := axon.Move(out, s.Inbox); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = append(slices.Delete(o.open, i, i+1), s)
	o.now = s
	return nil
}

func (o *openSites) start(ctx context.Context, out *axon.Outbox[*Request], site int, make func(int, *axon.Outbox[*Request]) SiteGraph, most int) error {
	o.now = nil
	if out.Linked() {
		if err := axon.Unlink(out); err != nil {
			return err
		}
	}
	s := &openSite{SiteGraph: make(site, out), site: site}
	var err error
	if s.running, err = axon.Spawn(ctx, s.Graph); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now, o.open = s, append(o.open, s)
	if len(o.open) > most {
		o.open[0].running.Finish()
		o.open = slices.Delete(o.open, 0, 1)
	}
	return nil
}

// forget forgets the site whose graph has ended, so that it is made again.
func (o *openSites) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = slices.DeleteFunc(o.open, func(s *openSite) bool { return s == o.now })
	o.now = nil
}

// drop forgets a site that is not the one of now, whose graph has ended.
func (o *openSites) drop(site int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = slices.DeleteFunc(o.open, func(s *openSite) bool { return s.site == site })
}

// well reports whether nothing has gone wrong in the graphs.
func (o *openSites) well() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !slices.ContainsFunc(o.open, func(s *openSite) bool { return !s.Well() })
}
