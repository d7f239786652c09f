package headers_test

import (
	"context"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/headers"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func ExampleEditor() {
	table, err := headers.NewTable([]headers.Rule{{Paths: []string{"*.html"}, Set: http1.Header{{Name: "X-Frame-Options", Value: "DENY"}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	answers := ends.Data(
		http1.Text(&http1.Request{Method: "GET", Path: "/a.html"}, 200, "a"),
		http1.Text(&http1.Request{Method: "GET", Path: "/b.txt"}, 200, "b"),
	)
	edit := &headers.Editor{Table: table}
	see := axon.Consume(func(ctx context.Context, in *axon.Inbox[*http1.Response]) error {
		for resp := range in.All(ctx) {
			fmt.Printf("%s: %q\n", resp.Request.Path, resp.Header.Get("X-Frame-Options"))
		}
		return nil
	})
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "ANSWERS", Component: answers}, {Name: "EDIT", Component: edit}, {Name: "SEE", Component: see}},
		Links: axon.Links{
			axon.Link(&answers.Outbox, &edit.Inbox),
			axon.Link(&edit.Outbox, &see.Inbox),
			axon.Discard(&edit.Failures),
		},
	}
	fmt.Println(g.Run(context.Background()))
	// Output:
	// /a.html: "DENY"
	// /b.txt: ""
	// <nil>
}
