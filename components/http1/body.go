package http1

import (
	"context"
	"errors"
	"io"
	"sync"
)

// ErrAbandoned is what a write to a Body returns whose reader has left. A
// producer tests for it to stop quietly.
var ErrAbandoned = errors.New("http1: body abandoned by its reader")

// A Body is a bounded stream of bytes from one goroutine, the producer, to
// another, the reader. A request's body is one that the connection produces; a
// streamed response's is one that a handler produces.
//
// The producer calls Write, then CloseWrite, once. The reader calls Read until
// it returns an error, or leaves early with Close. Each side's methods are for
// one goroutine at a time.
//
//	producer --- Write, CloseWrite ---> [ Body ] --- Read, Close ---> reader
type Body struct {
	mu        sync.Mutex
	bytes     ring
	taken     int64 // bytes that the producer has put in
	end       error // what Read returns behind the last byte; nil: more may come
	trailer   Header
	abandoned bool
	wake      chan struct{} // closed at the next change; nil if nobody waits
	gone      chan struct{} // closed when abandoned; nil if nobody asked

	// onFirstRead is what OnFirstRead has set. In a connection it sends 100
	// (Continue) (RFC 9110 section 10.1.1).
	onFirstRead func()
}

var (
	_ io.ReadCloser = (*Body)(nil)
	_ io.WriterTo   = (*Body)(nil)
)

// NewBody returns a Body that buffers up to limit bytes, 64 KiB if limit is
// zero. The buffer grows with what it holds.
func NewBody(limit int) *Body { return &Body{bytes: ring{limit: orDefault(limit, 64<<10)}} }

// newBodyBytes returns a Body that is complete: it yields b, which it owns from
// now on, and then io.EOF.
func newBodyBytes(b []byte) *Body {
	return &Body{bytes: ring{limit: len(b), room: b, size: len(b)}, taken: int64(len(b)), end: io.EOF}
}

// Read waits for bytes and reads up to len(p) of them. Behind the last byte it
// returns io.EOF, or the error by which the producer ended the stream.
func (b *Body) Read(p []byte) (int, error) {
	return b.ReadContext(context.Background(), p)
}

// ReadContext is like Read, but stops waiting when ctx ends; it then returns the
// cause, and may be called again.
func (b *Body) ReadContext(ctx context.Context, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	buffered, err := b.next(ctx)
	n := copy(p, buffered)
	b.discard(n)
	return n, err
}

// ReadNow is like Read, but does not wait: it returns 0 and no error when nothing
// is buffered, and more may come.
func (b *Body) ReadNow(p []byte) (int, error) {
	b.mu.Lock()
	idle := b.bytes.size == 0 && !b.abandoned && b.end == nil
	b.mu.Unlock()
	if idle {
		return 0, nil
	}
	return b.Read(p)
}

// WriteTo writes all that Read would read to w, without a buffer in between.
func (b *Body) WriteTo(w io.Writer) (written int64, err error) {
	for {
		p, err := b.next(context.Background())
		if err == io.EOF {
			return written, nil
		}
		if err != nil {
			return written, err
		}
		n, err := w.Write(p)
		b.discard(n)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
}

// OnFirstRead lets f be called once, in the reader's goroutine, before its first
// read that has to wait: for a producer that begins when it is needed. It is set
// before the Body is shared.
func (b *Body) OnFirstRead(f func()) { b.onFirstRead = f }

// Close tells the producer that nothing more will be read, and drops what is
// buffered. It may be called at any time, more than once and from any goroutine.
func (b *Body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.abandoned {
		return nil
	}
	b.abandoned = true
	b.bytes = ring{}
	if b.gone != nil {
		close(b.gone)
	}
	b.changed()
	return nil
}

// Trailer returns the trailer fields that followed the body (RFC 9110 section
// 6.5), if any. It is valid once Read has returned io.EOF.
func (b *Body) Trailer() Header {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.trailer
}

// SetTrailer sets the trailer fields. It is for the producer, before CloseWrite.
func (b *Body) SetTrailer(trailer Header) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trailer = trailer
}

// Write copies p into the stream. If the buffer is full, it waits until the
// reader has emptied half of it, but not longer than until ctx ends; it then
// returns the cause. Once the reader has left it returns ErrAbandoned. With an
// error comes the number of bytes that were taken.
func (b *Body) Write(ctx context.Context, p []byte) (int, error) {
	written := 0
	for {
		b.mu.Lock()
		n, err := b.take(p[written:])
		if written += n; err != nil || written == len(p) {
			b.mu.Unlock()
			return written, err
		}
		if err := b.wait(ctx); err != nil {
			return written, err
		}
	}
}

// WriteNow is like Write, but does not wait: it takes what there is room for.
func (b *Body) WriteNow(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.take(p)
}

// take takes as much of p as there is room for. The caller holds b.mu.
func (b *Body) take(p []byte) (n int, err error) {
	switch {
	case b.abandoned:
		return 0, ErrAbandoned
	case b.end != nil:
		return 0, io.ErrClosedPipe
	}
	if n = b.bytes.put(p); n > 0 {
		b.taken += int64(n)
		b.changed()
	}
	return n, nil
}

// Grow lets the stream buffer up to limit bytes, if that is more than before: for a
// reader who is dear to wake.
func (b *Body) Grow(limit int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if limit > b.bytes.limit && b.end == nil {
		b.bytes.limit = limit
		b.changed()
	}
}

// came returns how many bytes the producer has put in.
func (b *Body) came() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken
}

// ready reports whether there are bytes, or the end, to be read at once.
func (b *Body) ready() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes.size > 0 || b.end != nil
}

// untouched reports whether the reader was never in need of bytes that the
// client holds back.
func (b *Body) untouched() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.onFirstRead != nil
}

// CloseWrite ends the stream: the reader gets what is buffered, and then err, or
// io.EOF if err is nil. Only the first call counts.
func (b *Body) CloseWrite(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end != nil {
		return
	}
	if err == nil {
		err = io.EOF
	}
	b.end = err
	b.changed()
}

// Abandoned returns a channel that is closed when the reader leaves with Close.
func (b *Body) Abandoned() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone == nil {
		b.gone = make(chan struct{})
		if b.abandoned {
			close(b.gone)
		}
	}
	return b.gone
}
