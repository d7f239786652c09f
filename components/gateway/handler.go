package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Handler answers requests by a program that runs on its own, and speaks one of the
// protocols for that: see fastcgi, scgi and uwsgi.
//
//	*http1.Request ──▶ [ Handler ] ──▶ *http1.Response
//	                        ├── failures ──▶ *http1.Failure
//	                        ├── lines ──▶ error, to the Log
//	                        └══▶ a graph for a body that comes
//
// It asks for one request after the other. The connection is kept for the next one,
// if the protocol can. An answer that comes at once is sent with its length, any
// other as it comes, while the request's body is still given to the program.
// Whatever goes wrong before is a Failure whose cause is a *ScriptError;
// later, the connection to the client is cut, so that nobody takes a part for the
// whole.
type Handler struct {
	http1.Handler

	// Upstream is the program; it must be open.
	Upstream *Upstream

	// Protocol is what it speaks.
	Protocol Protocol

	// Prefix is the route that the Upstream is served below, "" for the whole site.
	Prefix string

	// Log, if set, takes a *ScriptError for each line of standard error, and
	// for what else went wrong.
	Log *axon.Inbox[error]

	// Lines carries those, and is linked to Log when it is needed.
	Lines axon.Outbox[error] `axon:"optional"`

	site     Site // for local redirects
	ends     Ends
	exchange exchange
	client   *watch // of the connection that the last request came by
	noWait   context.Context
	ended    atomic.Bool // by a shutdown

	mu   sync.Mutex
	conn *conn // in use
}

// A watch tells when a client has gone.
type watch struct {
	conn *http1.Conn
	gone atomic.Bool
	stop func() bool
}

var (
	_ http1.HandlerPart = (*Handler)(nil)
	_ http1.Redirector  = (*Handler)(nil)
	_ axon.Validator    = (*Handler)(nil)
	_ axon.Interrupter  = (*Handler)(nil)
)

// Validate implements axon.Validator.
func (h *Handler) Validate() error {
	switch {
	case h.Protocol == nil:
		return errors.New("gateway: a Handler needs a Protocol")
	case !h.Upstream.Opened():
		return errors.New(h.Protocol.Name() + ": a Handler needs an Upstream that is open")
	}
	if err := http1.CheckPrefix(h.Prefix); err != nil {
		return fmt.Errorf("%s: %w", h.Protocol.Name(), err)
	}
	return nil
}

// LeadBack implements http1.Redirector.
func (h *Handler) LeadBack(site func(*axon.Outbox[*http1.Request]) http1.SiteGraph) { h.site = site }

// Interrupt ends the exchange that is under way: it implements axon.Interrupter.
func (h *Handler) Interrupt() {
	h.ended.Store(true)
	h.wake()
}

// Main implements axon.Component.
func (h *Handler) Main(ctx context.Context) error {
	defer h.close()
	for req := range h.Inbox.All(ctx) {
		if err := h.serve(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

// serve answers a request. It returns when the answer is complete.
func (h *Handler) serve(ctx context.Context, req *http1.Request) error {
	u := h.Upstream
	h.ends.Of(req.Conn)
	about := About{Request: req, Ends: &h.ends}
	slash, err := u.find(h.Prefix, &about)
	switch {
	case err != nil:
		return h.Fail(ctx, req, 500, err)
	case slash:
		return h.Answer(ctx, Slashed(req))
	}
	body, length, err := u.Body(ctx, req)
	if err != nil {
		return h.Fail(ctx, req, 400, err)
	}
	about.Length = length
	x := &h.exchange
	x.reset(h, about, body)
	if err := u.Gate.Enter(ctx, req.Context()); err != nil {
		x.closeBody()
		return h.Fail(ctx, req, 503, &http1.Failure{
			Status: 503, Cause: x.Cause(err), Header: http1.Header{{Name: "Retry-After", Value: "5"}},
		})
	}
	defer u.Gate.Leave()
	h.watch(req)
	return x.run(ctx)
}

// watch looks after the client that a request comes from.
func (h *Handler) watch(req *http1.Request) {
	if h.client != nil && h.client.conn == req.Conn {
		return
	}
	h.unwatch()
	w := &watch{conn: req.Conn}
	w.stop = context.AfterFunc(req.Context(), func() {
		w.gone.Store(true)
		h.wake()
	})
	h.client = w
}

func (h *Handler) unwatch() {
	if h.client != nil {
		h.client.stop()
		h.client = nil
	}
}

// close lets go of what the Handler holds.
func (h *Handler) close() {
	h.unwatch()
	if conn := h.use(nil); conn != nil {
		h.Upstream.pool.answered(conn)
		_ = conn.Close()
	}
}

// wake lets the exchange look what has happened.
func (h *Handler) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conn != nil {
		h.conn.unreadable()
	}
}

// use says which connection is in use, and returns the one that was.
func (h *Handler) use(conn *conn) (before *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, h.conn = h.conn, conn
	return before
}

// log sends an error to the log. A log that has ended is no fault of the request.
func (h *Handler) log(ctx context.Context, err error) {
	if h.Log == nil || !h.Lines.Linked() && axon.Link(&h.Lines, h.Log).Make() != nil {
		return
	}
	_ = h.Lines.Send(ctx, err)
}

// waiting returns a context that has ended, for reads that are not to wait.
func (h *Handler) waiting() context.Context {
	if h.noWait == nil {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		h.noWait = ended
	}
	return h.noWait
}
