package http1

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// A sender collects bytes and writes them to a connection. It keeps its buffer
// until release.
type sender struct {
	conn  net.Conn
	raw   *rawConn // the socket itself, where that is to be had
	stall time.Duration
	armed time.Time // when the write deadline was set
	now   time.Time // the time, if it was just asked for
	buf   []byte
	own   *[]byte
}

const (
	sendBuffer = 8 << 10  // usual size
	mostBuffer = 64 << 10 // what is collected before it is written
	copyLimit  = 16 << 10 // larger bodies are written from where they are
	copyBuffer = 32 << 10 // for what is read before it is written: two records of TLS
)

var (
	sendBuffers = sync.Pool{New: func() any { b := make([]byte, 0, sendBuffer); return &b }}
	copyBuffers = sync.Pool{New: func() any { b := make([]byte, chunkRoom+copyBuffer+len("\r\n")); return &b }}
)

// unread reports whether something came that was not read, where that is to be known.
func (s *sender) unread() bool { return s.raw != nil && s.raw.unread() }

func newSender(conn net.Conn, stall time.Duration) sender {
	return sender{conn: conn, raw: newRawConn(conn), stall: stall}
}

// room returns the buffer to append to.
func (s *sender) room() []byte {
	if s.buf == nil {
		s.own = sendBuffers.Get().(*[]byte)
		s.buf = (*s.own)[:0]
	}
	return s.buf
}

func (s *sender) pending() int { return len(s.buf) }

// sent empties the buffer. One that has grown large is given up.
func (s *sender) sent() {
	if cap(s.buf) > 2*sendBuffer {
		s.buf, s.own = nil, nil
		return
	}
	s.buf = s.buf[:0]
}

// release gives the buffer back.
func (s *sender) release() {
	if s.own == nil {
		return
	}
	*s.own = s.buf[:0]
	sendBuffers.Put(s.own)
	s.buf, s.own = nil, nil
}

func (s *sender) borrow() *[]byte    { return copyBuffers.Get().(*[]byte) }
func (s *sender) giveBack(b *[]byte) { copyBuffers.Put(b) }

// bytes sends p behind what is in the buffer, small ones by way of it.
func (s *sender) bytes(p []byte) error {
	if len(p) <= copyLimit {
		s.buf = append(s.room(), p...)
		if len(s.buf) >= mostBuffer {
			return s.flush()
		}
		return nil
	}
	parts := net.Buffers{s.buf, p}
	if len(s.buf) == 0 {
		parts = parts[1:]
	}
	err := s.patiently(func() (int64, error) { return parts.WriteTo(s.conn) })
	s.sent()
	return clientFault(err)
}

// patiently writes, and goes on when the deadline has passed as long as the
// client has taken something meanwhile. write goes on where it ended.
func (s *sender) patiently(write func() (int64, error)) error {
	for {
		s.arm()
		n, err := write()
		if n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		s.armed = time.Time{}
	}
}

// write writes to the client.
func (s *sender) write(p []byte) (int, error) {
	if s.raw != nil {
		return s.raw.write(p)
	}
	return s.conn.Write(p)
}

// flush writes the buffer.
func (s *sender) flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	s.arm()
	n, err := s.write(s.buf)
	if n > 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		rest := net.Buffers{s.buf[n:]}
		s.armed = time.Time{}
		err = s.patiently(func() (int64, error) { return rest.WriteTo(s.conn) })
	}
	s.sent()
	return clientFault(err)
}

// file sends a section of a file behind what is in the buffer. A file that turns
// out to be shorter is an error: its length has been told.
func (s *sender) file(f *Section) (n int64, err error) {
	if f.Size <= copyLimit {
		at := len(s.room())
		s.buf = append(s.buf, make([]byte, f.Size)...)
		got, err := f.File.ReadAt(s.buf[at:], f.Offset)
		if int64(got) < f.Size {
			s.buf = s.buf[:at+got]
			return int64(got), cut(s.flush(), shorter(f, int64(got), err))
		}
		return f.Size, nil
	}
	if err = s.flush(); err != nil {
		return 0, err
	}
	if s.raw != nil {
		n, err = s.raw.sendFile(s, f)
	} else {
		buf := s.borrow()
		n, err = io.CopyBuffer(copier{s}, io.NewSectionReader(f.File, f.Offset, f.Size), (*buf)[:copyBuffer])
		s.giveBack(buf)
	}
	if err == nil && n < f.Size {
		err = shorter(f, n, nil)
	}
	return n, clientFault(err)
}

// A copier writes to the client, piece by piece.
type copier struct{ s *sender }

func (c copier) Write(p []byte) (n int, err error) {
	err = c.s.patiently(func() (int64, error) {
		m, err := c.s.conn.Write(p[n:])
		n += m
		return int64(m), err
	})
	return n, err
}

// arm sets the deadline for the client to take something, if it is older than
// half of that time. Deadlines are dear.
func (s *sender) arm() {
	if s.stall <= 0 {
		return
	}
	now := s.now
	if now.IsZero() {
		now = time.Now()
	}
	s.now = time.Time{}
	if now.Sub(s.armed) > s.stall/2 {
		s.armed = now
		_ = s.conn.SetWriteDeadline(now.Add(s.stall + s.stall/2))
	}
}

func clientFault(err error) error {
	if err == nil {
		return nil
	}
	return &clientError{err}
}

// shorter says that a file has shrunk since its length was told.
func shorter(f *Section, n int64, cause error) error {
	return fmt.Errorf("http1: %s ended after %d of %d bytes: %w", f.File.Name(), n, f.Size, errors.Join(io.ErrUnexpectedEOF, cause))
}
