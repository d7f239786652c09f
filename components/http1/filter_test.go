package http1

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func sift(_ context.Context, req *Request) (*Request, *Response, error) {
	switch req.Path {
	case "/answer":
		return nil, Text(nil, 200, "mine"), nil
	case "/refuse":
		return nil, nil, &Failure{Status: 403, Cause: errors.New("not you")}
	case "/nothing":
		return nil, nil, nil
	case "/panic":
		panic("as asked")
	case "/change":
		c := req.Clone()
		c.Path = "/changed"
		c.Header.Set("X", "new")
		return c, nil, nil
	}
	return req, nil, nil
}

func TestRequestFilterFunc_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &RequestFilterFunc{Func: sift} },
		axontest.FeedFunc("inbox", func() []*Request {
			return []*Request{{Path: "/"}, {Path: "/answer"}, {Path: "/refuse"}}
		}))
}

func TestResponseFilterFunc_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component {
		return &ResponseFilterFunc{Func: func(_ context.Context, resp *Response) error {
			if resp.Status == 404 {
				return errors.New("broken")
			}
			return nil
		}}
	}, axontest.FeedFunc("inbox", func() []*Response {
		return []*Response{Text(&Request{}, 200, "a"), Text(&Request{}, 404, "b"), Text(&Request{}, 200, "c")}
	}))
}

func TestRequestFilterFunc(t *testing.T) {
	for path, want := range map[string]int{"/": 0, "/change": 0, "/answer": 200, "/refuse": 403, "/nothing": 500, "/panic": 500} {
		inBubble(t, path, func(t *testing.T) {
			f := &RequestFilterFunc{Func: sift}
			x := axontest.Run(t, f, axontest.WithPolicy(axon.Policy{Restarts: -1}))
			req, next := &Request{Path: path, Header: Header{{"X", "old"}}}, &Request{Path: "/"}
			axontest.Send(x, &f.Inbox, req)
			switch want {
			case 0:
				got := axontest.Recv(x, &f.Outbox)
				if changed := path == "/change"; changed != (got.Path == "/changed") || changed != (got.Header.Get("X") == "new") {
					t.Errorf("%+v", got)
				}
				if req.Path != path || req.Header.Get("X") != "old" {
					t.Errorf("the original was changed: %+v", req)
				}
			case 200:
				if resp := axontest.Recv(x, &f.Answers); resp.Status != 200 || resp.Request != req {
					t.Errorf("%+v", resp)
				}
			default:
				if got := axontest.Recv(x, &f.Failures); got.Status != want || got.Request != req || got.Stage != axontest.Unit || got.Cause == nil {
					t.Errorf("%+v", got)
				}
			}
			axontest.Send(x, &f.Inbox, next)
			if got := axontest.Recv(x, &f.Outbox); got != next {
				t.Errorf("then %+v", got)
			}
		})
	}
}

// closes counts how often it is closed.
type closes struct {
	io.Reader
	n int
}

func (c *closes) Close() error { c.n++; return nil }

func TestResponseFilterFunc(t *testing.T) {
	for name, want := range map[string]int{"pass": 0, "error": 500, "failure": 502, "panic": 500} {
		inBubble(t, name, func(t *testing.T) {
			f := &ResponseFilterFunc{Func: func(_ context.Context, resp *Response) error {
				switch resp.Header.Get("Do") {
				case "error":
					return errors.New("broken")
				case "failure":
					return &Failure{Status: 502, Cause: errors.New("bad")}
				case "panic":
					panic("as asked")
				}
				resp.Header.Add("Seen", "yes")
				return nil
			}}
			x := axontest.Run(t, f, axontest.WithPolicy(axon.Policy{Restarts: -1}))
			req, body := &Request{}, &closes{Reader: strings.NewReader("x")}
			axontest.Send(x, &f.Inbox, &Response{Request: req, Status: 200, Header: Header{{"Do", name}}, Stream: body})
			if want == 0 {
				if resp := axontest.Recv(x, &f.Outbox); resp.Header.Get("Seen") != "yes" || body.n != 0 {
					t.Errorf("%+v, closed %d times", resp, body.n)
				}
			} else if got := axontest.Recv(x, &f.Failures); got.Status != want || got.Request != req || body.n != 1 {
				t.Errorf("%+v, closed %d times", got, body.n)
			}
			axontest.Send(x, &f.Inbox, Text(req, 200, ""))
			if resp := axontest.Recv(x, &f.Outbox); resp.Header.Get("Seen") != "yes" {
				t.Errorf("then %+v", resp)
			}
		})
	}
}

// passesThenPanics fails after it has given its response away.
type passesThenPanics struct{ ResponseFilter }

func (p *passesThenPanics) Main(ctx context.Context) error {
	for resp := range p.Inbox.All(ctx) {
		if err := p.Pass(ctx, resp); err != nil {
			return err
		}
		panic("too late")
	}
	return nil
}

func TestResponseFilter_PassedIsNotClosed(t *testing.T) {
	inBubble(t, "passed", func(t *testing.T) {
		p := &passesThenPanics{}
		x := axontest.Run(t, p, axontest.WithPolicy(axon.Policy{Restarts: -1}))
		for range 2 {
			body := &closes{Reader: strings.NewReader("x")}
			axontest.Send(x, &p.Inbox, &Response{Request: &Request{}, Status: 200, Stream: body})
			axontest.Recv(x, &p.Outbox)
			if body.n != 0 {
				t.Error("a response that was passed on was closed")
			}
		}
	})
}
