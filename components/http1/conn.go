package http1

import (
	"context"
	"net"
	"sync"
)

// Conn tells of a connection; all its requests share one.
type Conn struct {
	// Remote and Local are the addresses of its ends.
	Remote, Local net.Addr

	// TLS says that the connection is encrypted.
	TLS bool

	// Base is what the context of the requests is made of; nil means
	// context.Background.
	Base context.Context

	mu     sync.Mutex
	ctx    context.Context // made when asked for
	cancel context.CancelCauseFunc
	gone   error
}

func (c *Conn) context() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx == nil {
		base := c.Base
		if base == nil {
			base = context.Background()
		}
		c.ctx, c.cancel = context.WithCancelCause(base)
		if c.gone != nil {
			c.cancel(c.gone)
		}
	}
	return c.ctx
}

// End ends the context of the connection's requests. The first call counts.
func (c *Conn) End(cause error) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone == nil {
		c.gone = cause
		if c.cancel != nil {
			c.cancel(cause)
		}
	}
}
