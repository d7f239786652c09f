//go:build unix

package wsgi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/kamaelia-go/kamaelia/components/wsgi"
)

// begun is how much of a long answer comes before something else happens.
const begun = 16 * 65536

// TestLong_Failures are seen by the client of a long answer, of which the worker
// sends the rest itself, and the next request is answered.
func TestLong_Failures(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1, Silence: 6 * time.Second})
	for _, how := range []string{"raises", "wrong", "sleeps", "dies"} {
		t.Run(how, func(t *testing.T) {
			before := s.get("/pid")
			resp, body, err := s.do("GET", "/long_?"+how, nil)
			if err == nil || len(body) > begun {
				t.Errorf("%v: %d bytes look whole", resp, len(body))
			}
			same := s.get("/pid") == before
			if want := how == "raises" || how == "wrong"; same != want {
				t.Errorf("the worker has stayed: %v, want %v", same, want)
			}
		})
	}
	eventually(t, "the log", func() bool {
		log := s.log.String()
		return strings.Contains(log, "out of luck") && strings.Contains(log, "and not bytes") && strings.Contains(log, "said nothing in time")
	})
}

// TestLong_Together sends long answers on one connection, with others between them,
// and reads a body in the middle of one.
func TestLong_Together(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	from := bufio.NewReader(conn)
	upload := strings.Repeat("u", 200_000)
	var descriptors string
	for range 3 {
		go fmt.Fprintf(conn, "GET /long_ HTTP/1.1\r\nHost: x\r\n\r\nPOST /long_?reads HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%sGET /descriptors HTTP/1.1\r\nHost: x\r\n\r\n", len(upload), upload)
		for i, want := range []string{strings.Repeat("x", begun), strings.Repeat("x", begun) + "200000", ""} {
			resp, err := http.ReadResponse(from, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != 200 || want != "" && string(got) != want {
				t.Errorf("answer %d: %s, %d bytes, %v", i, resp.Status, len(got), err)
			}
			if i == 2 && hasProc() {
				if descriptors != "" && descriptors != string(got) {
					t.Errorf("the worker has %s descriptors, and had %s", got, descriptors)
				}
				descriptors = string(got)
			}
		}
	}
}

// TestLong_Small sends many small pieces, which share packets. None is changed, lost or
// repeated, and the last one before a pause does not wait for the next.
func TestLong_Small(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	var want strings.Builder
	for n := range 300 {
		want.WriteString(strings.Repeat(fmt.Sprintf("%07d\n", n), 512))
	}
	want.WriteString("mark")
	for name, told := range map[string]string{"chunked": "", "with its length": strconv.Itoa(want.Len() + len("seen"))} {
		t.Run(name, func(t *testing.T) {
			fifo := filepath.Join(t.TempDir(), "seen")
			if err := unix.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			resp, err := http.Get(s.url + "/small?" + told + "," + fifo)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			got := make([]byte, want.Len())
			if n, err := io.ReadFull(resp.Body, got); err != nil || string(got) != want.String() {
				t.Fatalf("%d bytes, want %d that are others, %v", n, want.Len(), err)
			}
			if err := os.WriteFile(fifo, []byte("seen"), 0); err != nil {
				t.Fatal(err)
			}
			if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "seen" {
				t.Errorf("%q, %v behind the pause", rest, err)
			}
		})
	}
}

// TestLong_Old sends a long answer to HTTP/1.0, which ends with the connection.
func TestLong_Old(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /long_ HTTP/1.0\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(resp.Body); err != nil || len(got) != begun {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// TestLong_SlowClient is not taken for a silent application.
func TestLong_SlowClient(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1, Silence: time.Second})
	resp, err := http.Get(s.url + "/large")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	rest := time.NewTimer(3 * time.Second) // several times the silence
	<-rest.C
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != 160*8192*8 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// TestLong_Stall ends an answer that its client does not take.
func TestLong_Stall(t *testing.T) {
	app := &wsgi.App{Workers: 1}
	s := serve(t, app, func(s *server) { s.site.Limits.Stall = 300 * time.Millisecond })
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	before := s.get("/pid")
	fmt.Fprintf(conn, "GET /endless?stalled HTTP/1.1\r\nHost: x\r\n\r\n")
	eventually(t, "the close", func() bool { return s.get("/what_closed") == "stalled" })
	if after := s.get("/pid"); after != before {
		t.Errorf("worker %s became %s", before, after)
	}
}
