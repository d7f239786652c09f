package wsgi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A long answer need not go through the server: the thread that makes it asks for
// the client's socket, and writes to that itself, as in a server whose workers have
// the connections. The server waits, and is told how far it is at least every
// loanTick, so that it knows a silent application from a slow client.

// loanSize is the length of the answer to who asks for a socket, in bytes: whether
// and how it is lent, how long the client may take nothing, and after how long the
// server wants to hear something, both in milliseconds.
const loanSize = 1 + 4 + 4

// How a socket is lent.
const (
	asItIs   = 1
	inChunks = 2
)

// noLoan says that there is no socket.
var noLoan [loanSize]byte

// loanTick is how often the server hears of a worker that has a socket.
const loanTick = time.Second

// Offer implements http1.Direct.
func (s *stream) Offer() { s.offered = true }

// Lend implements http1.Direct.
func (s *stream) Lend(l http1.Loan) (n int64, err error) {
	if !s.enter() {
		return 0, errStopped
	}
	defer s.leave()
	err = s.pass(l)
	for err == nil && s.err == nil {
		n, err = s.lent(n)
	}
	switch {
	case err == nil:
	case errors.Is(err, http1.ErrNotTaken):
		s.err = err
	default:
		s.end(err)
	}
	if s.err == io.EOF {
		return n, nil
	}
	return n, s.err
}

// pass sends the socket to the worker.
func (s *stream) pass(l http1.Loan) error {
	tick := loanTick
	if silence := s.thread.run.app.silence(); silence > 0 {
		tick = max(min(tick, silence/4), 10*time.Millisecond)
	}
	var b [loanSize]byte
	if b[0] = asItIs; l.Chunked {
		b[0] = inChunks
	}
	binary.LittleEndian.PutUint32(b[1:], milliseconds(l.Stall))
	binary.LittleEndian.PutUint32(b[5:], milliseconds(tick))
	var failed error
	err := l.Socket.Control(func(fd uintptr) { failed = s.thread.pass(b[:], fd) })
	if err == nil {
		err = failed
	}
	return err
}

func milliseconds(d time.Duration) uint32 { return uint32(min(d.Milliseconds(), 1<<31-1)) }

// lent takes a frame of a thread that has the socket, and has sent n bytes. It
// returns how many bytes it has sent by now.
func (s *stream) lent(n int64) (int64, error) {
	f, err := s.thread.next()
	if err != nil {
		return n, err
	}
	switch f.kind {
	case sentFrame:
		return s.sent(n, f)
	case endFrame:
		s.finish()
		return n, nil
	case goneFrame:
		why, err := s.thread.text(f.head)
		if err != nil {
			return n, err
		}
		s.giveBack()
		return n, fmt.Errorf("%w: %s", http1.ErrNotTaken, why)
	}
	return n, s.other(f)
}

// sent reads how many bytes were sent.
func (s *stream) sent(before int64, f frame) (int64, error) {
	const size = 8
	count, err := s.thread.text(f.head)
	switch {
	case err != nil:
		return before, err
	case len(count) != size || f.body != 0:
		return before, errFrame
	}
	n := int64(binary.LittleEndian.Uint64([]byte(count)))
	if n < before {
		return before, errFrame
	}
	return n, nil
}
