package compress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A flow codes a body while it is read. It works in the goroutine of who reads,
// the Writer.
type flow struct {
	press *Press
	src   io.Reader
	close func() error // of src; it makes a Read of it that waits return
	live  bool         // what src says is not to be held back
	left  int64        // what src must yield still; -1 if that is not known
	fault error        // what Read returns when out is empty

	mu     sync.Mutex // held by Read, and by who ends the use of coder
	coder  *coder     // nil when the use has ended
	coding coding
	begun  bool
	closed atomic.Bool

	trailer func() http1.Header
}

// flow returns the body of a response as one that is coded, nil if too many are
// already.
func (p *Press) flow(resp *http1.Response, c coding) *flow {
	select {
	case p.flows <- struct{}{}:
	default:
		return nil
	}
	f := &flow{press: p, coding: c, left: -1}
	switch {
	case resp.File != nil:
		s := resp.File
		f.src, f.left = io.NewSectionReader(s.File, s.Offset, s.Size), s.Size
		f.close = func() error { s.Close(); return nil }
	case resp.Stream != nil:
		f.src, f.close, f.live = resp.Stream, resp.Stream.Close, true
		if resp.Length > 0 {
			f.left = resp.Length
		}
		if t, ok := resp.Stream.(interface{ Trailer() http1.Header }); ok {
			f.trailer = t.Trailer
		}
	default:
		f.src, f.close = bytes.NewReader(resp.Bytes), func() error { return nil }
	}
	return f
}

// Read implements io.Reader.
func (f *flow) Read(p []byte) (n int, err error) {
	f.mu.Lock()
	n, err = f.read(p)
	if err != nil {
		f.end()
	}
	f.mu.Unlock()
	if f.closed.Load() {
		f.tryEnd()
	}
	return n, err
}

func (f *flow) read(p []byte) (int, error) {
	if f.coder == nil {
		switch {
		case f.fault != nil:
			return 0, f.fault
		case f.begun || f.closed.Load():
			return 0, errEnded
		}
		f.coder, f.begun = f.press.coder(f.coding), true
	}
	for f.coder.out.Len() == 0 && f.fault == nil {
		f.fault = f.fill()
	}
	if f.coder.out.Len() > 0 {
		return f.coder.out.Read(p)
	}
	return 0, f.fault
}

var errEnded = fmt.Errorf("compress: read of a body that has ended: %w", os.ErrClosed)

// fill codes what one Read of the source yields. It returns io.EOF when all is
// coded.
func (f *flow) fill() error {
	x := f.coder
	in := x.in
	if f.left >= 0 {
		in = in[:min(int64(len(in)), f.left)]
	}
	var n int
	err := io.EOF
	if len(in) > 0 {
		n, err = f.src.Read(in)
	}
	if n > 0 {
		if f.left >= 0 {
			f.left -= int64(n)
		}
		if _, err := x.Write(in[:n]); err != nil {
			return err
		}
	}
	switch {
	case errors.Is(err, io.EOF) && f.left > 0:
		return fmt.Errorf("compress: the body ends %d bytes early: %w", f.left, io.ErrUnexpectedEOF)
	case errors.Is(err, io.EOF):
		if err := x.Close(); err != nil {
			return err
		}
		return io.EOF
	case err == nil && f.live && n > 0:
		// More may come much later: a source that waits for its own news returns
		// what it has.
		return x.Flush()
	}
	return err
}

// Trailer returns the trailer fields of the source.
func (f *flow) Trailer() http1.Header {
	if f.trailer == nil {
		return nil
	}
	return f.trailer()
}

// Close ends the flow. It may be called while a Read waits, and more than once.
func (f *flow) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	err := f.close()
	f.tryEnd()
	return err
}

// tryEnd ends the use of the coder, unless a Read is at it; that one does so
// then.
func (f *flow) tryEnd() {
	if f.mu.TryLock() {
		f.end()
		f.mu.Unlock()
	}
}

// end gives back what the flow has taken, once. f.mu is held.
func (f *flow) end() {
	if f.press == nil {
		return
	}
	if f.coder != nil {
		f.press.giveBack(f.coder)
		f.coder = nil
	}
	f.begun = true
	<-f.press.flows
	f.press = nil
}
