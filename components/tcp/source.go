package tcp

import (
	"syscall"
)

// A source reads what has come, into a buffer that may be a large one.
type source func(large bool) (*Chunk, error)

// source returns how the connection is read. A socket is read without a buffer
// at hand while it is idle.
func (r *Reader) source() source {
	if sc, ok := r.Conn.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			if read := newRawReader(raw, r.pass); read != nil {
				return read
			}
		}
	}
	return func(large bool) (*Chunk, error) {
		c := newChunk(large)
		n, err := r.Conn.Read(c.buf)
		if n > 0 {
			c.Data = c.buf[:n]
			return c, nil
		}
		c.Release()
		return nil, err
	}
}
