//go:build unix

package wsgi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/wsgi"
)

// edged serves the applications of edges.py.
func edged(t testing.TB, app *wsgi.App) *server {
	app.Dir, app.Module = "testdata", "edges"
	return serve(t, app)
}

// A sending is a request whose body comes in two halves.
type sending struct {
	t    testing.TB
	conn net.Conn
	half string
}

// begin sends the head of a request, and the first half of its body.
func (s *server) begin(path, half string) *sending {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path, 2*len(half), half); err != nil {
		s.t.Fatal(err)
	}
	return &sending{s.t, conn, half}
}

// end sends the other half, and returns the answer.
func (s *sending) end() (status int, body string) {
	s.t.Helper()
	_, _ = io.WriteString(s.conn, s.half)
	resp, err := http.ReadResponse(bufio.NewReader(s.conn), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Error(err)
	}
	return resp.StatusCode, string(text)
}

// TestEdges_Long: what an application says that is too long for a frame is its own
// failure, and not its worker's.
func TestEdges_Long(t *testing.T) {
	for _, c := range []struct {
		name, path, cause string
		asgi              bool
	}{
		{"a message", "/verbose?300000", "RuntimeError: out of luckxx", false},
		{"a traceback", "/verbose?2000000", "RuntimeError: out of luckxx", false},
		{"a head", "/headed?300000", "the head has 300", false},
		{"headers", "/headed?300000", "the headers have 300", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := (*server)(nil)
			if c.asgi {
				s = looped(t, &wsgi.App{Workers: 1})
			} else {
				s = edged(t, &wsgi.App{Workers: 1})
			}
			before := s.get("/pid")
			if resp, body, err := s.do("GET", c.path, nil); err != nil || resp.StatusCode != 500 || !strings.Contains(body, c.cause) {
				t.Errorf("%v, %v: no %q in %.300s", resp, err, c.cause, body)
			}
			if after := s.get("/pid"); after != before {
				t.Errorf("worker %s became %s", before, after)
			}
		})
	}
}

// TestEdges_Timeout: the time-out that an application has set for sockets is none for the
// server's own, by which the rest of a body comes.
func TestEdges_Timeout(t *testing.T) {
	s := edged(t, &wsgi.App{Workers: 2})
	slow := s.begin("/echo", strings.Repeat("a", 30_000))
	s.get("/slow?0.6")
	if status, body := slow.end(); status != 200 || body != strings.Repeat("a", 60_000) {
		t.Errorf("%d: %d bytes, %.300s", status, len(body), body)
	}
}

// TestEdges_Signal: a read that is broken off by a signal leaves nothing for the next
// request.
func TestEdges_Signal(t *testing.T) {
	s := edged(t, &wsgi.App{Workers: 1})
	slow := s.begin("/patient", strings.Repeat("a", 30_000))
	eventually(t, "the signal", func() bool { return strings.Contains(s.log.String(), "too slow") })
	if status, body := slow.end(); status != 503 {
		t.Errorf("%d: %.300s", status, body)
	}
	next := s.begin("/echo", strings.Repeat("b", 30_000))
	if status, body := next.end(); status != 200 || body != strings.Repeat("b", 60_000) {
		t.Errorf("%d: %d bytes, %d of the request before", status, len(body), strings.Count(body, "a"))
	}
}

// TestEdges_Close: a close that wants to end the program ends no thread of it.
func TestEdges_Close(t *testing.T) {
	s := edged(t, &wsgi.App{Workers: 1, Threads: 2})
	if got := s.get("/parting"); got != "parting" {
		t.Errorf("%q", got)
	}
	eventually(t, "the close in the log", func() bool { return strings.Contains(s.log.String(), "SystemExit: parting") })
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if resp, body, err := s.do("GET", "/meet", nil); err != nil || resp.StatusCode != 200 || body != "met" {
				t.Errorf("%v, %v: %.300s", resp, err, body)
			}
		})
	}
	both.Wait()
}

// TestEdges_Fork: a process that an application has forked ends as it wants to, and
// answers nothing.
func TestEdges_Fork(t *testing.T) {
	s := edged(t, &wsgi.App{Workers: 1})
	if got := s.get("/forks"); got != "3" {
		t.Errorf("the child ended with %q", got)
	}
	if got := s.get("/slow?0"); got != "slow" {
		t.Errorf("%q behind it", got)
	}
}

// TestASGI_DoneEarly: who listens behind the last byte of an answer waits, and does not
// ask for the rest of the request's body again and again.
func TestASGI_DoneEarly(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1})
	s.begin("/done_early", strings.Repeat("a", 100_000))
	eventually(t, "the end", func() bool { return s.get("/what") != "" })
	if got := s.get("/what"); got != "idle" {
		t.Errorf("it %s", got)
	}
}
