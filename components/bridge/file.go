package bridge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A File is a component of bytes as a net.Conn, and so as a reader and a writer: Kamaelia's
// LikeFile. Read and Write may be called at the same time, and so may all others.
type File struct {
	handle      *Handle[[]byte, []byte]
	read, write *deadline
	closed      atomic.Bool

	mu   sync.Mutex // of rest: one Read at a time
	rest []byte
}

var _ net.Conn = (*File)(nil)

// LikeFile runs a component of bytes and returns it as a File. When ctx ends, so do
// Read, Write and the component.
func LikeFile(ctx context.Context, c axon.Component) (*File, error) {
	h, err := Start[[]byte, []byte](ctx, c)
	if err != nil {
		return nil, err
	}
	return &File{handle: h, read: newDeadline(ctx), write: newDeadline(ctx)}, nil
}

// Read reads what the component sends. It returns io.EOF when there is no more, and
// os.ErrDeadlineExceeded behind a deadline.
func (f *File) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ctx := f.read.context()
	if ctx.Err() != nil {
		return 0, f.cause(context.Cause(ctx))
	}
	for len(f.rest) == 0 && len(p) > 0 {
		b, err := f.handle.Get(ctx)
		if errors.Is(err, axon.ErrFinished) && !f.closed.Load() {
			return 0, io.EOF
		}
		if err != nil {
			return 0, f.cause(err)
		}
		f.rest = b
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// cause is why Read and Write give up: io.ErrClosedPipe after Close.
func (f *File) cause(err error) error {
	if f.closed.Load() {
		return io.ErrClosedPipe
	}
	return err
}

// Write sends a copy of p to the component. It returns io.ErrClosedPipe when that has
// ended, or after CloseWrite, and os.ErrDeadlineExceeded behind a deadline; all of p was
// sent, or nothing.
func (f *File) Write(p []byte) (int, error) {
	ctx := f.write.context()
	if ctx.Err() != nil {
		return 0, f.cause(context.Cause(ctx))
	}
	if len(p) == 0 {
		return 0, nil
	}
	err := f.handle.Put(ctx, bytes.Clone(p))
	if errors.Is(err, axon.ErrGone) || errors.Is(err, axon.ErrFinished) {
		return 0, io.ErrClosedPipe
	}
	if err != nil {
		return 0, f.cause(err)
	}
	return len(p), nil
}

// SetDeadline sets both deadlines. See net.Conn.
func (f *File) SetDeadline(t time.Time) error {
	if err := f.SetReadDeadline(t); err != nil {
		return err
	}
	return f.SetWriteDeadline(t)
}

// SetReadDeadline says until when Read waits, also one that waits now; the zero time means
// for ever.
func (f *File) SetReadDeadline(t time.Time) error { return f.setDeadline(f.read, t) }

// SetWriteDeadline says until when Write waits for room in the component's inbox.
func (f *File) SetWriteDeadline(t time.Time) error { return f.setDeadline(f.write, t) }

func (f *File) setDeadline(d *deadline, t time.Time) error {
	if f.closed.Load() {
		return io.ErrClosedPipe
	}
	d.set(t)
	return nil
}

// LocalAddr is an address of the network "axon": a component has no other.
func (f *File) LocalAddr() net.Addr { return address{} }

// RemoteAddr is as LocalAddr.
func (f *File) RemoteAddr() net.Addr { return address{} }

// An address is that of a component.
type address struct{}

func (address) Network() string { return "axon" }
func (address) String() string  { return "component" }

// CloseWrite says that nothing more will be written. What the component still sends can
// be read.
func (f *File) CloseWrite() error {
	f.handle.Finish()
	return nil
}

// Close ends the component, and every Read and Write that waits. See Handle.Close.
func (f *File) Close() error {
	f.closed.Store(true)
	defer f.read.close()
	defer f.write.close()
	return f.handle.Close()
}
