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

func greet(_ context.Context, req *Request) (*Response, error) {
	switch req.Path {
	case "/error":
		return nil, errors.New("broken")
	case "/teapot":
		return nil, fmt.Errorf("well: %w", &Failure{Status: 418, Cause: errors.New("short and stout"), Header: Header{{"X", "y"}}})
	case "/nothing":
		return nil, nil
	case "/panic":
		panic("as asked")
	}
	return Text(nil, 200, "hello"), nil
}

func TestHandlerFunc_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &HandlerFunc{Func: greet} },
		axontest.FeedFunc("inbox", func() []*Request {
			return []*Request{{Path: "/"}, {Path: "/error"}, {Path: "/nothing"}}
		}))
}

func TestHandlerFunc(t *testing.T) {
	for path, want := range map[string]int{"/": 200, "/error": 500, "/teapot": 418, "/nothing": 500, "/panic": 500} {
		inBubble(t, path, func(t *testing.T) {
			h := &HandlerFunc{Func: greet}
			x := axontest.Run(t, h, axontest.WithPolicy(axon.Policy{Restarts: -1}))
			req, next := &Request{Path: path}, &Request{Path: "/"}
			axontest.Send(x, &h.Inbox, req, next)
			if want == 200 {
				if resp := axontest.Recv(x, &h.Outbox); resp.Status != 200 || resp.Request != req {
					t.Errorf("%+v", resp)
				}
			} else if f := axontest.Recv(x, &h.Failures); f.Status != want || f.Request != req || f.Stage != axontest.Unit || f.Cause == nil {
				t.Errorf("%+v", f)
			} else if want == 418 && f.Header.Get("X") != "y" {
				t.Errorf("its fields are lost: %v", f.Header)
			}
			if resp := axontest.Recv(x, &h.Outbox); resp.Request != next {
				t.Errorf("then %+v", resp)
			}
		})
	}
}

// quits returns after its first request.
type quits struct{ Handler }

func (q *quits) Main(ctx context.Context) error {
	_, err := q.Inbox.Recv(ctx)
	return err
}

// Requests that are left when a handler ends are answered.
func TestHandler_Leave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quits{}
		h := axontest.Run(t, q)
		reqs := []*Request{{Path: "/a"}, {Path: "/b"}}
		for _, req := range reqs {
			_ = axontest.Offer(h, &q.Inbox, req)
		}
		failures := axontest.Rest(h, &q.Failures)
		if len(failures) == 0 || failures[0].Status != 500 || failures[0].Request != reqs[0] {
			t.Errorf("%v", failures)
		}
		for _, f := range failures[1:] {
			if f.Status != 503 || f.Request != reqs[1] {
				t.Errorf("%v", f)
			}
		}
	})
}

// An answer that nobody takes is closed.
func TestHandler_Answer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &droplet{Reader: strings.NewReader("")}
		h := &HandlerFunc{Func: func(context.Context, *Request) (*Response, error) {
			return &Response{Status: 200, Stream: d}, nil
		}}
		x := axontest.Run(t, h)
		axontest.Gone(x, &h.Outbox)
		axontest.Send(x, &h.Inbox, &Request{})
		if err := x.Wait(); err != nil {
			t.Error(err)
		}
		if !d.closed {
			t.Error("the stream is open")
		}
	})
}

func ExampleHandlerFunc() {
	asker, printer := &asker{paths: []string{"/"}}, &answerPrinter{}
	handler := &HandlerFunc{Func: func(_ context.Context, req *Request) (*Response, error) {
		return Text(req, 200, "hello "+req.Path+"\n"), nil
	}}
	g := &axon.Graph{
		Name: "example",
		Parts: axon.Parts{
			{Name: "ASKER", Component: asker},
			{Name: "HELLO", Component: handler},
			{Name: "PRINTER", Component: printer},
		},
		Links: axon.Links{
			axon.Link(&asker.Outbox, &handler.Inbox),
			axon.Link(&handler.Outbox, &printer.Inbox),
			axon.Discard(&handler.Failures),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 200 hello /
}

// A request that a stage has failed on is answered for once, also when the stage is given
// up.
func TestLost_AnsweredOnce(t *testing.T) {
	fails := func() { panic("as the test wants it") }
	for name, run := range map[string]func(t *testing.T) []*Failure{
		"handler": func(t *testing.T) []*Failure {
			h := &HandlerFunc{Func: func(context.Context, *Request) (*Response, error) { fails(); return nil, nil }}
			x := axontest.Run(t, h)
			axontest.Send(x, &h.Inbox, &Request{})
			return axontest.Rest(x, &h.Failures)
		},
		"filter of requests": func(t *testing.T) []*Failure {
			f := &RequestFilterFunc{Func: func(context.Context, *Request) (*Request, *Response, error) { fails(); return nil, nil, nil }}
			x := axontest.Run(t, f)
			axontest.Send(x, &f.Inbox, &Request{})
			return axontest.Rest(x, &f.Failures)
		},
		"filter of responses": func(t *testing.T) []*Failure {
			closed := 0
			f := &ResponseFilterFunc{Func: func(context.Context, *Response) error { fails(); return nil }}
			x := axontest.Run(t, f)
			axontest.Send(x, &f.Inbox, &Response{Request: &Request{}, Status: 200, Stream: &closing{closed: &closed}})
			all := axontest.Rest(x, &f.Failures)
			if closed != 1 {
				t.Errorf("the response was closed %d times", closed)
			}
			return all
		},
	} {
		inBubble(t, name, func(t *testing.T) {
			if all := run(t); len(all) != 1 {
				t.Errorf("%d failures: %v", len(all), all)
			}
		})
	}
}
