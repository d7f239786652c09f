package redirect_test

import (
	"context"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/redirect"
)

func ExampleRedirect() {
	table, err := redirect.NewTable([]redirect.Rule{{From: "/blog/*", To: "https://blog.example.org/*", Status: 308}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ask, move := ends.Data(&http1.Request{Method: "GET", Target: "/blog/2007", Path: "/blog/2007"}), &redirect.Redirect{Table: table}
	see := axon.Consume(func(ctx context.Context, in *axon.Inbox[*http1.Response]) error {
		for resp := range in.All(ctx) {
			fmt.Println(resp.Status, resp.Header.Get("Location"))
		}
		return nil
	})
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "ASK", Component: ask}, {Name: "REDIRECT", Component: move}, {Name: "SEE", Component: see}},
		Links: axon.Links{
			axon.Link(&ask.Outbox, &move.Inbox),
			axon.Link(&move.Answers, &see.Inbox),
			axon.Discard(&move.Outbox), // what no rule fits
			axon.Discard(&move.Failures),
		},
	}
	fmt.Println(g.Run(context.Background()))
	// Output:
	// 308 https://blog.example.org/2007
	// <nil>
}

func ExampleRewrite() {
	table, err := redirect.NewTable([]redirect.Rule{{Pattern: `/(\d+)/(\w+)`, To: "/archive/$1-$2.html"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ask, change := ends.Data(&http1.Request{Method: "GET", Target: "/2007/axon", Path: "/2007/axon"}), &redirect.Rewrite{Table: table}
	pass := axon.Consume(func(ctx context.Context, in *axon.Inbox[*http1.Request]) error {
		for req := range in.All(ctx) {
			fmt.Println(req.Target, "is", req.Path)
		}
		return nil
	})
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "ASK", Component: ask}, {Name: "REWRITE", Component: change}, {Name: "PASS", Component: pass}},
		Links: axon.Links{
			axon.Link(&ask.Outbox, &change.Inbox),
			axon.Link(&change.Outbox, &pass.Inbox),
			axon.Discard(&change.Answers),
			axon.Discard(&change.Failures),
		},
	}
	fmt.Println(g.Run(context.Background()))
	// Output:
	// /2007/axon is /archive/2007-axon.html
	// <nil>
}
