package http1_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func ExampleRequestFilterFunc() {
	ask := ends.Data(&http1.Request{Method: "GET", Path: "/tea"}, &http1.Request{Method: "GET", Path: "/secret"})
	filter := &http1.RequestFilterFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Request, *http1.Response, error) {
		if req.Path == "/secret" {
			return nil, nil, &http1.Failure{Status: 403, Cause: errors.New("nobody may see it")}
		}
		return req, nil, nil
	}}
	pass := axon.Consume(func(ctx context.Context, in *axon.Inbox[*http1.Request]) error {
		for req := range in.All(ctx) {
			fmt.Println("passes:", req.Path)
		}
		return nil
	})
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "ASK", Component: ask}, {Name: "FILTER", Component: filter}, {Name: "PASS", Component: pass}},
		Links: axon.Links{
			axon.Link(&ask.Outbox, &filter.Inbox),
			axon.Link(&filter.Outbox, &pass.Inbox),
			axon.Discard(&filter.Answers),
			axon.Discard(&filter.Failures), // go to a Guard
		},
	}
	fmt.Println(g.Run(context.Background()))
	// Output:
	// passes: /tea
	// <nil>
}

func ExampleResponseFilterFunc() {
	answers := ends.Data(http1.Text(&http1.Request{Method: "GET", Path: "/"}, 200, "hello"))
	filter := &http1.ResponseFilterFunc{Func: func(_ context.Context, resp *http1.Response) error {
		resp.Header.Set("Cache-Control", "no-store")
		return nil
	}}
	see := axon.Consume(func(ctx context.Context, in *axon.Inbox[*http1.Response]) error {
		for resp := range in.All(ctx) {
			fmt.Println(resp.Status, resp.Header.Get("Cache-Control"))
		}
		return nil
	})
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "ANSWERS", Component: answers}, {Name: "FILTER", Component: filter}, {Name: "SEE", Component: see}},
		Links: axon.Links{
			axon.Link(&answers.Outbox, &filter.Inbox),
			axon.Link(&filter.Outbox, &see.Inbox),
			axon.Discard(&filter.Failures),
		},
	}
	fmt.Println(g.Run(context.Background()))
	// Output:
	// 200 no-store
	// <nil>
}

func ExampleToTLS() {
	ask := ends.Data(&http1.Request{Method: "GET", Target: "/a?b", Path: "/a", RawPath: "/a", Query: "b", Host: "example.org", Minor: 1})
	filter := &http1.ToTLS{Port: "8443"}
	see := axon.Consume(func(ctx context.Context, in *axon.Inbox[*http1.Response]) error {
		for resp := range in.All(ctx) {
			fmt.Println(resp.Status, resp.Header.Get("Location"))
		}
		return nil
	})
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "ASK", Component: ask}, {Name: "TOTLS", Component: filter}, {Name: "SEE", Component: see}},
		Links: axon.Links{
			axon.Link(&ask.Outbox, &filter.Inbox),
			axon.Link(&filter.Answers, &see.Inbox),
			axon.Discard(&filter.Outbox), // what has come by TLS
			axon.Discard(&filter.Failures),
		},
	}
	fmt.Println(g.Run(context.Background()))
	// Output:
	// 308 https://example.org:8443/a?b
	// <nil>
}
