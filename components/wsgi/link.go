package wsgi

import (
	"cmp"
	"io"
	"net"
	"os"
	"syscall"
)

// A link is a socket to a worker. One goroutine at a time uses it, but for close.
//
// What a worker says are frames: a kind, the number of a request, the length of the
// head, the length of the body, head and body. worker.py has the kinds.
type link struct {
	conn *net.UnixConn
	raw  syscall.RawConn
	ear  ear

	sending, receiving func(fd uintptr) bool // are sendOnce and receiveOnce

	out []byte // what is to be sent
	in  []byte // what is to be read into
	got int    // that was
	err error

	room  []byte // what was read and not yet used is room[start:end]
	start int
	end   int
	file  *os.File // that came with what was read
}

// linkRoom is how much is read at once, in bytes: answers of usual size.
const linkRoom = 16 << 10

func newLink(conn *net.UnixConn) (*link, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	l := &link{conn: conn, raw: raw, room: make([]byte, linkRoom)}
	l.sending, l.receiving = l.sendOnce, l.receiveOnce
	return l, nil
}

// close closes the socket. Who waits for it gets an error.
func (l *link) close() { _ = l.conn.Close() }

// sendOnce sends what the socket takes. It returns false if there is more.
func (l *link) sendOnce(fd uintptr) bool {
	for len(l.out) > 0 {
		n, err := transmit(fd, l.out)
		switch err {
		case nil:
			l.out = l.out[n:]
		case errInterrupt:
		case errAgain:
			return false
		default:
			l.err = err
			return true
		}
	}
	return true
}

// receiveOnce reads once. It returns false if nothing is there.
func (l *link) receiveOnce(fd uintptr) bool {
	for {
		n, file, err := l.ear.receive(fd, l.in)
		switch err {
		case nil:
			l.took(file)
			if l.got = n; n == 0 {
				l.err = io.EOF
			}
			return true
		case errInterrupt:
		case errAgain:
			return false
		default:
			l.err = err
			return true
		}
	}
}

// took keeps the file that came with a message.
func (l *link) took(fd int) {
	if fd >= 0 {
		l.keep(os.NewFile(uintptr(fd), "wsgi.file_wrapper"))
	}
}

// keep puts a file in the place of the one that came before.
func (l *link) keep(file *os.File) {
	if l.file != nil {
		_ = l.file.Close()
	}
	l.file = file
}

// send sends p.
func (l *link) send(p []byte) error {
	l.out, l.err = p, nil
	err := l.raw.Write(l.sending)
	l.out = nil
	if err == nil {
		err = l.err
	}
	return err
}

// read reads once into p.
func (l *link) read(p []byte) (int, error) {
	l.in, l.err, l.got = p, nil, 0
	err := l.raw.Read(l.receiving)
	l.in = nil
	if err == nil {
		err = l.err
	}
	return l.got, err
}

// pass sends p, and a descriptor with its first byte.
func (l *link) pass(p []byte, fd uintptr) error {
	n, failed := 0, error(nil)
	err := l.raw.Write(func(to uintptr) bool {
		n, failed = transmitWith(to, p, fd)
		return failed != errAgain && failed != errInterrupt
	})
	if err = cmp.Or(err, failed); err != nil || n == len(p) {
		return err
	}
	return l.send(p[n:])
}

// buffered reports how much was read and not yet used.
func (l *link) buffered() int { return l.end - l.start }

// fill reads until n bytes are there, which the room has.
func (l *link) fill(n int) error {
	if l.buffered() >= n {
		return nil
	}
	copy(l.room, l.room[l.start:l.end])
	l.start, l.end = 0, l.buffered()
	for l.end < n {
		got, err := l.read(l.room[l.end:])
		if err != nil {
			return err
		}
		l.end += got
	}
	return nil
}

// full reads until p is full.
func (l *link) full(p []byte) error {
	for len(p) > 0 {
		n, err := l.some(p)
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// some reads into p what is there, or waits for it.
func (l *link) some(p []byte) (int, error) {
	if l.start < l.end {
		n := copy(p, l.room[l.start:l.end])
		l.start += n
		return n, nil
	}
	return l.read(p)
}

// text reads n bytes as a string, that is made anew.
func (l *link) text(n int) (string, error) {
	if n <= l.buffered() {
		s := string(l.room[l.start : l.start+n])
		l.start += n
		return s, nil
	}
	b := make([]byte, n)
	err := l.full(b)
	return string(b), err
}

// discard reads n bytes for nobody.
func (l *link) discard(n int64) error {
	for n > 0 {
		if l.start == l.end {
			l.start, l.end = 0, 0
			if err := l.fill(1); err != nil {
				return err
			}
		}
		some := min(n, int64(l.buffered()))
		l.start += int(some)
		n -= some
	}
	return nil
}
