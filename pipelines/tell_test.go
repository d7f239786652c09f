package pipelines_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A hearer keeps the exchanges that it is told of.
type hearer struct {
	axon.Base
	Inbox axon.Inbox[http1.Exchange]
	all   []http1.Exchange
}

func (h *hearer) Main(ctx context.Context) error {
	for x := range h.Inbox.All(ctx) {
		h.all = append(h.all, x)
	}
	return nil
}

// The stages of a request take the time that they take, and nothing is noted
// unless it is asked for.
func TestTimed(t *testing.T) {
	for _, timed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			h := &hearer{}
			s := &pipelines.Server{Timed: timed, Log: &h.Inbox, Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
				if req.Path == "/slow" {
					time.Sleep(3 * time.Second)
				}
				body := ""
				if req.Body != nil {
					b, _ := io.ReadAll(req.Body)
					body = string(b)
				}
				return http1.Text(req, 200, req.Path+body), nil
			})}
			here, there := net.Pipe()
			x := &client{t, there, bufio.NewReader(there)}
			over := make(chan error, 1)
			g := &axon.Graph{Name: "server", Parts: axon.Parts{{Name: "HEARER", Component: h}, {Name: "CONNECTION", Component: s.Connection(here)}}}
			go func() { over <- g.Run(context.Background()) }()
			x.says("PUT /slow HTTP/1.1\r\n")
			time.Sleep(2 * time.Second)
			x.says("Host: a\r\nContent-Length: 4\r\n\r\nbody" + request("/quick"))
			x.hears("PUT")
			x.hears("GET")
			x.says("GET nonsense HTTP/1.1\r\n\r\n")
			x.hears("GET")
			x.Close()
			if err := <-over; err != nil {
				t.Error(err)
			}
			here.Close()
			if len(h.all) != 3 {
				t.Fatalf("%d exchanges", len(h.all))
			}
			if h.all[0].Received != 4 || h.all[0].Took != 3*time.Second {
				t.Errorf("%+v", h.all[0])
			}
			if !timed {
				if h.all[0].Stages != nil {
					t.Error("nobody has asked")
				}
				return
			}
			for i, want := range []http1.Stages{
				{Read: 2 * time.Second, Handle: 3 * time.Second},
				{Route: 0, Handle: 3 * time.Second},
				{},
			} {
				if got := h.all[i].Stages; got == nil || *got != want {
					t.Errorf("%d: %+v, want %+v", i, got, want)
				}
			}
		})
	}
}

// IDs are told, differ, and are those that came if they are trusted.
func TestRequestID(t *testing.T) {
	for _, trust := range []bool{true, false} {
		x := serve(t, &pipelines.Server{RequestID: true, TrustID: trust, Mounts: mount(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return http1.Text(req, 200, req.ID()), nil
		})})
		c := x.dial()
		seen := map[string]bool{}
		for range 3 {
			a := c.asks("/a")
			if id := a.Header.Get("X-Request-Id"); id == "" || id != a.body || seen[id] {
				t.Errorf("%q %q", id, a.body)
			}
			seen[a.body] = true
		}
		c.says("GET /a HTTP/1.1\r\nHost: a\r\nX-Request-ID: theirs\r\n\r\n")
		if a := c.hears("GET"); (a.body == "theirs") != trust {
			t.Errorf("trusted %v: %q", trust, a.body)
		}
		c.says("nonsense\r\n\r\n")
		if a := c.hears("GET"); a.StatusCode != 400 || !strings.HasSuffix(a.Header.Get("X-Request-Id"), "-5") {
			t.Errorf("%s %v", a.Status, a.Header)
		}
		c.closed()
		x.finish()
	}
}
