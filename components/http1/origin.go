package http1

import "slices"

// Origin returns the request as it has come, of which this one is a Clone; or
// itself, if it is none. Stages before and after a handler know by it which
// response belongs to which request, whatever was changed on the way.
func (r *Request) Origin() *Request {
	if r.origin != nil {
		return r.origin
	}
	return r
}

// Apart returns a copy that nobody waits for, for a stage that wants to know
// something from a handler itself. Its answer is not sent, whatever becomes of
// it, and its context does not end with the connection. It has no body.
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
