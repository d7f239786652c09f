package http1

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

// Conn tells of a connection; all its requests share one.
type Conn struct {
	// Remote and Local are the addresses of its ends.
	Remote, Local net.Addr

	// TLS says that the connection is encrypted.
	TLS bool

	// Secure tells how, if somebody asks: see TLSState. A *tls.Conn does.
	Secure interface{ ConnectionState() tls.ConnectionState }

	// Base is what the context of the requests is made of; nil means
	// context.Background.
	Base context.Context

	mu     sync.Mutex
	ctx    context.Context // made when asked for
	cancel context.CancelCauseFunc
	gone   error
	state  *tls.ConnectionState // made when asked for
	number uint64               // stands for the connection; made when asked for
	whole  *Conn                // of which this is one stream
}

// NewConn returns what is told of a connection in its requests.
func NewConn(conn net.Conn) *Conn {
	c := &Conn{Remote: conn.RemoteAddr(), Local: conn.LocalAddr()}
	c.Secure, c.TLS = conn.(interface{ ConnectionState() tls.ConnectionState })
	return c
}

// Stream returns what is told of one stream of a connection that has several: it
// ends by itself, with ctx, and shares all else.
func (c *Conn) Stream(ctx context.Context) *Conn {
	return &Conn{Remote: c.Remote, Local: c.Local, TLS: c.TLS, Secure: c.Secure, Base: ctx, whole: c}
}

// TLSState tells of the encryption of the connection: version, cipher, the name
// that the client asked for, its certificate. It is nil where nothing is known of
// it. All requests of a connection share it; nobody changes it.
func (c *Conn) TLSState() *tls.ConnectionState {
	if c == nil || c.Secure == nil {
		return nil
	}
	if c.whole != nil {
		return c.whole.TLSState()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == nil {
		s := c.Secure.ConnectionState()
		c.state = &s
	}
	return c.state
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
