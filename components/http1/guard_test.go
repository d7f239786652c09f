package http1

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func aFailure(status int) *Failure {
	return &Failure{Status: status, Cause: errors.New("as the test wants it"), Request: &Request{Major: 1, Minor: 1}}
}

func TestGuard_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Guard{Patience: time.Second} },
		axontest.Feed("inbox", aFailure(404), aFailure(500)),
		axontest.Feed("answers", Plain(aFailure(404)), nil))
}

// A guarded is a Guard at its ends; the test is the error component.
type guarded struct {
	*Guard
	*axontest.Harness
	t *testing.T
}

func newGuarded(t *testing.T) *guarded {
	g := &Guard{}
	return &guarded{g, axontest.Run(t, g), t}
}

func (x *guarded) fails(f *Failure) { axontest.Send(x.Harness, &x.Inbox, f) }
func (x *guarded) asked() *Failure  { x.t.Helper(); return axontest.Recv(x.Harness, &x.Failures) }
func (x *guarded) answer(resps ...*Response) {
	x.t.Helper()
	axontest.Send(x.Harness, &x.Answers, resps...)
}
func (x *guarded) sent() *Response { x.t.Helper(); return axontest.Recv(x.Harness, &x.Guard.Outbox) }

func TestGuard(t *testing.T) {
	plain := func(t *testing.T, resp *Response, f *Failure) {
		t.Helper()
		if resp.Request != f.Request || resp.Status != f.Status || string(resp.Bytes) != StatusText(f.Status)+"\n" {
			t.Errorf("not the plain answer: %d %q", resp.Status, resp.Bytes)
		}
	}
	for name, test := range map[string]func(t *testing.T, x *guarded){
		"passes the answer on": func(t *testing.T, x *guarded) {
			f := aFailure(404)
			x.fails(f)
			mine := Text(f.Request, 410, "mine")
			x.answer(mine)
			if x.asked() != f || x.sent() != mine || mine.Close {
				t.Error("not what the error component said")
			}
		},
		"keeps what the answer must have": func(t *testing.T, x *guarded) {
			f := aFailure(405)
			f.Close, f.Header = true, Header{{"Allow", "GET"}, {"X", "theirs"}}
			x.fails(f)
			mine := Text(f.Request, 405, "mine")
			mine.Header.Add("X", "mine")
			x.answer(mine)
			if got := x.sent(); !got.Close || got.Header.Get("Allow") != "GET" || got.Header.Joined("X") != "mine" {
				t.Errorf("%+v", got)
			}
		},
		"puts one after the other": func(t *testing.T, x *guarded) {
			a, b := aFailure(404), aFailure(500)
			x.fails(a)
			x.fails(b)
			if x.asked() != a {
				t.Error("not the first one")
			}
			if _, ok := axontest.Try(x.Harness, &x.Failures); ok {
				t.Error("two at once")
			}
			x.answer(Plain(a))
			x.sent()
			if x.asked() != b {
				t.Error("not the second one")
			}
		},
		"is patient": func(t *testing.T, x *guarded) {
			f, start := aFailure(404), time.Now()
			x.fails(f)
			plain(t, x.sent(), f)
			if d := time.Since(start); d != 5*time.Second {
				t.Errorf("answers after %v", d)
			}
			// from now on it expects nothing
			x.fails(f)
			plain(t, x.sent(), f)
			if d := time.Since(start); d != 5*time.Second {
				t.Errorf("answers again after %v", d)
			}
		},
		"trusts again who has spoken": func(t *testing.T, x *guarded) {
			a, b := aFailure(404), aFailure(500)
			x.fails(a)
			plain(t, x.sent(), a)
			x.answer(Text(a.Request, 404, "late"))
			x.Settle()
			x.fails(b)
			mine := Text(b.Request, 500, "mine")
			x.answer(mine)
			if got := x.sent(); got != mine {
				t.Errorf("%q", got.Bytes)
			}
		},
		"drops answers to others": func(t *testing.T, x *guarded) {
			f := aFailure(404)
			x.fails(f)
			d := &droplet{Reader: strings.NewReader("")}
			x.answer(Text(&Request{}, 200, "?"), &Response{Status: 200, Stream: d}, Plain(f))
			plain(t, x.sent(), f)
			if !d.closed {
				t.Error("a dropped stream is open")
			}
		},
		"takes nothing unfit": func(t *testing.T, x *guarded) {
			for _, status := range []int{0, 100, 700} {
				f := aFailure(404)
				x.fails(f)
				x.answer(Text(f.Request, status, "?"))
				plain(t, x.sent(), f)
			}
			f := aFailure(404)
			x.fails(f)
			x.answer(nil)
			plain(t, x.sent(), f)
		},
		"lets nobody's failures be": func(t *testing.T, x *guarded) {
			x.fails(nil)
			x.fails(&Failure{Status: 500})
			f := aFailure(404)
			x.fails(f)
			x.answer(Plain(f))
			plain(t, x.sent(), f)
		},
		"goes on alone": func(t *testing.T, x *guarded) {
			axontest.Gone(x.Harness, &x.Failures)
			start := time.Now()
			for range 3 {
				f := aFailure(404)
				x.fails(f)
				plain(t, x.sent(), f)
			}
			if d := time.Since(start); d > 0 {
				t.Errorf("it took %v", d)
			}
		},
		"shuts down who is silent at the end": func(t *testing.T, x *guarded) {
			x.fails(aFailure(404))
			x.sent()
			x.Harness.Finish(&x.Inbox)
			if s := axontest.Recv(x.Harness, &x.Guard.Signal); s.Kind != axon.Shutdown {
				t.Errorf("%v", s)
			}
		},
	} {
		inBubble(t, name, func(t *testing.T) { test(t, newGuarded(t)) })
	}
}

func TestGuard_Lost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Guard{}
		h := axontest.Run(t, g, axontest.WithPolicy(axon.Policy{Restarts: -1}))
		f := aFailure(404)
		bad := &brokenStream{}
		axontest.Send(h, &g.Inbox, f)
		axontest.Send(h, &g.Answers, &Response{Request: &Request{}, Status: 200, Stream: bad}) // panics when it is dropped
		if got := axontest.Recv(h, &g.Outbox); got.Request != f.Request || got.Status != 404 {
			t.Errorf("%+v", got)
		}
	})
}

type brokenStream struct{}

func (*brokenStream) Read([]byte) (int, error) { panic("read") }
func (*brokenStream) Close() error             { panic("close") }

func TestPlain(t *testing.T) {
	for status, want := range map[int]int{404: 404, 0: 500, 200: 500, 600: 500, 599: 599} {
		f := aFailure(status)
		if got := Plain(f); got.Status != want || got.Validate() != nil {
			t.Errorf("%d is answered with %d", status, got.Status)
		}
	}
}

func ExampleGuard() {
	guard, errs := &Guard{}, &ErrorPages{}
	broken, printer := &failer{list: []*Failure{aFailure(404), aFailure(503)}}, &answerPrinter{}
	g := &axon.Graph{
		Name: "example",
		Parts: axon.Parts{
			{Name: "BROKEN", Component: broken},
			{Name: "GUARD", Component: guard},
			{Name: "ERRORS", Component: errs},
			{Name: "PRINTER", Component: printer},
		},
		Links: axon.Links{
			axon.Link(&broken.Outbox, &guard.Inbox),
			axon.Link(&guard.Failures, &errs.Inbox),
			axon.Back(&errs.Outbox, &guard.Answers),
			axon.Link(&guard.Outbox, &printer.Inbox),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 404 Not Found
	// 503 Service Unavailable
}

type failer struct {
	list   []*Failure
	Outbox axon.Outbox[*Failure]
}

func (f *failer) Main(ctx context.Context) error {
	for _, x := range f.list {
		if err := f.Outbox.Send(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

type answerPrinter struct{ Inbox axon.Inbox[*Response] }

func (p *answerPrinter) Main(ctx context.Context) error {
	for resp := range p.Inbox.All(ctx) {
		fmt.Printf("%d %s", resp.Status, resp.Bytes)
	}
	return nil
}
