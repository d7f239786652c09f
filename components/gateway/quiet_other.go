//go:build !unix

package gateway

// quiet reports whether a connection is as it has to be between two requests. That
// the other end has closed it is seen later.
func (c *conn) quiet() bool { return c.start == c.end }
