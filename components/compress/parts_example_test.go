package compress_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/compress"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func ExampleEncoder() {
	req := &http1.Request{Method: "GET", Path: "/", Header: http1.Header{{Name: "Accept-Encoding", Value: "gzip"}}}
	answers := ends.Data(http1.Text(req, 200, strings.Repeat("to and fro, ", 1000)))
	encode := &compress.Encoder{Press: &compress.Press{}}
	see := axon.Consume(func(ctx context.Context, in *axon.Inbox[*http1.Response]) error {
		for resp := range in.All(ctx) {
			fmt.Println(resp.Header.Get("Content-Encoding"), len(resp.Bytes) < 200, resp.Header.Get("Vary"))
		}
		return nil
	})
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "ANSWERS", Component: answers}, {Name: "ENCODE", Component: encode}, {Name: "SEE", Component: see}},
		Links: axon.Links{
			axon.Link(&answers.Outbox, &encode.Inbox),
			axon.Link(&encode.Outbox, &see.Inbox),
			axon.Discard(&encode.Failures),
		},
	}
	fmt.Println(g.Run(context.Background()))
	// Output:
	// gzip true Accept-Encoding
	// <nil>
}
