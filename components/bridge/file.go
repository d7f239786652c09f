package bridge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A File is a component of bytes as a reader and a writer: Kamaelia's LikeFile. Read and
// Write may be called at the same time.
type File struct {
	ctx    context.Context
	handle *Handle[[]byte, []byte]

	mu   sync.Mutex // of rest: one Read at a time
	rest []byte
}

var _ io.ReadWriteCloser = (*File)(nil)

// LikeFile runs a component of bytes and returns it as a File. When ctx ends, so do
// Read, Write and the component.
func LikeFile(ctx context.Context, c axon.Component) (*File, error) {
	h, err := Start[[]byte, []byte](ctx, c)
	if err != nil {
		return nil, err
	}
	return &File{ctx: ctx, handle: h}, nil
}

// Read reads what the component sends. It returns io.EOF when there is no more.
func (f *File) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.rest) == 0 && len(p) > 0 {
		b, err := f.handle.Get(f.ctx)
		if errors.Is(err, axon.ErrFinished) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		f.rest = b
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// Write sends a copy of p to the component. It returns io.ErrClosedPipe when that has
// ended, or after CloseWrite.
func (f *File) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	err := f.handle.Put(f.ctx, bytes.Clone(p))
	if errors.Is(err, axon.ErrGone) || errors.Is(err, axon.ErrFinished) {
		return 0, io.ErrClosedPipe
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// CloseWrite says that nothing more will be written. What the component still sends can
// be read.
func (f *File) CloseWrite() error {
	f.handle.Finish()
	return nil
}

// Close ends the component. See Handle.Close.
func (f *File) Close() error { return f.handle.Close() }
