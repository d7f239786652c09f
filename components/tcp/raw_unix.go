//go:build unix

package tcp

import (
	"io"
	"syscall"
)

// rawReader reads a socket with a buffer only while there is something to read.
type rawReader struct {
	raw   syscall.RawConn
	pass  func(*Chunk) bool
	large bool
	count uint8 // chunks so far, up to 2
	exact bool  // the socket says with each read whether it was the last byte
	chunk *Chunk
	err   error
	try   func(fd uintptr) bool
}

// newRawReader returns how to read a socket. pass is given what was read: if it takes
// that, the next read follows at once.
func newRawReader(raw syscall.RawConn, pass func(*Chunk) bool) source {
	return (&rawReader{raw: raw, pass: pass}).read
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

// once reads what is there; false means to wait until the socket is readable.
//
// A read that finds nothing costs half of one that finds a request, and used to come
// after each. It is left out where the socket has said that there is nothing. The wait
// then has to follow in the same call of raw.Read, which forgets at its begin what it
// was told of the socket before.
func (r *rawReader) once(fd uintptr) bool {
	for {
		c := newChunk(r.large)
		n, left, err := receive(fd, c, r.exact)
		switch {
		case err == syscall.EINTR:
			c.Release()
			continue
		case err == syscall.EAGAIN:
			c.Release()
			if r.count == 2 && !r.exact { // it is a connection of several requests
				r.exact = tellsLeft(fd)
				r.count++
			}
			return false
		case err != nil:
			c.Release()
			r.err = err
			return true
		case n == 0:
			c.Release()
			r.err = io.EOF
			return true
		}
		c.Data = c.buf[:n]
		r.large, r.count = n == len(c.buf), max(r.count, min(r.count+1, 2))
		if !r.pass(c) {
			r.chunk = c
			return true
		}
		if !left {
			return false
		}
	}
}
