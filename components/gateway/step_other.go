//go:build !linux

package gateway

// hold reports whether a request is written at the next read.
func (c *conn) hold([]byte) bool { return false }

func (c *conn) read() (int, error) { return c.Read(c.in[c.end:]) }

// settle has nothing to take: all that is looked at was read.
func (c *conn) settle() {}
