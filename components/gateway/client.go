package gateway

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Client asks an Upstream, for a handler: one request after the other. Serve and
// Close are for the handler's Main, Interrupt for its Interrupter. The exported
// fields are set before.
type Client struct {
	// Handler has the boxes for the answers.
	Handler *http1.Handler

	// Upstream is who is asked.
	Upstream *Upstream

	// Protocol is how.
	Protocol Protocol

	// Prefix is the route that the Upstream is served below, "" for the whole site.
	Prefix string

	// Log, if set, takes a *ScriptError for each line of standard error, and for
	// what else went wrong. It is linked to Lines with the first.
	Log   *axon.Inbox[error]
	Lines *axon.Outbox[error]

	// Site makes a graph for local redirects; nil if there is none.
	Site Site

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

// Validate reports what is wrong with the fields. A handler calls it for its own
// Validate.
func (c *Client) Validate() error {
	switch {
	case c.Protocol == nil:
		return errors.New("gateway: a Handler needs a Protocol")
	case !c.Upstream.Opened():
		return errors.New(c.Protocol.Name() + ": a Handler needs an Upstream that is open")
	case c.Prefix != "" && (c.Prefix[0] != '/' || strings.HasSuffix(c.Prefix, "/")):
		return errors.New(c.Protocol.Name() + ": a Prefix begins with a slash, and does not end with one")
	}
	return nil
}

// Serve answers a request. It returns when the answer is complete.
func (c *Client) Serve(ctx context.Context, req *http1.Request) error {
	u := c.Upstream
	c.ends.Of(req.Conn)
	about := About{Request: req, Ends: &c.ends}
	slash, err := u.find(c.Prefix, &about)
	switch {
	case err != nil:
		return c.Handler.Fail(ctx, req, 500, err)
	case slash:
		return c.Handler.Answer(ctx, Slashed(req))
	}
	body, length, err := u.Body(ctx, req)
	if err != nil {
		return c.Handler.Fail(ctx, req, 400, err)
	}
	about.Length = length
	x := &c.exchange
	x.reset(c, about, body)
	if err := u.Gate.Enter(ctx, req.Context()); err != nil {
		x.closeBody()
		return c.Handler.Fail(ctx, req, 503, &http1.Failure{
			Status: 503, Cause: x.Cause(err), Header: http1.Header{{Name: "Retry-After", Value: "5"}},
		})
	}
	defer u.Gate.Leave()
	c.watch(req)
	return x.run(ctx)
}

// watch looks after the client that a request comes from.
func (c *Client) watch(req *http1.Request) {
	if c.client != nil && c.client.conn == req.Conn {
		return
	}
	c.unwatch()
	w := &watch{conn: req.Conn}
	w.stop = context.AfterFunc(req.Context(), func() {
		w.gone.Store(true)
		c.wake()
	})
	c.client = w
}

func (c *Client) unwatch() {
	if c.client != nil {
		c.client.stop()
		c.client = nil
	}
}

// Interrupt ends the exchange that is under way, when the handler is shut down.
func (c *Client) Interrupt() {
	c.ended.Store(true)
	c.wake()
}

// Close lets go of what the Client holds.
func (c *Client) Close() {
	c.unwatch()
	if conn := c.use(nil); conn != nil {
		c.Upstream.pool.answered(conn)
		_ = conn.Close()
	}
}

// wake lets the exchange look what has happened.
func (c *Client) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		c.conn.unreadable()
	}
}

// use says which connection is in use, and returns the one that was.
func (c *Client) use(conn *conn) (before *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, c.conn = c.conn, conn
	return before
}

// log sends an error to the log. A log that has ended is no fault of the request.
func (c *Client) log(ctx context.Context, err error) {
	if c.Log == nil || !c.Lines.Linked() && axon.Link(c.Lines, c.Log).Make() != nil {
		return
	}
	_ = c.Lines.Send(ctx, err)
}

// waiting returns a context that has ended, for reads that are not to wait.
func (c *Client) waiting() context.Context {
	if c.noWait == nil {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		c.noWait = ended
	}
	return c.noWait
}
