package http1

import (
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

func TestRefusal_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Refusal{} },
		axontest.FeedFunc("inbox", func() []*tcp.Chunk { return []*tcp.Chunk{says("GET / HTTP/1.1\r\n")} }))
}

func TestRefusal(t *testing.T) {
	for _, c := range []struct {
		name    string
		refusal *Refusal
		hears   *tcp.Chunk
		status  int // 0: no failure
		method  string
		retry   string
	}{
		{"a whole head", &Refusal{RetryAfter: 1500 * time.Millisecond}, says("HEAD /a HTTP/1.1\r\n" + host + "\r\n"), 503, "HEAD", "2"},
		{"a part of one", &Refusal{}, says("HEAD /a HT"), 503, "", ""},
		{"nonsense", &Refusal{}, says("\x16\x03\x01"), 503, "", ""},
		{"silence", &Refusal{}, &tcp.Chunk{Event: tcp.Timeout}, 0, "", ""},
		{"the client goes", &Refusal{}, &tcp.Chunk{Event: tcp.Reset}, 0, "", ""},
		{"at once", &Refusal{Now: true, Status: 400}, nil, 400, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := axontest.Run(t, c.refusal)
			if c.hears != nil {
				axontest.Send(h, &c.refusal.Inbox, c.hears)
			}
			all := axontest.Rest(h, &c.refusal.Failures)
			if err := h.Wait(); err != nil {
				t.Error(err)
			}
			if !c.refusal.Flight.sealed {
				t.Error("the Writer would wait for more")
			}
			if c.status == 0 {
				if len(all) > 0 {
					t.Errorf("%v", all[0])
				}
				return
			}
			if len(all) != 1 || all[0].Status != c.status || all[0].Request.Method != c.method || !all[0].Close || all[0].Header.Get("Retry-After") != c.retry {
				t.Fatalf("%+v", all)
			}
		})
	}
}
