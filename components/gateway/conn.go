package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// A conn is a connection to an Upstream. One request at a time has it.
type conn struct {
	net.Conn
	raw     syscall.RawConn // nil if there is none
	answers Answers         // nil: the answer ends with the connection

	in         []byte // what was read
	start, end int    // of what was not taken apart yet
	out        []byte // room for what is written
	request    []byte // that is written at the next read, or was not taken
	step       func(fd uintptr) bool
	got        int       // what step has read, and
	fault      error     // what went wrong there
	local      bool      // it is a socket of Unix
	brief      bool      // its last answer came in one piece
	reads      int       // for the answer so far
	seen       int       // bytes of in that are still in the socket
	armed      time.Time // when a read ends; zero if it need not
	fresh      bool      // there was no answer yet
	kept       bool      // there was a request before
	since      time.Time // when it was made, or kept
}

// readSize is the size of a connection's buffer, in bytes.
const readSize = 32 << 10

// dial connects to the Upstream.
func (u *Upstream) dial(ctx context.Context, p Protocol) (*conn, error) {
	limit := cmp.Or(u.Connect, 5*time.Second)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var d net.Dialer
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		to, err := d.DialContext(ctx, u.network, u.at)
		switch {
		case err == nil:
			c := &conn{Conn: to, answers: p.Answers(), in: make([]byte, readSize), local: u.network == "unix", brief: true}
			if s, ok := to.(syscall.Conn); ok {
				c.raw, _ = s.SyscallConn()
			}
			u.pool.made(c)
			return c, nil
		case !errors.Is(err, syscall.EAGAIN):
			return nil, Unreachable(err, limit)
		}
		// Its queue is full: a socket of Unix does not wait for room in it.
		select {
		case <-ctx.Done():
			return nil, Refuse(503, "too many connections wait to be accepted: it needs more processes, or less to do")
		case <-time.After(pause):
		}
	}
}

// Unreachable makes a failure of what connecting gave, which says what to do.
func Unreachable(err error, limit time.Duration) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err // the address is told anyway
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		err = call.Err
	}
	var timeout net.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Refuse(502, "%w: is the program running, and is this where it listens?", err)
	case errors.Is(err, fs.ErrPermission):
		return Refuse(502, "%w: the server's user must be allowed to write to the socket", err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refuse(502, "%w: nothing listens there; is the program running?", err)
	case errors.As(err, &timeout) && timeout.Timeout():
		return Refuse(504, "no connection within %v", limit)
	}
	return Refuse(502, "%w", err)
}

// more reads, behind what was not taken apart yet.
func (c *conn) more() (int, error) {
	if len(c.request) == 0 {
		c.settle()
	}
	c.reads++
	if c.start > 0 {
		c.end = copy(c.in, c.in[c.start:c.end])
		c.start = 0
	}
	if c.end == len(c.in) {
		return 0, fmt.Errorf("more than %d bytes that lead to nothing", c.end)
	}
	n, err := c.read()
	if c.end += n; n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// answered notes that an answer was read to its end.
func (c *conn) answered() { c.brief, c.reads = c.reads == 1, 0 }

// Close closes the connection. The other end sees that as an end only when nothing
// that it has said is left unread.
func (c *conn) Close() error {
	c.settle()
	return c.Conn.Close()
}

// arm sees to it that a read ends when it is late; the zero time means never. It
// may end before, since a deadline is moved seldom: that costs.
func (c *conn) arm(late time.Time, patience time.Duration) {
	if late.Equal(c.armed) || !late.IsZero() && !c.armed.IsZero() && late.After(c.armed) && late.Sub(c.armed) < patience/4 {
		return
	}
	c.armed = late
	_ = c.SetReadDeadline(late)
}

// unreadable lets a read end now.
func (c *conn) unreadable() { _ = c.SetReadDeadline(time.Unix(1, 0)) }
