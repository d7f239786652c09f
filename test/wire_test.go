//go:build unix

package test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A wire is one connection to a server, on which the test says exactly the
// bytes it wants and reads replies as strictly as RFC 9112 lets it.
type wire struct {
	net.Conn
	r    *bufio.Reader
	seen bytes.Buffer  // what the server sent so far, as far as it was read
	sent chan struct{} // closed when the last send is over
}

// dial connects to a server.
func dial(t testing.TB, addr string) *wire {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return newWire(t, conn)
}

// newWire makes a wire of a connection, which is closed at the test's end, and
// on which everything must be over in ten seconds.
func newWire(t testing.TB, conn net.Conn) *wire {
	w := &wire{Conn: conn, sent: make(chan struct{})}
	close(w.sent)
	w.r = bufio.NewReader(io.TeeReader(conn, &w.seen))
	w.SetDeadline(time.Now().Add(10 * time.Second))
	t.Cleanup(func() {
		conn.Close()
		<-w.sent
	})
	return w
}

// send writes data in pieces of a size, 0 for all at once, while the test goes
// on. A write may fail: what matters is what the server answers.
func (w *wire) send(data string, piece int) {
	before, sent := w.sent, make(chan struct{})
	w.sent = sent
	if piece <= 0 {
		piece = len(data)
	}
	go func() {
		defer close(sent)
		<-before
		for len(data) > 0 {
			n := min(piece, len(data))
			if _, err := io.WriteString(w.Conn, data[:n]); err != nil {
				return
			}
			data = data[n:]
		}
	}()
}

// endSending closes the client's half of the connection.
func (w *wire) endSending() {
	<-w.sent
	w.Conn.(halfCloser).CloseWrite()
}

// A reply is one response, with its body decoded.
type reply struct {
	proto  string // "HTTP/1.1"
	status int
	reason string
	fields []field
	body   []byte
}

// A field is one line of a head, its name as sent.
type field struct{ name, value string }

// get gives the values of a field, whatever the case of its name.
func (r *reply) get(name string) []string {
	var values []string
	for _, f := range r.fields {
		if strings.EqualFold(f.name, name) {
			values = append(values, f.value)
		}
	}
	return values
}

// has says whether a comma-separated field has an option, such as "close".
func (r *reply) has(name, option string) bool {
	for _, value := range r.get(name) {
		for o := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(o), option) {
				return true
			}
		}
	}
	return false
}

// reply reads the response to a request of some method.
func (w *wire) reply(method string) (*reply, error) {
	line, err := w.line()
	if err != nil {
		return nil, fmt.Errorf("reading the status line: %w", err)
	}
	proto, rest, ok1 := strings.Cut(line, " ")
	code, reason, ok2 := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if !ok1 || !ok2 || err != nil || len(code) != 3 || !strings.HasPrefix(proto, "HTTP/1.") {
		return nil, fmt.Errorf("not a status line: %q", line)
	}
	r := &reply{proto: proto, status: status, reason: reason}
	if r.fields, err = w.fieldLines(); err != nil {
		return nil, err
	}
	if r.body, err = w.body(r, method); err != nil {
		return nil, fmt.Errorf("reading the body of a %d: %w", status, err)
	}
	return r, nil
}

// body reads what frames a response's body (RFC 9112 section 6.3).
func (w *wire) body(r *reply, method string) ([]byte, error) {
	lengths, codings := r.get("Content-Length"), r.get("Transfer-Encoding")
	switch {
	case len(lengths)+len(codings) > 1:
		return nil, fmt.Errorf("framed twice: Content-Length %q, Transfer-Encoding %q", lengths, codings)
	case method == "HEAD", r.status < 200, r.status == 204, r.status == 304:
		return nil, nil
	case len(codings) == 1:
		return w.chunked()
	case len(lengths) == 1:
		n, err := strconv.ParseUint(lengths[0], 10, 31)
		if err != nil {
			return nil, fmt.Errorf("Content-Length: %q", lengths[0])
		}
		body := make([]byte, n)
		_, err = io.ReadFull(w.r, body)
		return body, err
	}
	return io.ReadAll(w.r)
}

// chunked reads a chunked body and its trailer section.
func (w *wire) chunked() ([]byte, error) {
	var body []byte
	for {
		line, err := w.line()
		if err != nil {
			return body, err
		}
		size, err := strconv.ParseUint(line, 16, 31)
		if err != nil {
			return body, fmt.Errorf("chunk size %q", line)
		}
		if size == 0 {
			_, err := w.fieldLines()
			return body, err
		}
		chunk := make([]byte, size)
		if _, err := io.ReadFull(w.r, chunk); err != nil {
			return body, err
		}
		body = append(body, chunk...)
		if end, err := w.line(); err != nil || end != "" {
			return body, fmt.Errorf("after a chunk: %q, %v", end, err)
		}
	}
}

// fieldLines reads field lines up to the empty line.
func (w *wire) fieldLines() ([]field, error) {
	var fields []field
	for {
		line, err := w.line()
		if err != nil {
			return nil, fmt.Errorf("reading field lines: %w", err)
		}
		if line == "" {
			return fields, nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" || strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("not a field line: %q", line)
		}
		fields = append(fields, field{name, strings.Trim(value, " \t")})
	}
}

// line reads one line that ends in CR LF and has no other CR.
func (w *wire) line() (string, error) {
	line, err := w.r.ReadString('\n')
	if errors.Is(err, io.EOF) && line != "" {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", err
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok || strings.ContainsAny(text, "\r\x00") {
		return "", fmt.Errorf("line does not end in CR LF alone: %q", line)
	}
	return text, nil
}

// closed waits for the server to close in order, without another byte.
func (w *wire) closed() error {
	rest, err := io.ReadAll(io.LimitReader(w.r, 4096))
	switch {
	case len(rest) > 0:
		return fmt.Errorf("more bytes came: %q", rest)
	case err != nil:
		return fmt.Errorf("the connection was not closed in order: %w", err)
	}
	return nil
}

// roundTrip sends one request and reads its reply.
func (w *wire) roundTrip(t testing.TB, method, target string) *reply {
	t.Helper()
	w.send(method+" "+target+" HTTP/1.1\r\nHost: example.com\r\n\r\n", 0)
	r, err := w.reply(method)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	return r
}
