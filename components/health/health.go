package health

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Health answers GET and HEAD with 200 and the word ok, and fails with 503 once
// the server is about to end.
//
//	*http1.Request ──▶ [ Health ] ──▶ *http1.Response
//	                       └── failures ──▶ *http1.Failure
//
// The answer that comes says that listening, parsing, routing and writing work.
type Health struct {
	http1.Handler

	// State tells whether the server is about to end; nil means that it never is.
	State *State
}

// A State is what all connections of a server know of its end. Its zero value is
// that of a server that goes on.
type State struct{ draining atomic.Bool }

// Drain says that the server is about to end, and whoever sends requests to
// several servers should leave this one out.
func (s *State) Drain() { s.draining.Store(true) }

var (
	_ http1.HandlerPart = (*Health)(nil)
	_ http1.Allower     = (*Health)(nil)
	_ axon.Component    = (*Health)(nil)
)

// Allow implements http1.Allower.
func (h *Health) Allow() []string { return []string{"GET"} }

var errDraining = errors.New("health: the server is about to end")

// Main implements axon.Component.
func (h *Health) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		if err := h.answer(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

func (h *Health) answer(ctx context.Context, req *http1.Request) error {
	if h.State != nil && h.State.draining.Load() {
		f := &http1.Failure{Status: 503, Cause: errDraining, Close: true, Header: http1.Header{{Name: "Cache-Control", Value: "no-store"}}}
		return h.Fail(ctx, req, 503, f)
	}
	resp := http1.Text(req, 200, "ok\n")
	resp.Header.Add("Cache-Control", "no-store")
	return h.Answer(ctx, resp)
}
