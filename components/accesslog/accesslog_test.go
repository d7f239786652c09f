package accesslog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

var when = time.Date(1994, 11, 6, 8, 49, 37, 5e6, time.FixedZone("", -7*3600))

func exchange() http1.Exchange {
	return http1.Exchange{
		Request: &http1.Request{
			Method: "GET", Target: "/a?b", Minor: 1, Host: "example.org",
			Header: http1.Header{{Name: "Referer", Value: "http://x/"}, {Name: "User-Agent", Value: `say "hi"` + "\\"}},
			Conn:   &http1.Conn{Remote: &net.TCPAddr{IP: net.IPv6loopback, Port: 4711}},
		},
		Status: 200, Bytes: 42, Time: when, Took: 1500 * time.Microsecond,
	}
}

func TestLog_Conform(t *testing.T) {
	for _, format := range []*accesslog.Format{nil, accesslog.Common, accesslog.JSON} {
		axontest.Conform(t, func() axon.Component { return &accesslog.Log{To: io.Discard, Format: format} },
			axontest.Feed("inbox", exchange()))
	}
}

func lines(t *testing.T, format *accesslog.Format, xs ...http1.Exchange) string {
	t.Helper()
	var out bytes.Buffer
	l := &accesslog.Log{To: &out, Format: format}
	h := axontest.Run(t, l)
	axontest.Send(h, &l.Inbox, xs...)
	h.Finish()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
	return out.String()
}

func TestLog_Combined(t *testing.T) {
	for name, c := range map[string]struct {
		change func(x *http1.Exchange)
		want   string
	}{
		"whole": {func(*http1.Exchange) {}, `::1 - - [06/Nov/1994:08:49:37 -0700] "GET /a?b HTTP/1.1" 200 42 "http://x/" "say \"hi\"\\"`},
		"little": {func(x *http1.Exchange) { x.Request.Header, x.Bytes, x.Request.Minor = nil, 0, 0 },
			`::1 - - [06/Nov/1994:08:49:37 -0700] "GET /a?b HTTP/1.0" 200 - "-" "-"`},
		"nonsense": {func(x *http1.Exchange) { x.Request = &http1.Request{}; x.Status = 400 },
			`- - - [06/Nov/1994:08:49:37 -0700] "" 400 42 "-" "-"`},
		"forged": {func(x *http1.Exchange) { x.Request.Header = nil; x.Request.Target = "/\n\x1b[1m\"\xff" },
			`::1 - - [06/Nov/1994:08:49:37 -0700] "GET /\x0a\x1b[1m\"\xff HTTP/1.1" 200 42 "-" "-"`},
		"unix": {func(x *http1.Exchange) { x.Request.Header = nil; x.Request.Conn = &http1.Conn{Remote: &net.UnixAddr{}} },
			`unix: - - [06/Nov/1994:08:49:37 -0700] "GET /a?b HTTP/1.1" 200 42 "-" "-"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := exchange()
				c.change(&x)
				if diff := cmp.Diff(c.want+"\n", lines(t, accesslog.Combined, x)); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		})
	}
}

func TestLog_JSON(t *testing.T) {
	x := exchange()
	x.Err = errors.New("broke off")
	text := lines(t, accesslog.JSON, x, exchange())
	first, rest, _ := strings.Cut(text, "\n")
	if n := strings.Count(rest, "\n"); n != 1 {
		t.Errorf("%q", text)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(first), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"time": "1994-11-06T08:49:37.005-07:00", "remote": "::1", "method": "GET", "target": "/a?b", "host": "example.org",
		"version": "HTTP/1.1", "status": 200.0, "bytes": 42.0, "took_us": 1500.0, "referer": "http://x/", "user_agent": `say "hi"\`,
		"error": "broke off",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// pages counts writes, and fails when it is told to.
type pages struct {
	mu   sync.Mutex
	text []string
	err  error
	gate chan struct{} // if set, a write waits for it
}

func (p *pages) Write(b []byte) (int, error) {
	if p.gate != nil {
		<-p.gate
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return 0, p.err
	}
	p.text = append(p.text, string(b))
	return len(b), nil
}

// Lines leave at once when there is nothing else to do, and together when there is.
func TestLog_Writes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pages{gate: make(chan struct{}, 1)}
		l := &accesslog.Log{To: p}
		h := axontest.Run(t, l)
		axontest.Send(h, &l.Inbox, exchange())
		h.Settle()
		axontest.Send(h, &l.Inbox, exchange(), exchange(), exchange())
		p.gate <- struct{}{}
		h.Settle()
		close(p.gate)
		h.Settle()
		if len(p.text) != 2 || strings.Count(p.text[0], "\n") != 1 || strings.Count(p.text[1], "\n") != 3 {
			t.Errorf("%d writes: %q", len(p.text), p.text)
		}
	})
}

// fullDisk takes no line until it has room.
type fullDisk struct {
	room bool
	got  bytes.Buffer
}

func (d *fullDisk) Write(p []byte) (int, error) {
	if !d.room {
		return 0, errors.New("disk full")
	}
	return d.got.Write(p)
}

func TestLog_DiskFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		l := &accesslog.Log{To: disk}
		h := axontest.Run(t, l)
		axontest.Send(h, &l.Inbox, exchange(), exchange())
		if err := axontest.Recv(h, &l.Failures); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("reports %v", err)
		}
		synctest.Wait()
		disk.room = true
		axontest.Send(h, &l.Inbox, exchange())
		h.Finish()
		if err := h.Wait(); err != nil {
			t.Errorf("ends with %v: a full disk must not stop the server", err)
		}
		if n := strings.Count(disk.got.String(), "\n"); n != 1 {
			t.Errorf("%d lines after there was room, want 1", n)
		}
	})
}

func TestLog_Validate(t *testing.T) {
	if err := (&accesslog.Log{}).Validate(); err == nil {
		t.Error("a Log to nowhere is fine")
	}
}

func ExampleLog() {
	l, server := &accesslog.Log{To: os.Stdout}, &server{}
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "SERVER", Component: server}, {Name: "ACCESSLOG", Component: l}},
		Links: axon.Links{axon.Link(&server.Log, &l.Inbox)},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ::1 - - [06/Nov/1994:08:49:37 -0700] "GET /a?b HTTP/1.1" 200 42 "http://x/" "say \"hi\"\\"
}

// server stands for a web server.
type server struct {
	Log axon.Outbox[http1.Exchange]
}

func (s *server) Main(ctx context.Context) error { return s.Log.Send(ctx, exchange()) }
