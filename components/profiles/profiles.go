// Package profiles has the handler that gives the profiles of the program to go
// tool pprof.
package profiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Profiles is a handler that answers with profiles of the whole program, at the
// places where go tool pprof looks for them:
//
//	*http1.Request ──▶ [ Profiles ] ──▶ *http1.Response
//	                        └── failures ──▶ *http1.Failure
//
//	PATH/                    a list
//	PATH/profile?seconds=30  where processor time goes
//	PATH/trace?seconds=1     what happens, for go tool trace
//	PATH/heap, PATH/goroutine, PATH/mutex, ... with ?debug=1 as text
//
// Package net/http/pprof does the same, but puts itself into the default ServeMux
// of each program that contains it.
type Profiles struct {
	http1.Handler

	// Path is where the handler is mounted; "" means /debug/pprof.
	Path string
}

var (
	_ http1.HandlerPart = (*Profiles)(nil)
	_ axon.Component    = (*Profiles)(nil)
)

// longest is how long a profile may be taken.
const longest = 5 * time.Minute

// Main implements axon.Component.
func (p *Profiles) Main(ctx context.Context) error {
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

func (p *Profiles) answer(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	path := p.Path
	if path == "" {
		path = "/debug/pprof"
	}
	if req.Method != "GET" && req.Method != "HEAD" {
		return nil, &http1.Failure{Status: 405, Cause: errors.New("profiles: they can only be looked at"),
			Header: http1.Header{{Name: "Allow", Value: "GET, HEAD"}}}
	}
	query, err := url.ParseQuery(req.Query)
	if err != nil {
		return nil, &http1.Failure{Status: 400, Cause: err}
	}
	var out bytes.Buffer
	text := false
	switch name := strings.Trim(strings.TrimPrefix(req.Path, path), "/"); {
	case name == "" && !strings.HasSuffix(req.Path, "/"):
		resp := http1.Text(req, 308, "")
		resp.Header.Add("Location", req.RawPath+"/")
		return resp, nil
	case name == "":
		text = true
		list(&out)
	case req.Method == "HEAD":
	case name == "profile":
		err = over(ctx, req, query, 30*time.Second, func() error { return pprof.StartCPUProfile(&out) }, pprof.StopCPUProfile)
	case name == "trace":
		err = over(ctx, req, query, time.Second, func() error { return trace.Start(&out) }, trace.Stop)
	default:
		text, err = lookup(&out, name, query)
	}
	if err != nil {
		return nil, err
	}
	mime := "application/octet-stream"
	if text {
		mime = "text/plain; charset=utf-8"
	}
	return &http1.Response{Request: req, Status: 200, Bytes: out.Bytes(), Header: http1.Header{
		{Name: "Content-Type", Value: mime}, {Name: "Cache-Control", Value: "no-store"}, {Name: "X-Content-Type-Options", Value: "nosniff"},
	}}, nil
}

// over takes a profile for as long as was asked for, or until the client goes.
func over(ctx context.Context, req *http1.Request, query url.Values, usual time.Duration, start func() error, stop func()) error {
	d := usual
	if s := query.Get("seconds"); s != "" {
		n, err := strconv.ParseFloat(s, 64)
		if d = time.Duration(n * float64(time.Second)); err != nil || n <= 0 || d > longest {
			return &http1.Failure{Status: 400, Cause: fmt.Errorf("profiles: %q is not a number of seconds up to %v", s, longest)}
		}
	}
	if err := start(); err != nil {
		return &http1.Failure{Status: 503, Cause: err} // one is taken already
	}
	defer stop()
	client, cancel := context.WithTimeout(req.Context(), d)
	defer cancel()
	select {
	case <-client.Done():
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// lookup writes one of the profiles that are always being taken.
func lookup(out *bytes.Buffer, name string, query url.Values) (text bool, err error) {
	p := pprof.Lookup(name)
	if p == nil {
		return false, &http1.Failure{Status: 404, Cause: fmt.Errorf("profiles: there is none called %q", name)}
	}
	debug, err := strconv.Atoi(query.Get("debug"))
	if err != nil && query.Has("debug") {
		return false, &http1.Failure{Status: 400, Cause: err}
	}
	if name == "heap" && query.Has("gc") {
		runtime.GC()
	}
	return debug > 0, p.WriteTo(out, debug)
}

// list writes what there is.
func list(out *bytes.Buffer) {
	all := pprof.Profiles()
	slices.SortFunc(all, func(a, b *pprof.Profile) int { return strings.Compare(a.Name(), b.Name()) })
	for _, p := range all {
		fmt.Fprintf(out, "%-14s %d\n", p.Name(), p.Count())
	}
	fmt.Fprint(out, "profile        where processor time goes; ?seconds=30\ntrace          what happens; ?seconds=1\n\n"+
		"go tool pprof http://HOST/debug/pprof/profile, or the name of another one; ?debug=1 for text\n")
}
