package overview

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Page is a handler that shows the system that runs it.
//
//	*http1.Request ──▶ [ Page ] ──▶ *http1.Response
//	                       └── failures ──▶ *http1.Failure
//
// Below its Path, "/" if that is empty, it answers to GET and HEAD with
//
//	/                 a page for people, which keeps itself up to date
//	/overview.json    the same as JSON
//	/snapshot         every part, box and link as text
//	/snapshot.json    the same as JSON, /snapshot.dot for Graphviz,
//	                  /snapshot.mmd for Mermaid
//
// A snapshot names each connection, so its size grows with their number.
type Page struct {
	http1.Handler

	// Path is where the handler is mounted.
	Path string
}

var (
	_ http1.HandlerPart = (*Page)(nil)
	_ axon.Component    = (*Page)(nil)
)

var errNoSystem = errors.New("overview: the handler runs in no system")

// Main implements axon.Component.
func (p *Page) Main(ctx context.Context) error {
	for req := range p.Inbox.All(ctx) {
		resp, err := p.answer(ctx, req)
		if err != nil {
			err = p.Fail(ctx, req, 500, err)
		} else {
			err = p.Answer(ctx, resp)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answer returns the response to a request, or a *http1.Failure.
func (p *Page) answer(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	path := req.Path
	if len(p.Path) > 1 {
		path = path[min(len(p.Path), len(path)):]
	}
	show, ok := views[path]
	switch {
	case !ok:
		return nil, &http1.Failure{Status: 404, Cause: errors.New("overview: there is no such view")}
	case req.Method != "GET" && req.Method != "HEAD":
		return nil, &http1.Failure{Status: 405, Cause: errors.New("overview: it can only be looked at"),
			Header: http1.Header{{Name: "Allow", Value: "GET, HEAD"}}}
	}
	sys := axon.SystemOf(ctx)
	if sys == nil {
		return nil, errNoSystem
	}
	var text bytes.Buffer
	if err := show.write(&text, sys.Snapshot()); err != nil {
		return nil, err
	}
	return &http1.Response{Request: req, Status: 200, Bytes: text.Bytes(), Header: http1.Header{
		{Name: "Content-Type", Value: show.mime},
		{Name: "Cache-Control", Value: "no-store"},
		{Name: "Content-Security-Policy", Value: "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"},
		{Name: "X-Content-Type-Options", Value: "nosniff"},
	}}, nil
}

// A view is one way to look at a snapshot.
type view struct {
	mime  string
	write func(*bytes.Buffer, axon.Snapshot) error
}

var views = map[string]view{
	"":  {"text/html; charset=utf-8", writePage},
	"/": {"text/html; charset=utf-8", writePage},
	"/overview.json": {"application/json", func(b *bytes.Buffer, s axon.Snapshot) error {
		return writeJSON(b, Of(s))
	}},
	"/snapshot":      {"text/plain; charset=utf-8", func(b *bytes.Buffer, s axon.Snapshot) error { return s.WriteText(b) }},
	"/snapshot.json": {"application/json", func(b *bytes.Buffer, s axon.Snapshot) error { return writeJSON(b, s) }},
	"/snapshot.dot":  {"text/vnd.graphviz; charset=utf-8", func(b *bytes.Buffer, s axon.Snapshot) error { return s.WriteDOT(b) }},
	"/snapshot.mmd":  {"text/plain; charset=utf-8", func(b *bytes.Buffer, s axon.Snapshot) error { return s.WriteMermaid(b) }},
}

func writeJSON(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
