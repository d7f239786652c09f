package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Check is the part that asks from time to time whether an Upstream is healthy.
//
//	[ Check ] ── log ──▶ error, a *gateway.ScriptError
//	    └◀═▶ the Upstream's Health
//
// While it is not, its Handlers refuse requests. What it takes for well is a status
// from 200 to 399 in the time between two looks. It ends on finish.
type Check struct {
	axon.Base

	// Upstream has the path, and the time between two looks.
	Upstream *Upstream

	// Log carries a *gateway.ScriptError when the Upstream is not well any more, and
	// when it is again.
	Log axon.Outbox[error] `axon:"optional"`
}

var (
	_ axon.Component = (*Check)(nil)
	_ axon.Validator = (*Check)(nil)
)

// errWell is what is logged when the Upstream is well again.
var errWell = errors.New("it is well again")

// Validate implements axon.Validator.
func (c *Check) Validate() error {
	if !c.Upstream.Opened() || c.Upstream.Health == "" {
		return errors.New("proxy: a Check needs an Upstream that is open, and has a Health")
	}
	return nil
}

// Main implements axon.Component.
func (c *Check) Main(ctx context.Context) error {
	u := c.Upstream
	ticker := time.NewTicker(u.every())
	defer ticker.Stop()
	for {
		err := c.look(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		before := u.down.Load()
		switch {
		case err == nil:
			u.down.Store(nil)
		default:
			u.down.Store(u.cause(u.Health, "", fmt.Errorf("it is not well: %w", err)))
		}
		if err != nil && before == nil {
			_ = c.Log.Send(ctx, u.down.Load())
		} else if err == nil && before != nil {
			_ = c.Log.Send(ctx, u.cause(u.Health, "", errWell))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// look asks once.
func (c *Check) look(ctx context.Context) error {
	u := c.Upstream
	ctx, cancel := context.WithTimeout(ctx, u.every())
	defer cancel()
	to, err := url.Parse(u.Health)
	if err != nil {
		return err
	}
	to.Scheme, to.Host = u.base.Scheme, u.base.Host
	to.Path, to.RawPath = u.base.Path+to.Path, u.base.EscapedPath()+to.EscapedPath()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return err
	}
	req.Host = u.Host
	resp, err := u.transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, mostWhole))
	if resp.StatusCode < 200 || resp.StatusCode > 399 {
		return fmt.Errorf("its status is %s", resp.Status)
	}
	return nil
}

// Graph returns the graph of the Check of an Upstream that has a Health, to be run
// beside those of the connections. The log may be nil.
//
//	CHECK ─▶ the log
func (u *Upstream) Graph(log *axon.Inbox[error]) *axon.Graph {
	c := &Check{Upstream: u}
	g := &axon.Graph{Name: "health of " + u.URL, Parts: axon.Parts{{Name: "CHECK", Component: c, Policy: axon.Policy{Restarts: -1}}}}
	if log != nil {
		g.Links = axon.Links{axon.Link(&c.Log, log)}
	}
	return g
}
