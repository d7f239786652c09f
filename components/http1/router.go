package http1

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Router sends each request to the handler for its host, path and method.
//
//	*Request ──▶ [ Router ] ──▶ routes[/], routes[PURGE example.org/cache], ...
//	                 ├── outbox ──▶ *Response
//	                 └── failures ──▶ *Failure
//
// A route is named by a pattern, [METHOD[,METHOD...] ][HOST]/[PATH]:
//
//	/doc                        the path /doc and all below it, but not /docs
//	example.org/                a host of its own; its port and final dot do not count
//	*.example.org/              all hosts below example.org
//	PURGE,LINK /cache           two methods alone
//
// The host is chosen first: the name itself, else the longest star that fits,
// else the routes without a host, which serve all hosts that no route names, and
// requests of HTTP/1.0 that name none. Then the longest path wins.
//
// A route without methods owns its path: it takes every ordinary method (GET,
// HEAD, POST, PUT, DELETE, OPTIONS, PATCH, and those in Methods) that no other
// route of the same host and path claims, or those alone that its handler says it
// answers (Allower); there is no other route to these paths. A route with methods
// is scoped to them: it takes them away from whatever else has the path, and
// leaves the rest there. GET stands for HEAD as well.
//
// What has no route fails: with 421 if the host has none (404 in a request that
// names no host), 404 if the path has none, 405 with a true Allow if other
// methods have one, 501 if the method is known nowhere. OPTIONS is answered by
// the Router with Allow, unless a handler takes it; OPTIONS * too. TRACE and
// CONNECT go to no handler but one that claims them.
type Router struct {
	axon.Base

	// Methods are further ordinary methods, beside the seven named above.
	Methods []string

	// Trace says to answer TRACE with the request's own head, without Cookie and
	// Authorization (RFC 9110 section 9.3.8). It is for debugging.
	Trace bool

	// Inbox takes requests.
	Inbox axon.Inbox[*Request]

	// Routes carries each request to one handler. See Route.
	Routes axon.Outboxes[*Request]

	// Site carries the requests for the routes that Later has added, to the graph of
	// the one that is asked for: it moves.
	Site axon.Outbox[*Request] `axon:"optional"`

	// Outbox carries the Router's own answers: to OPTIONS and TRACE.
	Outbox axon.Outbox[*Response]

	// Failures carries requests that have no handler.
	Failures axon.Outbox[*Failure]

	routes []route  // sorted by compareRoutes
	room   [1]route // for routes, if there is one
	hosts  bool     // one of them names a host
	host   string   // of the last request, and
	site   []route  // its routes
	later  []later
	open   openSites

	linked, made int32 // how many of Routes, and of later, are among routes
}

// later is a route that Later has added.
type later struct {
	pattern string
	answers []string
	make    func(requests *axon.Outbox[*Request]) SiteGraph
}

var (
	_ axon.Component = (*Router)(nil)
	_ axon.Validator = (*Router)(nil)
	_ axon.Loser     = (*Router)(nil)
)

// Route returns the outbox for the requests that fit a pattern, and makes it if
// need be. "/" takes what no other route does.
func (r *Router) Route(pattern string) *axon.Outbox[*Request] { return r.Routes.Named(pattern) }

// Allow says which methods the handler of a route answers. It is called while
// the graph is written down; a route that names its methods has no need of it.
func (r *Router) Allow(pattern string, methods []string) {
	r.Route(pattern)
	r.collect()
	for i := range r.routes {
		if r.routes[i].pattern == pattern {
			r.routes[i].answers = methods
		}
	}
}

// Later adds a route whose handler is made and started when the connection asks for
// it for the first time: a connection costs what it uses, however many routes there
// are. make makes the graph, which takes its requests from an outbox and links it.
// allow are the methods that the handler answers, as of Allow; nil means that it does
// not say. Later is called while the graph is written down.
func (r *Router) Later(pattern string, allow []string, make func(requests *axon.Outbox[*Request]) SiteGraph) {
	r.later = append(r.later, later{pattern, allow, make})
}

// Well reports whether nothing has gone wrong in the graphs of the routes that Later
// has added. Any goroutine may call it.
func (r *Router) Well() bool { return r.open.well() }

// Validate implements axon.Validator: it reports patterns that are none, and
// routes that overlap.
func (r *Router) Validate() error {
	var errs []error
	r.collect()
	r.hosts, r.site = false, nil
	for i := range r.routes {
		if err := r.routes[i].parse(); err != nil {
			errs = append(errs, err)
		}
		r.hosts = r.hosts || r.routes[i].host != ""
	}
	if errs != nil {
		return errors.Join(errs...)
	}
	slices.SortStableFunc(r.routes, compareRoutes)
	return overlaps(r.routes)
}

// collect notes the outboxes that were made since it was last called.
func (r *Router) collect() {
	if r.routes == nil {
		r.routes = r.room[:0]
	}
	for ; int(r.linked) < r.Routes.Len(); r.linked++ {
		pattern, out := r.Routes.At(int(r.linked))
		r.routes = append(r.routes, route{pattern: pattern, out: out})
	}
	for ; int(r.made) < len(r.later); r.made++ {
		l := &r.later[r.made]
		r.routes = append(r.routes, route{pattern: l.pattern, out: &r.Site, answers: l.answers, later: int(r.made) + 1})
	}
}

// Lost answers the request that the Router failed on with 500.
func (r *Router) Lost(ctx context.Context, f *axon.Fault) {
	if req, ok := r.Inbox.InHand(); ok {
		_ = r.Failures.Send(ctx, &Failure{Status: 500, Stage: f.Part, Cause: f, Request: req})
	}
}

// Main implements axon.Component.
func (r *Router) Main(ctx context.Context) error {
	for req := range r.Inbox.All(ctx) {
		if err := r.route(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

func (r *Router) make(i int, requests *axon.Outbox[*Request]) SiteGraph {
	return r.later[i].make(requests)
}

func (r *Router) route(ctx context.Context, req *Request) error {
	site := r.siteOf(req.Host)
	if req.Path == "*" {
		return r.refuse(ctx, req, site)
	}
	to := find(site, req.Method, req.Path, r.Methods)
	if to == nil {
		return r.refuse(ctx, req, site)
	}
	req.markRouted()
	var err error
	if to.later > 0 {
		err = r.open.turn(ctx, &r.Site, to.later-1, r.make, len(r.later))
		if err != nil && !errors.Is(err, axon.ErrGone) {
			return r.fail(ctx, req, 500, err)
		}
	}
	if err == nil {
		err = to.out.Send(ctx, req)
	}
	if errors.Is(err, axon.ErrGone) {
		return r.fail(ctx, req, 503, fmt.Errorf("the handler for %q has ended", to.pattern))
	}
	return err
}

// siteOf returns the routes of a host. A connection's requests are for the same
// one as a rule.
func (r *Router) siteOf(host string) []route {
	if !r.hosts {
		return r.routes
	}
	if r.site == nil || r.host != host {
		r.host, r.site = host, []route{}
		name := hostName(host)
		if i := slices.IndexFunc(r.routes, func(t route) bool { return t.fits(name) }); i >= 0 {
			end := i
			for end < len(r.routes) && r.routes[end].host == r.routes[i].host {
				end++
			}
			r.site = r.routes[i:end]
		}
	}
	return r.site
}

// refuse deals with a request that has no route, or that the Router itself
// answers.
func (r *Router) refuse(ctx context.Context, req *Request, site []route) error {
	path := req.Path
	if req.Method == "CONNECT" {
		path = "*" // it names no path
	}
	allow := r.allowed(site, path)
	switch {
	case !r.knows(req.Method):
		return r.fail(ctx, req, 501, fmt.Errorf("method %q is not known", req.Method))
	case len(site) == 0 && req.Host != "":
		return r.fail(ctx, req, 421, fmt.Errorf("no route for the host %q", req.Host))
	case allow == "":
		return r.fail(ctx, req, 404, fmt.Errorf("no route for %q", req.Path))
	case req.Method == "OPTIONS":
		return r.Outbox.Send(ctx, &Response{Request: req, Status: 204, Header: Header{{"Allow", allow}}})
	case req.Method == "TRACE" && r.Trace && req.Body != nil:
		return r.fail(ctx, req, 400, errors.New("a TRACE has no content"))
	case req.Method == "TRACE" && r.Trace:
		return r.Outbox.Send(ctx, trace(req))
	}
	f := &Failure{Status: 405, Stage: axon.Address(ctx), Request: req, Header: Header{{"Allow", allow}}}
	f.Cause = fmt.Errorf("method %s is not for %q", req.Method, req.Target)
	return r.Failures.Send(ctx, f)
}

func (r *Router) fail(ctx context.Context, req *Request, status int, cause error) error {
	return r.Failures.Send(ctx, &Failure{Status: status, Stage: axon.Address(ctx), Cause: cause, Request: req})
}
