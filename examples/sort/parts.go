package main

import (
	"context"
	"fmt"
	"io"

	"github.com/kamaelia-go/kamaelia/axon"
)

// width is the length of a line.
const width = 10

// Numbers makes lines of numbers in no order.
type Numbers struct {
	axon.Base
	Most   int                 // how many
	Outbox axon.Outbox[[]byte] // some lines at a time
}

// Main implements axon.Component.
func (n *Numbers) Main(ctx context.Context) error {
	const some = 3000
	for made := 0; made < n.Most; {
		b := make([]byte, 0, some*width)
		for ; made < n.Most && len(b) < cap(b); made++ {
			b = fmt.Appendf(b, "%09d\n", made*611_953%999_999_937)
		}
		if err := n.Outbox.Send(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// Count counts bytes and passes them to a writer.
type Count struct {
	axon.Base
	To    io.Writer          // where the bytes go
	Inbox axon.Inbox[[]byte] // bytes

	bytes int64
}

// Main implements axon.Component.
func (c *Count) Main(ctx context.Context) error {
	for b := range c.Inbox.All(ctx) {
		n, err := c.To.Write(b)
		c.bytes += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}
