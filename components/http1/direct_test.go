//go:build unix

package http1

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// A lent is a Direct that reads some, and sends the rest over the socket.
type lent struct {
	io.Reader
	offered bool
	rest    string // as it goes over the socket
	size    int64  // of the body in it
	err     error
	loan    Loan
	keep    func(fd uintptr)
}

func (l *lent) Offer() { l.offered = true }

func (l *lent) Close() error { return nil }

func (l *lent) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err == io.EOF && l.offered {
		return n, ErrDirect
	}
	return n, err
}

func (l *lent) Lend(loan Loan) (int64, error) {
	l.loan = loan
	err := loan.Socket.Control(func(fd uintptr) {
		_, _ = syscall.Write(int(fd), []byte(l.rest))
		if l.keep != nil {
			l.keep(fd)
		}
	})
	return l.size, errors.Join(err, l.err)
}

// lending runs a Writer on a socket, and returns the client's end.
func lending(t *testing.T) (*answering, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	if newRawConn(server) == nil {
		t.Skip("sockets are not written to directly here")
	}
	x := &answering{t: t, Writer: &Writer{Conn: server, Flight: new(Flight), Limits: Limits{Stall: 7 * time.Second}}}
	x.Harness = axontest.Run(t, x.Writer)
	return x, client
}

// The rest of a stream goes over the socket, between what was read of it and what
// comes next.
func TestWriter_Direct(t *testing.T) {
	for _, c := range []struct {
		name   string
		length int64
		rest   string
	}{
		{"in chunks", 0, "6\r\n world\r\n"},
		{"with a length", 11, " world"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, client := lending(t)
			stream := &lent{Reader: strings.NewReader("hello"), rest: c.rest, size: 6}
			first, next := x.asked(&Request{Method: "GET"}), x.asked(&Request{Method: "GET"})
			x.answer(&Response{Request: first, Status: 200, Stream: stream, Length: c.length}, Text(next, 200, "another"))
			from := bufio.NewReader(client)
			for _, want := range []string{"hello world", "another"} {
				resp, err := http.ReadResponse(from, nil)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(resp.Body); string(got) != want || err != nil {
					t.Errorf("%q, %v; want %q", got, err, want)
				}
			}
			if got := axontest.Recv(x.Harness, &x.Log); got.Bytes != 11 || got.Err != nil {
				t.Errorf("%d bytes, %v", got.Bytes, got.Err)
			}
			if stream.loan.Chunked != (c.length == 0) || stream.loan.Stall != 7*time.Second {
				t.Errorf("%+v", stream.loan)
			}
		})
	}
}

// What goes wrong while the socket is lent cuts the connection, also if who has
// borrowed it keeps it.
func TestWriter_DirectFails(t *testing.T) {
	for _, why := range []error{errors.New("the application has failed"), ErrNotTaken} {
		t.Run(why.Error(), func(t *testing.T) {
			x, client := lending(t)
			var kept int
			stream := &lent{Reader: strings.NewReader("hello"), rest: "1\r\n!\r\n", size: 1, err: why}
			stream.keep = func(fd uintptr) { kept, _ = syscall.Dup(int(fd)) }
			x.answer(&Response{Request: x.asked(&Request{Method: "GET"}), Status: 200, Stream: stream})
			resp, err := http.ReadResponse(bufio.NewReader(client), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(resp.Body); err == nil {
				t.Errorf("%q: an answer that looks whole", got)
			}
			if got := axontest.Recv(x.Harness, &x.Log); got.Bytes != 6 || !errors.Is(got.Err, why) {
				t.Errorf("%d bytes, %v", got.Bytes, got.Err)
			}
			_ = syscall.Close(kept)
		})
	}
}

// A connection that is no socket, as one with TLS, is not lent.
func TestWriter_DirectNot(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		x := newAnswering(t)
		x.answer(&Response{Request: x.asked(&Request{Method: "GET"}), Status: 200, Stream: &lent{Reader: strings.NewReader("hello")}})
		x.Settle()
		if got := x.conn.String(); !strings.HasSuffix(got, "\r\n\r\n5\r\nhello\r\n0\r\n\r\n") {
			t.Errorf("%q", got)
		}
	})
}
