//go:build !unix

package tcp

import (
	"errors"
	"io"
	"syscall"
)

// rawReader is for systems whose sockets are read by descriptor.
type rawReader struct {
	raw syscall.RawConn
}

func (r *rawReader) read(bool) (*Chunk, error) {
	return nil, errors.Join(io.EOF, errors.ErrUnsupported)
}
