package wsgi

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A stream is the body of an answer that comes in pieces. The Writer reads it, so
// the bytes go from the worker's socket into its buffer, and the worker waits while
// the client has enough. Of a long answer the worker sends the rest by itself: see
// loan.go. The thread is free when the last piece is read; or lost, when the client
// leaves before.
type stream struct {
	thread  *thread
	req     *http1.Request
	left    int64 // of the piece
	last    bool  // it is the last one
	offered bool  // the client's socket can be lent
	err     error // what it has ended by

	mu       sync.Mutex
	busy     bool // a Read, or a Lend, is under way
	closed   bool
	returned bool // the thread is not the stream's any more
}

var _ http1.Direct = (*stream)(nil)

// Read implements io.Reader. It returns what is there, and waits only if that is
// nothing.
func (s *stream) Read(p []byte) (n int, err error) {
	if s.err != nil {
		return 0, s.err
	}
	if !s.enter() {
		return 0, io.ErrClosedPipe
	}
	defer s.leave()
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
		} else if err := s.next(); err == http1.ErrDirect {
			return n, err
		} else {
			s.end(err)
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
		return s.thread.discard(int64(f.head))
	case endFrame:
		s.finish()
		return nil
	case askFrame:
		if s.offered {
			return http1.ErrDirect
		}
		return s.thread.send(noLoan[:])
	}
	return s.other(f)
}

// other deals with a frame that may come at any time.
func (s *stream) other(f frame) error {
	switch f.kind {
	case readFrame:
		_, err := s.thread.feed(s.req, f)
		return err
	case failureFrame:
		a := answer{thread: s.thread, frame: f}
		if err := a.read(); err != nil {
			return err
		}
		s.giveBack()
		_, err := a.response(s.req)
		return err
	}
	return errFrame
}

// end notes by what the stream has ended, if it has.
func (s *stream) end(err error) {
	if err == nil {
		return
	}
	s.err = err
	if _, said := errors.AsType[*AppError](err); s.isClosed() {
		s.err = io.ErrClosedPipe
	} else if !said {
		why := s.thread.run.app.error(s.req.ID(), s.thread.lost(err), "")
		s.err = why
		if errors.Is(why, errDied) && context.Cause(s.req.Context()) == nil { // else an event loop was told, and has closed it
			s.thread.pool.note(why)
		}
	}
	_ = s.Close()
}

// finish gives the thread back behind the last byte.
func (s *stream) finish() {
	s.err = io.EOF
	s.giveBack()
}

// enter begins something that Close must not take the thread from. It reports
// whether the thread is still the stream's.
func (s *stream) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = !s.closed && !s.returned
	return s.busy
}

// leave ends what has begun with enter.
func (s *stream) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy = false; s.closed {
		s.drop()
	}
}

func (s *stream) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// giveBack returns the thread, with which all is well.
func (s *stream) giveBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.returned {
		s.returned = true
		s.thread.pool.giveBack(s.thread)
	}
}

// drop returns the thread in the middle of the answer. The caller holds s.mu.
func (s *stream) drop() {
	if !s.returned {
		s.returned, s.thread.unread = true, s.left
		s.thread.pool.drop(s.thread)
	}
}

// Close implements io.Closer: nobody wants the rest. It may be called while a Read
// waits, which then returns, and gives the thread back.
func (s *stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	switch {
	case s.returned:
	case s.busy:
		s.thread.cut()
	default:
		s.drop()
	}
	return nil
}
