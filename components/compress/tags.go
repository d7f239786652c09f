package compress

import (
	"context"
	"errors"
	"slices"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Tags is a filter of requests that makes the entity tags of coded answers
// understood by a handler that knows nothing of them. To those in a condition it
// adds the ones that they were made of:
//
//	If-Match: "abc-gzip" ──▶ [ Tags ] ──▶ If-Match: "abc-gzip", "abc"
//
// It belongs in front of handlers that write: a client that has got a page in
// gzip, and puts a changed one in its place, names the tag it was given. What
// reads, GET and HEAD with If-None-Match, the Encoder decides itself.
type Tags struct {
	http1.RequestFilter

	// Press is that of the Encoder behind the handler.
	Press *Press
}

var (
	_ http1.RequestFilterPart = (*Tags)(nil)
	_ axon.Component          = (*Tags)(nil)
	_ axon.Validator          = (*Tags)(nil)
)

var errNoPress = errors.New("compress: the field Press is not set")

// Validate implements axon.Validator.
func (t *Tags) Validate() error {
	if t.Press == nil {
		return errNoPress
	}
	return t.Press.Validate()
}

// Main implements axon.Component.
func (t *Tags) Main(ctx context.Context) error {
	t.Press.ready()
	for req := range t.Inbox.All(ctx) {
		if err := t.Pass(ctx, t.translate(req)); err != nil {
			return err
		}
	}
	return nil
}

// translate returns the request, or a copy with more tags in its conditions.
func (t *Tags) translate(req *http1.Request) *http1.Request {
	on := req
	names := []string{"If-Match", "If-None-Match"}
	if req.Method == "GET" || req.Method == "HEAD" {
		names = names[:1]
	}
	for _, name := range names {
		if !req.Header.Has(name) {
			continue
		}
		if more := withPlain(req.Header.Joined(name), t.Press.codings); more != "" {
			if on == req {
				on = req.Clone()
				on.Header = slices.Clip(on.Header)
			}
			on.Header.Set(name, more)
		}
	}
	return on
}
