package http1

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// A handler that is made later is made once, and when it is asked for.
func TestRouter_Later(t *testing.T) {
	made := map[string]int{}
	out, failures := &collector[*Response]{got: make(chan *Response, 1)}, &collector[*Failure]{got: make(chan *Failure, 1)}
	r := &Router{}
	r.Later("/a/b", []string{"GET"}, func(requests *axon.Outbox[*Request]) SiteGraph {
		made["/a/b"]++
		return siteSaying(1, requests, &out.Inbox, &failures.Inbox)
	})
	r.Later("/a", nil, func(requests *axon.Outbox[*Request]) SiteGraph {
		made["/a"]++
		return siteSaying(2, requests, &out.Inbox, &failures.Inbox)
	})
	r.Later("/bad", nil, func(*axon.Outbox[*Request]) SiteGraph {
		return SiteGraph{Graph: &axon.Graph{Name: "bad", Parts: axon.Parts{{}}}}
	})
	ended := make(chan struct{})
	r.Later("/quits", nil, func(requests *axon.Outbox[*Request]) SiteGraph {
		h := &oneShot{}
		g := &axon.Graph{
			Name: "quits", Parts: axon.Parts{{Name: "QUITS", Component: h}}, Links: axon.Links{axon.Link(requests, &h.Inbox)},
		}
		g.OnEnd(func(error) { close(ended) })
		return SiteGraph{Graph: g, Inbox: &h.Inbox, Well: func() bool { return true }}
	})
	r.Later("/never", nil, func(*axon.Outbox[*Request]) SiteGraph { panic("made, though nobody asks for it") })
	d := &talker{do: func(send func(method, path string)) {
		says := func(method, path, want string) {
			t.Helper()
			send(method, path)
			select {
			case resp := <-out.got:
				if string(resp.Bytes) != want {
					t.Errorf("%s %s: %s, want %s", method, path, resp.Bytes, want)
				}
			case f := <-failures.got:
				if got := fmt.Sprint(f.Status); got != want {
					t.Errorf("%s %s: %v, want %s", method, path, f, want)
				}
			}
		}
		for range 5 {
			says("GET", "/a/b/c", "1")
			says("POST", "/a/x", "2")
			says("GET", "/a", "2")
		}
		says("PUT", "/a/b", "405")
		says("GET", "/", "404")
		says("GET", "/bad", "500")
		says("GET", "/a/b", "1")
		send("GET", "/quits")
		<-ended
		says("GET", "/quits", "503")
		says("GET", "/a", "2")
		says("GET", "/quits", "503")
		says("GET", "/a/b", "1")
		if made["/a"] != 1 || made["/a/b"] != 1 || !r.Well() {
			t.Errorf("made %v, well %v", made, r.Well())
		}
	}}
	g := &axon.Graph{
		Name: "test",
		Parts: axon.Parts{
			{Name: "TALKER", Component: d}, {Name: "ROUTER", Component: r},
			{Name: "ANSWERS", Component: out}, {Name: "FAILURES", Component: failures},
		},
		Links: axon.Links{
			axon.Link(&d.Outbox, &r.Inbox), axon.Link(&r.Outbox, &out.Inbox), axon.Link(&r.Failures, &failures.Inbox),
		},
	}
	if err := g.Run(t.Context()); err != nil {
		t.Error(err)
	}
}

// talker sends requests.
type talker struct {
	Outbox axon.Outbox[*Request]
	do     func(send func(method, path string))
}

func (a *talker) Main(ctx context.Context) error {
	a.do(func(method, path string) { _ = a.Outbox.Send(ctx, &Request{Method: method, Path: path}) })
	return nil
}

// oneShot is a handler that ends with its first request.
type oneShot struct{ Inbox axon.Inbox[*Request] }

func (q *oneShot) Main(ctx context.Context) error {
	_, err := q.Inbox.Recv(ctx)
	if errors.Is(err, axon.ErrFinished) {
		return nil
	}
	return err
}

func TestRouter_LaterConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component {
		r := &Router{}
		for _, path := range []string{"/a", "/b"} {
			r.Later(path, nil, func(requests *axon.Outbox[*Request]) SiteGraph {
				sink := &discard{}
				return SiteGraph{Inbox: &sink.Inbox, Well: func() bool { return true }, Graph: &axon.Graph{
					Name: "site", Parts: axon.Parts{{Name: "SINK", Component: sink}},
					Links: axon.Links{axon.Link(requests, &sink.Inbox)},
				}}
			})
		}
		return r
	}, axontest.FeedFunc("inbox", func() []*Request {
		return []*Request{{Method: "GET", Path: "/a"}, {Method: "GET", Path: "/c"}, {Method: "GET", Path: "/b"}}
	}))
}
