package httpcache

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Lookup is a filter of requests that answers those for which a response is kept
// (RFC 9111 section 4).
//
//	*http1.Request ──▶ [ Lookup ] ──▶ *http1.Request
//	                       ├── answers ──▶ *http1.Response
//	                       └── failures ──▶ *http1.Failure
//
// A request that it passes on may ask whether a response still holds that is kept;
// the Keeper of the same Store, behind the handler, answers it then. While one
// request is on its way, others for the same wait for what comes of it, for a
// while.
//
// It belongs in front of all filters whose work is to be spared, and behind those
// that decide who may ask at all.
type Lookup struct {
	http1.RequestFilter

	// Store is that of the Keeper.
	Store *Store
}

var (
	_ http1.RequestFilterPart = (*Lookup)(nil)
	_ axon.Component          = (*Lookup)(nil)
	_ axon.Validator          = (*Lookup)(nil)
)

var (
	errNoStore   = errors.New("httpcache: the field Store is not set")
	errOnlyCache = errors.New("httpcache: nothing is kept, and the client wants nothing else")
	errNoHandler = errors.New("httpcache: the handler has ended")
	errCondition = errors.New("httpcache: what is kept is not as the request wants it")
)

// Validate implements axon.Validator.
func (l *Lookup) Validate() error {
	if l.Store == nil {
		return errNoStore
	}
	return l.Store.Validate()
}

// Main implements axon.Component.
func (l *Lookup) Main(ctx context.Context) error {
	for req := range l.Inbox.All(ctx) {
		if err := l.serve(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lookup) serve(ctx context.Context, req *http1.Request) error {
	if req.Redirects() > 0 {
		l.Store.ledOn(req)
	}
	if req.Method != "GET" && req.Method != "HEAD" {
		l.Store.note(req)
		return l.Pass(ctx, req)
	}
	w := wish{maxAge: unset, maxStale: unset, minFresh: unset, staleIfError: unset}
	if !l.Store.Deaf {
		w = wishOf(req.Header)
	}
	if unfit(req) {
		l.Store.count(&l.Store.stats.Passed)
		if w.onlyIfCached {
			return l.Fail(ctx, req, 504, errOnlyCache)
		}
		return l.Pass(ctx, req)
	}
	d := l.Store.decide(req, w, true)
	if d.wait != nil {
		if err := l.await(ctx, req, d.wait); err != nil {
			return err
		}
		d = l.Store.decide(req, w, false)
	}
	if d.answer != nil {
		return l.answer(ctx, req, &d)
	}
	if w.onlyIfCached {
		return l.Fail(ctx, req, 504, errOnlyCache)
	}
	err := l.Outbox.Send(ctx, d.on)
	if errors.Is(err, axon.ErrGone) {
		l.Store.forget(d.on)
		return l.Fail(ctx, req, 503, errNoHandler)
	}
	return err
}

// unfit reports whether the cache has nothing to do with a request: it has a body,
// or conditions that are the handler's alone to judge (RFC 9111 section 4.3.2).
func unfit(req *http1.Request) bool {
	return req.Body != nil || req.Header.Has("If-Match") || req.Header.Has("If-Unmodified-Since")
}

// await waits until there is an answer to another request for the same.
func (l *Lookup) await(ctx context.Context, req *http1.Request, f *flight) error {
	timer := time.NewTimer(l.Store.wait())
	defer timer.Stop()
	select {
	case <-f.done:
	case <-timer.C:
	case <-req.Context().Done():
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// answer answers a request with what is kept. If that is stale, the handler is
// asked behind the client's back whether it still holds (RFC 5861 section 3).
func (l *Lookup) answer(ctx context.Context, req *http1.Request, d *decision) error {
	resp, err := d.answer.respond(req, time.Now())
	if err != nil {
		err = l.Fail(ctx, req, 500, err)
	} else {
		l.Store.status(resp, d.word)
		err = l.Answer(ctx, resp)
	}
	if err != nil || d.on == nil {
		return err
	}
	// A handler that is busy with the client's own requests is not asked.
	if err := l.Outbox.TrySend(d.on); err != nil {
		l.Store.forget(d.on)
	}
	return nil
}

// status says in a Cache-Status field what was done (RFC 9211).
func (s *Store) status(resp *http1.Response, word string) {
	if s.Name != "" {
		resp.Header.Add("Cache-Status", s.Name+"; "+word)
	}
}

func wholeSeconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

func contentRange(offset, length int64, size int) string {
	return "bytes " + strconv.FormatInt(offset, 10) + "-" + strconv.FormatInt(offset+length-1, 10) + "/" + strconv.Itoa(size)
}

// notModified makes a 304 of a response (RFC 9110 section 15.4.5).
func notModified(resp *http1.Response) {
	resp.Discard()
	resp.Status, resp.Reason = 304, ""
	resp.Bytes, resp.File, resp.Stream, resp.Length = nil, nil, nil, 0
}
