package http1

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Router sends each request to the handler for its path.
//
//	*Request ──▶ [ Router ] ──▶ routes[/], routes[/cgi-bin], ...
//	                 ├── outbox ──▶ *Response
//	                 └── failures ──▶ *Failure
//
// The longest route wins that is the path or is followed by a slash in it:
// /doc takes /doc and /doc/a, but not /docs. A path without a route is a 404, a
// method that nobody knows a 501.
type Router struct {
	axon.Base

	// Methods are methods that are known beside those of RFC 9110 and RFC 5789.
	Methods []string

	// Inbox takes requests.
	Inbox axon.Inbox[*Request]

	// Routes carries each request to one handler. See Route.
	Routes axon.Outboxes[*Request]

	// Outbox carries the Router's own answers: to OPTIONS *.
	Outbox axon.Outbox[*Response]

	// Failures carries requests that have no handler.
	Failures axon.Outbox[*Failure]
}

var (
	_ axon.Component = (*Router)(nil)
	_ axon.Validator = (*Router)(nil)
	_ axon.Loser     = (*Router)(nil)
)

// Route returns the outbox for requests below a path, and makes it if need be.
// "/" takes what no other route does.
func (r *Router) Route(path string) *axon.Outbox[*Request] { return r.Routes.Named(path) }

// Validate implements axon.Validator.
func (r *Router) Validate() error {
	var errs []error
	for i := range r.Routes.Len() {
		path, _ := r.Routes.At(i)
		if !strings.HasPrefix(path, "/") || path != "/" && strings.HasSuffix(path, "/") {
			errs = append(errs, fmt.Errorf("http1: route %q: a route begins with a slash and does not end with one", path))
		}
	}
	return errors.Join(errs...)
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

func (r *Router) route(ctx context.Context, req *Request) error {
	if req.Method != "GET" && !r.knows(req.Method) {
		return r.fail(ctx, req, 501, fmt.Errorf("method %q is not known", req.Method))
	}
	if req.Path == "*" {
		return r.Outbox.Send(ctx, &Response{Request: req, Status: 204, Header: Header{{"Allow", "GET, HEAD, OPTIONS"}}})
	}
	out := r.find(req.Path)
	if out == nil {
		return r.fail(ctx, req, 404, fmt.Errorf("no route for %q", req.Path))
	}
	err := out.Send(ctx, req)
	if errors.Is(err, axon.ErrGone) {
		return r.fail(ctx, req, 503, fmt.Errorf("the handler for %q has ended", req.Path))
	}
	return err
}

func (r *Router) fail(ctx context.Context, req *Request, status int, cause error) error {
	return r.Failures.Send(ctx, &Failure{Status: status, Stage: axon.Address(ctx), Cause: cause, Request: req})
}

func (r *Router) find(path string) (out *axon.Outbox[*Request]) {
	longest := -1
	for i := range r.Routes.Len() {
		route, o := r.Routes.At(i)
		if len(route) > longest && underneath(path, route) {
			longest, out = len(route), o
		}
	}
	return out
}

// underneath reports whether path is the route or lies below it.
func underneath(path, route string) bool {
	if route == "/" {
		return true
	}
	return strings.HasPrefix(path, route) && (len(path) == len(route) || path[len(route)] == '/')
}

func (r *Router) knows(method string) bool {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT":
		return true
	}
	for _, m := range r.Methods {
		if m == method {
			return true
		}
	}
	return false
}
