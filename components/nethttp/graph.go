package nethttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Graph is a http.Handler whose requests are answered by a graph of parts: all
// that a connection's graph has between its parser and its writer.
//
//	http.Request ──▶ SOURCE ──▶ the application's parts ──▶ SINK ──▶ http.ResponseWriter
//
// Each request has an instance of that graph to itself while it is answered.
// Instances are kept and used again, so there are as many as there were requests
// at once. One that fails is thrown away, and so is one whose request was given
// up before there was an answer.
//
// A Graph is used by pointer, starts with its first request, and should be shut
// down after the http.Server it is for.
type Graph struct {
	// Application makes an instance: a graph in which the two are parts. See
	// pipelines.Server.Application for one.
	Application func(*Source, *Sink) *axon.Graph

	// System runs the instances; nil means a System of the Graph's own.
	System *axon.System

	// Most is how many requests are answered at once, others wait; 0 means 256.
	Most int

	// Keep is how many instances wait for requests at most; 0 means 32.
	Keep int

	// Report, if set, gets the error of every instance that could not be built
	// or has failed. It may be called by several goroutines at once.
	Report func(error)

	once  sync.Once
	slots chan struct{} // one taken for each request

	mu      sync.Mutex
	closed  bool
	own     *axon.System
	pool    *Pool
	placed  bool // the pool is a part of somebody's graph
	running *axon.Running
	idle    []*instance // last in, first out: its memory is still warm
	age     int         // how often the Application was renewed
}

var _ http.Handler = (*Graph)(nil)

var (
	errUnfit   = errors.New("nethttp: the graph can not answer")
	errClosed  = errors.New("nethttp: the graph is shut down")
	errGivenUp = errors.New("nethttp: the request was given up")
)

// ServeHTTP implements http.Handler.
func (g *Graph) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.Serve(w, r, Visit{}) }

// Serve is ServeHTTP for a server that knows more of a request than net/http
// tells, or wants to know more.
func (g *Graph) Serve(w http.ResponseWriter, r *http.Request, v Visit) {
	c := newCall(w, r, v)
	i, err := g.borrow(r.Context())
	if err != nil {
		_ = c.reply(http1.Plain(&http1.Failure{Status: statusOf(err), Request: c.req}), nil)
		return
	}
	resp, err := i.ask(r.Context(), c)
	switch {
	case err != nil:
		defer g.giveBack(i, c, false)
		resp = http1.Plain(&http1.Failure{Status: statusOf(err), Request: c.req, Close: c.req.Body != nil})
	case resp.Stream == nil && c.req.Body == nil:
		g.giveBack(i, c, true) // whatever the client does with the answer
	default:
		defer g.giveBack(i, c, true)
	}
	if err := c.reply(resp, i.sink); errors.Is(err, errCut) {
		panic(http.ErrAbortHandler)
	}
}

// Part returns the part that runs the instances, for a graph that is to show them
// and to end with them: Shared(&pool.Inbox, ...) says for how long it is needed.
// It is called before the first request. Without it the Graph runs the part by
// itself, in its System.
func (g *Graph) Part() *Pool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pool == nil {
		g.pool, g.placed = newPool(g.Application), true
	}
	return g.pool
}

// statusOf returns the status that fits a request which no graph has answered.
func statusOf(err error) int {
	if errors.Is(err, errUnfit) {
		return http.StatusInternalServerError
	}
	return http.StatusServiceUnavailable // it was given up, or we are closing
}

// start starts the pool, if that was not done. The caller holds g.mu.
func (g *Graph) start() error {
	switch {
	case g.closed:
		return errClosed
	case g.running != nil || g.placed:
		return nil
	case g.Application == nil:
		return fmt.Errorf("%w: it has no Application", errUnfit)
	}
	sys := g.System
	if sys == nil {
		g.own = new(axon.System)
		sys = g.own
	}
	g.pool = newPool(g.Application)
	running, err := sys.Start(context.Background(), &axon.Graph{
		Name:  "nethttp",
		Parts: axon.Parts{{Name: "POOL", Component: g.pool, Policy: axon.Policy{Restarts: -1}}},
	})
	g.running = running
	return err
}

func (g *Graph) report(err error) {
	if err == nil {
		return
	}
	if g.Report != nil {
		g.Report(err)
	}
	if g.pool != nil {
		_ = g.pool.Failures.TrySend(err)
	}
}

// Shutdown takes no more requests, waits for those under way and ends all
// instances; when ctx ends, it ends them at once. It returns the cause then.
func (g *Graph) Shutdown(ctx context.Context) error {
	g.mu.Lock()
	running, own := g.running, g.own
	g.closed, g.idle = true, nil
	g.mu.Unlock()
	if running == nil {
		return nil
	}
	running.Finish()
	err := error(nil)
	select {
	case <-running.Done():
	case <-ctx.Done():
		err = context.Cause(ctx)
		running.Stop(err)
		<-running.Done()
	}
	if own != nil {
		own.Close()
	}
	return err
}

// Close ends all instances at once.
func (g *Graph) Close() error {
	now, cancel := context.WithCancelCause(context.Background())
	cancel(errClosed)
	_ = g.Shutdown(now)
	return nil
}
