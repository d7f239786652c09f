package wsgi

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A stream is the body of an answer that comes in pieces. The Writer reads it, so
// the bytes go from the worker's socket into its buffer, and the worker waits while
// the client has enough. The thread is free when the last piece is read; or lost,
// when the client leaves before.
type stream struct {
	thread *thread
	req    *http1.Request
	left   int64       // of the piece
	last   bool        // it is the last one
	over   atomic.Bool // the thread is not the stream's any more
	err    error       // what it has ended by
}

var _ io.ReadCloser = (*stream)(nil)

// Read implements io.Reader. It returns what is there, and waits only if that is
// nothing.
func (s *stream) Read(p []byte) (n int, err error) {
	if s.err != nil {
		return 0, s.err
	}
	for n < len(p) && s.err == nil {
		if s.left > 0 {
			if n > 0 && s.thread.buffered() == 0 {
				return n, nil
			}
			s.thread.turn()
			got, err := s.thread.some(p[n:min(int64(len(p)), int64(n)+s.left)])
			s.thread.turn()
			n += got
			s.left -= int64(got)
			s.end(err)
		}
		if s.left > 0 || s.err != nil {
			continue
		}
		if s.last {
			s.finish()
		} else if n > 0 && !s.thread.more() {
			return n, nil
		} else {
			s.end(s.next())
		}
	}
	if n > 0 {
		return n, nil // and the error with the next call
	}
	return 0, s.err
}

// next takes the next frame.
func (s *stream) next() error {
	f, err := s.thread.next()
	if err != nil {
		return err
	}
	switch f.kind {
	case pieceFrame, lastFrame:
		s.left, s.last = f.body, f.kind == lastFrame
	case endFrame:
		s.finish()
	case readFrame:
		_, err := s.thread.feed(s.req, f)
		return err
	case failureFrame:
		a := answer{thread: s.thread, frame: f}
		if err := a.read(); err != nil {
			return err
		}
		if s.take() {
			s.thread.pool.giveBack(s.thread)
		}
		_, err := a.response(s.req)
		return err
	default:
		return errFrame
	}
	return nil
}

// end notes by what the stream has ended, if it has.
func (s *stream) end(err error) {
	if err == nil {
		return
	}
	s.err = err
	if _, said := errors.AsType[*AppError](err); !said {
		s.err = s.thread.run.app.error(s.req.ID(), s.thread.lost(err), "")
	}
	_ = s.Close()
}

// finish gives the thread back behind the last byte.
func (s *stream) finish() {
	s.err = io.EOF
	if s.take() {
		s.thread.pool.giveBack(s.thread)
	}
}

// Close implements io.Closer: nobody wants the rest. It may be called while a Read
// waits.
func (s *stream) Close() error {
	if s.take() {
		s.thread.pool.drop(s.thread)
	}
	return nil
}

// take reports, once, that the thread is the caller's to return.
func (s *stream) take() bool { return !s.over.Swap(true) }
