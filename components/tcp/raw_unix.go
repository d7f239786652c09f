//go:build unix

package tcp

import (
	"io"
	"syscall"
)

// rawReader reads a socket with a buffer only while there is something to read.
type rawReader struct {
	raw   syscall.RawConn
	large bool
	chunk *Chunk
	err   error
	try   func(fd uintptr) bool
}

func newRawReader(raw syscall.RawConn) func(large bool) (*Chunk, error) {
	return (&rawReader{raw: raw}).read
}

func (r *rawReader) read(large bool) (*Chunk, error) {
	if r.try == nil {
		r.try = r.once
	}
	r.large, r.chunk, r.err = large, nil, nil
	if err := r.raw.Read(r.try); err != nil {
		return nil, err
	}
	c, err := r.chunk, r.err
	r.chunk = nil
	return c, err
}

// once tries to read; false means to wait until the socket is readable.
func (r *rawReader) once(fd uintptr) bool {
	c := newChunk(r.large)
	for {
		n, err := readNow(fd, c.buf)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			c.Release()
			return false
		case err != nil:
			r.err = err
		case n == 0:
			r.err = io.EOF
		default:
			c.Data = c.buf[:n]
			r.chunk = c
			return true
		}
		c.Release()
		return true
	}
}
