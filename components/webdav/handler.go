package webdav

import (
	"context"
	"errors"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Handler answers WebDAV's methods, PUT, DELETE and OPTIONS with the files and
// directories of a Share.
//
//	*http1.Request ──▶ [ Handler ] ──▶ *http1.Response
//	                        └── failures ──▶ *http1.Failure
//
// It is mounted for the methods of Allow; a files.Reader at the same path has GET
// and HEAD. Any number of Handlers share one Share.
type Handler struct {
	http1.Handler

	// Share is what is shared.
	Share *Share

	// Prefix is the route that it is shared below, "" for the whole site.
	Prefix string

	stream *http1.Body // of an answer that is being written
	gone   error       // nobody takes answers any more
}

var (
	_ http1.HandlerPart = (*Handler)(nil)
	_ http1.Allower     = (*Handler)(nil)
	_ axon.Validator    = (*Handler)(nil)
	_ axon.Loser        = (*Handler)(nil)
)

// Methods returns what a Handler is to be mounted for.
func Methods() []string {
	return []string{"PUT", "DELETE", "OPTIONS", "MKCOL", "COPY", "MOVE", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK"}
}

// Allow implements http1.Allower.
func (h *Handler) Allow() []string { return Methods() }

// Validate implements axon.Validator.
func (h *Handler) Validate() error {
	if h.Share == nil {
		return errors.New("webdav: a Handler needs a Share")
	}
	return h.Share.Validate()
}

// Main implements axon.Component.
func (h *Handler) Main(ctx context.Context) error {
	h.stream, h.gone = nil, nil
	for req := range h.Inbox.All(ctx) {
		resp, err := h.serve(ctx, req)
		switch {
		case h.gone != nil:
			return h.gone
		case err != nil && h.stream != nil: // too late for a failure
			h.stream.CloseWrite(err)
			err = nil
		case err != nil:
			err = h.Fail(ctx, req, 500, err)
		case resp != nil:
			err = h.Answer(ctx, resp)
		}
		h.stream = nil
		if err != nil {
			return err
		}
	}
	return nil
}

// Lost cuts an answer that is being written; else it is Handler.Lost.
func (h *Handler) Lost(ctx context.Context, f *axon.Fault) {
	if h.stream == nil {
		h.Handler.Lost(ctx, f)
		return
	}
	h.stream.CloseWrite(f)
	h.stream = nil
}

// A call is a request at work.
type call struct {
	*Handler
	ctx  context.Context
	req  *http1.Request
	path string // below the prefix, with its slashes
	name string // in the Dir
}

// serve returns the answer to a request, or nil if it has been sent already.
func (h *Handler) serve(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	c := &call{Handler: h, ctx: ctx, req: req, path: strings.TrimPrefix(req.Path, h.Prefix)}
	var err error
	if c.name, err = h.Share.Dir.Name(c.path); err != nil {
		return nil, err
	}
	switch req.Method {
	case "OPTIONS":
		return c.options()
	case "PUT":
		return c.put()
	case "DELETE":
		return c.delete()
	case "MKCOL":
		return c.mkcol()
	case "COPY", "MOVE":
		return c.transfer()
	case "PROPFIND":
		return c.propfind()
	case "PROPPATCH":
		return c.proppatch()
	case "LOCK":
		return c.lock()
	case "UNLOCK":
		return c.unlock()
	}
	return nil, notAllowed(allowFile, "method %s", req.Method)
}

// options tells what the resource can do (RFC 4918 section 10.1).
func (c *call) options() (*http1.Response, error) {
	allow := allowNothing
	if fi, err := c.Share.stat(c.name); err == nil && fi.IsDir() {
		allow = allowCollection
	} else if err == nil {
		allow = allowFile
	}
	return &http1.Response{Request: c.req, Status: 200, Header: http1.Header{
		{Name: "Allow", Value: allow},
		{Name: "DAV", Value: "1, 2"},
		{Name: "MS-Author-Via", Value: "DAV"},
	}}, nil
}

// done is an answer without a body.
func (c *call) done(status int) (*http1.Response, error) {
	return &http1.Response{Request: c.req, Status: status}, nil
}

// folder reports whether the request's path is spelt as that of a collection.
func (c *call) folder() bool { return strings.HasSuffix(c.path, "/") }
