package pipelines_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// One connection too many is told so by the user's error component, or closed.
func TestH7_TooManyConnections(t *testing.T) {
	for _, c := range []struct {
		name    string
		most    int
		each    int
		full    tcp.Full
		answers bool
	}{
		{"in all, answered", 1, 0, tcp.Answer, true},
		{"in all, closed", 1, 0, tcp.Close, false},
		{"of one address, answered", 0, 1, tcp.Answer, true},
		{"of one address, closed", 0, 1, tcp.Queue, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			quota := &tcp.Quota{Most: c.most, Each: c.each}
			x := serve(t, &pipelines.Server{Mounts: mount(echo), Quota: quota, Full: c.full,
				Errors: func() http1.ErrorPart { return &jsonErrors{} }})
			first := x.dial()
			first.asks("/a")
			second := x.dial()
			if c.answers {
				second.says("GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
				a := second.hears("GET")
				if a.StatusCode != 503 || !a.Close || a.Header.Get("Retry-After") != "10" || a.Header.Get("Content-Type") != "application/json" {
					t.Errorf("%s %v", a.Status, a.Header)
				}
			}
			second.closed()
			_ = second.Close()
			if a := first.asks("/c"); a.body != "/c " {
				t.Errorf("the first one: %q", a.body)
			}
			_ = first.Close()
			for deadline := time.Now().Add(10 * time.Second); quota.Usage().Open > 0; runtime.Gosched() {
				if time.Now().After(deadline) {
					t.Fatalf("%+v", quota.Usage())
				}
			}
			third := x.dial()
			if a := third.asks("/d"); a.body != "/d " {
				t.Errorf("there is room again: %q", a.body)
			}
			if u := quota.Usage(); u.Accepted != 2 || u.Refused != 1 {
				t.Errorf("%+v", u)
			}
			_ = third.Close()
			x.finish()
		})
	}
}

// A client that has no room and says nothing is closed without a word.
func TestH7_TooManyConnections_Silent(t *testing.T) {
	server := &pipelines.Server{Mounts: mount(echo), Most: 1, Full: tcp.Answer}
	x := serve(t, server)
	first, second := x.dial(), x.dial()
	first.asks("/a")
	second.closed()
	_, _ = first.Close(), second.Close()
	x.finish()
}

// The last answer of a connection says so.
func TestH7_Requests(t *testing.T) {
	x := serve(t, &pipelines.Server{Mounts: mount(echo), Limits: http1.Limits{Requests: 2}})
	c := x.dial()
	if a := c.asks("/a"); a.Close {
		t.Error("the first answer says close")
	}
	if a := c.asks("/b"); !a.Close || a.body != "/b " {
		t.Errorf("the second one: %v %q", a.Header, a.body)
	}
	c.closed()
	_ = c.Close()
	x.finish()
}
