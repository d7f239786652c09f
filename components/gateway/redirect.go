package gateway

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Site makes a graph of the site, for requests that come by an outbox: see
// http1.Redirector.
type Site func(*axon.Outbox[*http1.Request]) http1.SiteGraph

// mostRedirects is how often one request may be led on.
const mostRedirects = 10

// redirect has the request answered by another resource of the same site (RFC
// 3875 section 6.2.2), in a graph of its own.
func redirect(ctx context.Context, a *Answer) error {
	fail := func(why error) error { return a.fail(ctx, 502, a.Teller.Cause(why)) }
	switch {
	case a.Request.Redirects() >= mostRedirects:
		return fail(errLoop)
	case a.Site == nil:
		return fail(errNoSite)
	}
	if _, err := url.ParseRequestURI(a.local); err != nil {
		return fail(err)
	}
	to, err := a.Request.Redirect(a.local)
	if err != nil {
		return fail(errors.New(err.Error())) // no fault of the client's, whatever its status says
	}
	if a.Request.Body != nil {
		_ = a.Request.Body.Close() // the other gets none
	}
	g := &axon.Graph{Name: "redirect", Parts: axon.Parts{
		{Name: "REDIRECT", Component: &redirection{handler: a.Handler, from: a.Request, to: to, site: a.Site}},
	}}
	if _, err := axon.Spawn(ctx, g); err != nil {
		return a.fail(ctx, 500, err)
	}
	return nil
}

// redirection sends a request to a graph of the site.
//
//	[ redirection ] ── requests ──▶ a graph of the site
//
// It ends when the request was taken.
type redirection struct {
	handler  *http1.Handler
	from, to *http1.Request
	site     Site

	// Requests carries the request, once.
	Requests axon.Outbox[*http1.Request] `axon:"optional"`
}

var _ axon.Component = (*redirection)(nil)

// Main implements axon.Component.
func (r *redirection) Main(ctx context.Context) error {
	if _, err := axon.Spawn(ctx, r.site(&r.Requests).Graph); err != nil {
		return r.handler.Fail(ctx, r.from, 500, err)
	}
	if err := r.Requests.Send(ctx, r.to); err != nil {
		return r.handler.Fail(ctx, r.from, 503, err)
	}
	return nil
}

// Slashed returns the redirect to a directory's path with the slash that was missing.
func Slashed(req *http1.Request) *http1.Response {
	path := strings.ReplaceAll(req.RawPath, `\`, "%5C") // which browsers take for a slash
	to := "/" + strings.TrimLeft(path, "/") + "/"       // never to another host
	if req.Query != "" {
		to += "?" + req.Query
	}
	resp := http1.Text(req, 301, "")
	resp.Header = http1.Header{{Name: "Location", Value: to}}
	return resp
}
