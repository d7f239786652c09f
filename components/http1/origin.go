package http1

import "slices"

// Origin returns the request as it arrived, of which this one is a Clone, or itself
// if it is not a Clone. By it, stages before and after a handler know which response
// belongs to which request, whatever was changed on the way.
func (r *Request) Origin() *Request {
	if r.origin != nil {
		return r.origin
	}
	return r
}

// Apart returns a copy whose answer nobody waits for, for a stage that asks a
// handler on its own behalf, as a cache does. The answer is never sent to the
// client, and the copy's context does not end with the connection. It has no body.
func (r *Request) Apart() *Request {
	c := *r
	c.Header = slices.Clone(c.Header)
	c.Body, c.ContentLength, c.expect100 = nil, 0, false
	c.flight, c.turn, c.watch, c.origin = nil, 0, nil, nil
	if r.Conn != nil {
		c.Conn = &Conn{Remote: r.Conn.Remote, Local: r.Conn.Local, TLS: r.Conn.TLS, Secure: r.Conn.Secure, Base: r.Conn.Base}
	}
	return &c
}
