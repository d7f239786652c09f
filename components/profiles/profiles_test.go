package profiles_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/profiles"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func request(target string) *http1.Request {
	req := &http1.Request{Method: "GET", Major: 1, Minor: 1}
	if err := req.SetTarget(target); err != nil {
		panic(err)
	}
	return req
}

func TestProfiles_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &profiles.Profiles{} },
		axontest.FeedFunc("inbox", func() []*http1.Request { return []*http1.Request{request("/debug/pprof/"), request("/debug/pprof/x")} }))
}

func TestProfiles(t *testing.T) {
	for _, c := range []struct {
		method, target string
		status         int
		holds          string // of the body; "gzip" for a profile
	}{
		{"GET", "/debug/pprof/", 200, "goroutine"},
		{"GET", "/debug/pprof", 308, ""},
		{"GET", "/debug/pprof/goroutine?debug=1", 200, "goroutine profile: total"},
		{"GET", "/debug/pprof/heap", 200, "gzip"},
		{"GET", "/debug/pprof/heap?gc=1&debug=1", 200, "heap profile"},
		{"GET", "/debug/pprof/profile?seconds=0.05", 200, "gzip"},
		{"GET", "/debug/pprof/trace?seconds=0.01", 200, "go 1."},
		{"HEAD", "/debug/pprof/profile", 200, ""},
		{"GET", "/debug/pprof/profile?seconds=x", 400, ""},
		{"GET", "/debug/pprof/profile?seconds=1000", 400, ""},
		{"GET", "/debug/pprof/heap?debug=x", 400, ""},
		{"GET", "/debug/pprof/heap?%zz", 400, ""},
		{"GET", "/debug/pprof/none", 404, ""},
		{"POST", "/debug/pprof/heap", 405, ""},
	} {
		t.Run(c.method+" "+c.target, func(t *testing.T) {
			p := &profiles.Profiles{}
			h := axontest.Run(t, p)
			req := request(c.target)
			req.Method = c.method
			axontest.Send(h, &p.Inbox, req)
			h.Finish()
			if fs := axontest.Rest(h, &p.Failures); len(fs) > 0 {
				if fs[0].Status != c.status {
					t.Error(fs[0])
				}
				return
			}
			resp := axontest.Recv(h, &p.Outbox)
			if resp.Status != c.status || resp.Validate() != nil {
				t.Fatalf("%d %q", resp.Status, resp.Bytes)
			}
			if c.holds == "gzip" {
				if _, err := gzip.NewReader(bytes.NewReader(resp.Bytes)); err != nil {
					t.Error(err)
				}
			} else if !bytes.Contains(resp.Bytes, []byte(c.holds)) {
				t.Errorf("no %q in %.200q", c.holds, resp.Bytes)
			}
		})
	}
}

// A profile is given up when the client goes, and there is one at a time.
func TestProfiles_ClientGoes(t *testing.T) {
	p, second := &profiles.Profiles{}, &profiles.Profiles{}
	h, h2 := axontest.Run(t, p), axontest.Run(t, second)
	req := request("/debug/pprof/profile?seconds=300")
	req.Conn = &http1.Conn{}
	start := time.Now()
	axontest.Send(h, &p.Inbox, req)
	for status := 0; status != 503; { // until the first one has begun
		if _, refused := axontest.Try(h, &p.Failures); refused { // it met one of the second's
			axontest.Send(h, &p.Inbox, req)
		}
		axontest.Send(h2, &second.Inbox, request("/debug/pprof/profile?seconds=0.01"))
		for status = 0; status == 0; {
			if f, ok := axontest.Try(h2, &second.Failures); ok {
				status = f.Status
			} else if resp, ok := axontest.Try(h2, &second.Outbox); ok {
				status = resp.Status
			}
		}
	}
	req.Conn.End(errors.New("gone"))
	axontest.Recv(h, &p.Outbox)
	if d := time.Since(start); d > time.Minute {
		t.Errorf("after %v", d)
	}
}
