package health_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/health"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestHealth_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &health.Health{} },
		axontest.FeedFunc("inbox", func() []*http1.Request { return []*http1.Request{{Method: "GET"}} }))
	axontest.Conform(t, func() axon.Component {
		state := new(health.State)
		state.Drain()
		return &health.Health{State: state}
	}, axontest.FeedFunc("inbox", func() []*http1.Request { return []*http1.Request{{Method: "GET"}} }))
}

func TestHealth(t *testing.T) {
	for name, state := range map[string]*health.State{"no state": nil, "a state": new(health.State)} {
		t.Run(name, func(t *testing.T) {
			h := &health.Health{State: state}
			x := axontest.Run(t, h)
			req := &http1.Request{Method: "GET", Path: "/health"}
			axontest.Send(x, &h.Inbox, req)
			if got := axontest.Recv(x, &h.Outbox); got.Status != 200 || string(got.Bytes) != "ok\n" || got.Request != req || got.Field("Cache-Control") != "no-store" {
				t.Errorf("%+v", got)
			}
			if state == nil {
				return
			}
			state.Drain()
			axontest.Send(x, &h.Inbox, req)
			if got := axontest.Recv(x, &h.Failures); got.Status != 503 || got.Request != req || !got.Close {
				t.Errorf("%+v", got)
			}
		})
	}
}

func ExampleHealth() {
	var state health.State
	h := &health.Health{State: &state}
	ask, tell := &asking{}, &telling{}
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "ASK", Component: ask}, {Name: "HEALTH", Component: h}, {Name: "TELL", Component: tell}},
		Links: axon.Links{
			axon.Link(&ask.Outbox, &h.Inbox),
			axon.Link(&h.Outbox, &tell.Inbox),
			axon.Discard(&h.Failures),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: 200 ok
}

type asking struct{ Outbox axon.Outbox[*http1.Request] }

func (a *asking) Main(ctx context.Context) error {
	return a.Outbox.Send(ctx, &http1.Request{Method: "GET"})
}

type telling struct{ Inbox axon.Inbox[*http1.Response] }

func (t *telling) Main(ctx context.Context) error {
	for resp := range t.Inbox.All(ctx) {
		fmt.Print(resp.Status, " ", string(resp.Bytes))
	}
	return nil
}
