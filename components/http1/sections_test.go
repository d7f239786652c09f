package http1

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// pieces makes a body of sections of one file, n with size bytes each, and what
// it must be on the wire.
func pieces(t testing.TB, n, size int) (*Section, string) {
	var content strings.Builder
	for i := range n {
		content.WriteString(strings.Repeat(string(rune('a'+i%26)), size) + "....")
	}
	f := tempFile(t, content.String())
	tail := &Section{Before: []byte("--end--")}
	head, want := tail, "--end--"
	for i := n - 1; i >= 0; i-- {
		before := fmt.Sprintf("--part %d--", i)
		head = &Section{File: f, Offset: int64(i * (size + 4)), Size: int64(size), Before: []byte(before), Next: head}
		want = before + strings.Repeat(string(rune('a'+i%26)), size) + want
	}
	return head, want
}

func TestSections(t *testing.T) {
	for _, c := range []struct{ n, size int }{{1, 5}, {3, 5}, {50, 10_000}, {3, 100_000}, {26, copyLimit + 1}} {
		t.Run(fmt.Sprint(c.n, " of ", c.size), func(t *testing.T) {
			t.Run("copied", func(t *testing.T) {
				x := newAnswering(t)
				s, want := pieces(t, c.n, c.size)
				if s.Length() != int64(len(want)) {
					t.Fatalf("Length %d, want %d", s.Length(), len(want))
				}
				x.answer(&Response{Request: x.asked(&Request{Method: "GET"}), Status: 206, File: s})
				e := axontest.Recv(x.Harness, &x.Log)
				if e.Bytes != int64(len(want)) || e.Err != nil {
					t.Errorf("the log says %+v", e)
				}
				x.Settle() // the end may leave behind the line for the log
				_, body, _ := strings.Cut(x.conn.String(), "\r\n\r\n")
				if body != want {
					t.Errorf("%d bytes, want %d", len(body), len(want))
				}
				if !isClosed(s.File) {
					t.Error("the file is open")
				}
			})
			t.Run("by a socket", func(t *testing.T) {
				s, want := pieces(t, c.n, c.size)
				overSocket(t, s, want)
				if !isClosed(s.File) {
					t.Error("the file is open")
				}
			})
		})
	}
}

// overSocket sends sections through the kernel, and a response behind them.
func overSocket(t *testing.T, s *Section, want string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	w := &Writer{Conn: server}
	h := axontest.Run(t, w)
	get := &Request{Method: "GET", Major: 1, Minor: 1}
	axontest.Send(h, &w.Inbox, &Response{Request: get, Status: 206, File: s}, Text(get, 200, "next"))
	r := bufio.NewReader(client)
	for _, body := range []string{want, "next"} {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || string(got) != body || resp.ContentLength != int64(len(body)) {
			t.Errorf("%d of %d bytes, %v; Content-Length %d", len(got), len(body), err, resp.ContentLength)
		}
	}
	h.Finish()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}

// A file that has shrunk cuts the connection, in the middle of a part too.
func TestSections_Cut(t *testing.T) {
	for _, size := range []int{1000, 100_000} {
		x := newAnswering(t)
		s, _ := pieces(t, 3, size)
		if err := os.Truncate(s.File.Name(), int64(size+100)); err != nil {
			t.Fatal(err)
		}
		x.answer(&Response{Request: x.asked(&Request{Method: "GET"}), Status: 206, File: s})
		if err := x.Wait(); err != nil {
			t.Errorf("a fault: %v", err)
		}
		if e := axontest.Recv(x.Harness, &x.Log); !errors.Is(e.Err, io.ErrUnexpectedEOF) {
			t.Errorf("the log says %+v", e)
		}
		if !isClosed(s.File) || x.conn.ending() != "closed" {
			t.Errorf("the connection is %s", x.conn.ending())
		}
	}
}

func TestSections_Validate(t *testing.T) {
	for name, s := range map[string]*Section{
		"no file":              {Size: 1},
		"nothing":              {},
		"nothing, behind one":  {File: os.Stdin, Size: 1, Next: &Section{}},
		"negative, behind one": {File: os.Stdin, Size: 1, Next: &Section{File: os.Stdin, Offset: -1}},
	} {
		if err := (&Response{Request: &Request{}, Status: 200, File: s}).Validate(); err == nil {
			t.Errorf("%s: is fine", name)
		}
	}
}

// A file of which others send too is closed by its owner, once for a response.
func TestSections_Owner(t *testing.T) {
	x := newAnswering(t)
	s, _ := pieces(t, 3, 10)
	f, owner := s.File, &droplet{}
	for p := s; p.File != nil; p = p.Next {
		p.Owner = owner
	}
	x.answer(&Response{Request: x.asked(&Request{Method: "GET"}), Status: 206, File: s})
	axontest.Recv(x.Harness, &x.Log)
	if !owner.closed || isClosed(f) {
		t.Errorf("the owner was told: %v; the file is closed: %v", owner.closed, isClosed(f))
	}
	_ = f.Close()
}
