package http1

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestErrorPages_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &ErrorPages{} }, axontest.Feed("inbox", aFailure(404), aFailure(500)))
}

func TestErrorPages(t *testing.T) {
	nasty := "<script>alert(1)</script>"
	for _, c := range []struct {
		name, accept string
		status       int
		debug        bool
		want         []string
		not          []string
	}{
		{"text", "*/*", 404, false, []string{"text/plain; charset=utf-8", "Not Found\n"}, []string{nasty, "<"}},
		{"a browser", "text/html,*/*;q=0.8", 404, false, []string{"text/html; charset=utf-8", "<title>404 Not Found</title>"}, []string{nasty, "PARSER"}},
		{"debug", "", 500, true, []string{"text/html", "PARSER", "&lt;script&gt;"}, []string{nasty}},
		{"odd status", "text/html", 499, false, []string{"499", "Status 499"}, nil},
	} {
		inBubble(t, c.name, func(t *testing.T) {
			e := &ErrorPages{Debug: c.debug}
			h := axontest.Run(t, e)
			f := &Failure{Status: c.status, Stage: "PARSER", Cause: errors.New(nasty),
				Request: &Request{Header: Header{{"Accept", c.accept}}}}
			axontest.Send(h, &e.Inbox, f)
			resp := axontest.Recv(h, &e.Outbox)
			if resp.Request != f.Request || resp.Status != c.status || resp.Validate() != nil {
				t.Errorf("%+v, %v", resp, resp.Validate())
			}
			text := resp.Header.Get("Content-Type") + "\n" + string(resp.Bytes)
			for _, s := range c.want {
				if !strings.Contains(text, s) {
					t.Errorf("there is no %q in %q", s, text)
				}
			}
			for _, s := range c.not {
				if strings.Contains(text, s) {
					t.Errorf("there is %q in %q", s, text)
				}
			}
		})
	}
}

// A failure that an error component fails on gets a plain answer.
func TestErrorHandler_Lost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &panickyErrors{}
		h := axontest.Run(t, e, axontest.WithPolicy(axon.Policy{Restarts: -1}))
		a, b := aFailure(404), aFailure(500)
		axontest.Send(h, &e.Inbox, a, b)
		for _, f := range []*Failure{a, b} {
			if resp := axontest.Recv(h, &e.Outbox); resp.Request != f.Request || resp.Status != f.Status {
				t.Errorf("%+v", resp)
			}
		}
	})
}

type panickyErrors struct{ ErrorHandler }

func (e *panickyErrors) Main(ctx context.Context) error {
	_, err := e.Inbox.Recv(ctx)
	if err == nil {
		panic("broken")
	}
	return err
}

func ExampleErrorPages() {
	broken, pages, printer := &failer{list: []*Failure{aFailure(404)}}, &ErrorPages{}, &answerPrinter{}
	g := axon.Pipeline(broken, pages, printer)
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 404 Not Found
}
