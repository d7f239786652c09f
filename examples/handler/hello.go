package main

import (
	"context"
	"fmt"
	"net/url"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Hello greets who is named in the query. It may keep a request for as long as
// it likes: other handlers go on, and answers leave in the order of requests.
type Hello struct {
	http1.Handler // its boxes

	// Visits counts the greetings of all connections.
	Visits *atomic.Int64
}

var _ http1.HandlerPart = (*Hello)(nil)

// Main implements axon.Component.
func (h *Hello) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		query, err := url.ParseQuery(req.Query)
		if err != nil {
			err = h.Fail(ctx, req, 400, err) // to the error component
		} else {
			text := fmt.Sprintf("Hello, %s! You are number %d.\n", query.Get("name"), h.Visits.Add(1))
			err = h.Outbox.Send(ctx, http1.Text(req, 200, text))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
