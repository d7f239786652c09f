package nethttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Handler answers requests by a plain http.Handler, one after another.
//
//	*http1.Request ──▶ [ Handler ] ──▶ *http1.Response
//	                        └── failures ──▶ *http1.Failure
//
// The http.Handler runs on the part's own goroutine and finds what it is used to
// from net/http: a Request whose Body streams and whose Context ends with the
// client, and a ResponseWriter that can Flush. An answer that fits the Buffer is
// sent as a whole, with its length; any other is streamed, and a write waits then
// until the client has taken enough.
//
// A http.Handler that panics before anything of its answer was sent is answered
// for by the error component; later, the connection is cut. http.ErrAbortHandler
// ends the answer quietly, any other panic is the part's failure: the part needs
// a Policy that runs it again, as it has in the ready-made graphs. What net/http
// has and this has not: Hijack, deadlines by http.ResponseController, and
// informational (1xx) responses, which are dropped.
type Handler struct {
	http1.Handler

	// HTTP answers the requests. The Handlers of all connections may share it.
	HTTP http.Handler

	// Buffer is how many bytes of an answer are held back in the hope that there
	// will be no more; 0 means 8 KiB.
	Buffer int

	server  *http.Server    // stands for the server in each request's context
	current *responseWriter // of the request in hand
}

var (
	_ http1.HandlerPart = (*Handler)(nil)
	_ axon.Validator    = (*Handler)(nil)
	_ axon.Loser        = (*Handler)(nil)
)

// Validate implements axon.Validator.
func (h *Handler) Validate() error {
	if h.HTTP == nil {
		return errors.New("nethttp: a Handler needs a http.Handler")
	}
	return nil
}

// Main implements axon.Component.
func (h *Handler) Main(ctx context.Context) error {
	h.current = nil
	h.server = &http.Server{Handler: h.HTTP}
	for req := range h.Inbox.All(ctx) {
		if err := h.serve(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

// serve answers one request. After a panic of the http.Handler it leaves current
// as it is, for Lost.
func (h *Handler) serve(ctx context.Context, req *http1.Request) error {
	client := req.Context()
	own, cancel := context.WithCancelCause(ctx)
	defer cancel(context.Canceled)
	stop := context.AfterFunc(client, func() { cancel(context.Cause(client)) })
	defer stop()

	r, err := h.request(own, req)
	if err != nil {
		return h.Fail(ctx, req, 400, err)
	}
	body := &requestBody{ctx: ctx, from: req.Body, request: r}
	if req.Body != nil {
		r.Body = body
	}
	defer body.leave()

	w := newResponseWriter(h, ctx, cancel, req)
	h.current = w
	aborted := run(h.HTTP, w, r)
	// Before the client can have the whole answer: what a http.Handler has kept
	// for later is no good any more.
	cancel(context.Canceled)
	body.leave()
	if aborted {
		err = w.abort(fmt.Errorf("nethttp: %w", http.ErrAbortHandler))
	} else {
		err = w.finish()
	}
	h.current = nil
	return err
}

// run calls a http.Handler and reports whether it ended by http.ErrAbortHandler.
func run(handler http.Handler, w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		switch fault := recover(); fault {
		case nil:
		case http.ErrAbortHandler:
			aborted = true
		default:
			panic(fault) // the runtime deals with it, and Lost with the request
		}
	}()
	handler.ServeHTTP(w, r)
	return false
}

// Lost ends the answer to the request that the http.Handler has failed on.
func (h *Handler) Lost(ctx context.Context, f *axon.Fault) {
	if w := h.current; w != nil {
		_ = w.abort(f)
		return
	}
	h.Handler.Lost(ctx, f)
}
