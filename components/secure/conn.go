package secure

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// hostOf returns the IP address of a socket's address, "" if it has none.
func hostOf(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.IP.String()
	}
	return ""
}

// Conn is a connection that is encrypted.
type Conn struct {
	*tls.Conn
	raw *patient
}

// Close closes the connection. The client is told by a close_notify if that can
// be done at once.
func (c *Conn) Close() error {
	c.raw.close()
	return c.Conn.Close()
}

// TLS returns the connection as package crypto/tls knows it.
func (c *Conn) TLS() *tls.Conn { return c.Conn }

// CloseWrite tells the client that nothing more will come, first by TLS's own
// close_notify (RFC 9112 section 9.8), then by the end of the stream.
func (c *Conn) CloseWrite() error {
	return errors.Join(c.Conn.CloseWrite(), c.raw.CloseWrite())
}

// patient is the socket below TLS. To TLS a write that has timed out is the end,
// even if the client has taken a part of it; so what is a stall is decided here:
// when the client has taken nothing for some time.
type patient struct {
	net.Conn
	stall time.Duration

	mu      sync.Mutex
	taken   int64 // bytes that were written
	before  int64 // at the time when the deadline was set
	closing bool
}

// lastWords is how long the last write before the end may take, for which TLS
// itself would wait 5 seconds.
const lastWords = 100 * time.Millisecond

// close says that no write may take long any more.
func (p *patient) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closing = true
}

// SetWriteDeadline sets when the client must have taken something.
func (p *patient) SetWriteDeadline(t time.Time) error {
	p.mu.Lock()
	p.before = p.taken
	if p.closing {
		t = time.Now().Add(lastWords)
	}
	p.mu.Unlock()
	return p.Conn.SetWriteDeadline(t)
}

// SetDeadline sets both deadlines.
func (p *patient) SetDeadline(t time.Time) error {
	return errors.Join(p.SetReadDeadline(t), p.SetWriteDeadline(t))
}

// Write writes all of b, and goes on after a deadline as long as the client has
// taken something meanwhile.
func (p *patient) Write(b []byte) (written int, err error) {
	for {
		n, err := p.Conn.Write(b[written:])
		written += n
		if !p.goesOn(n, err) {
			return written, err
		}
		_ = p.SetWriteDeadline(time.Now().Add(p.stall))
	}
}

// goesOn notes that the client has taken n bytes, and reports whether a write that
// has failed may go on.
func (p *patient) goesOn(n int, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken += int64(n)
	return err != nil && p.taken > p.before && !p.closing && p.stall > 0 && errors.Is(err, os.ErrDeadlineExceeded)
}

// CloseWrite ends the stream in this direction.
func (p *patient) CloseWrite() error {
	if half, ok := p.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
