package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// gate passes requests on whose query is "on".
type gate struct {
	http1.Handler
	On axon.Outbox[*http1.Request] `axon:"optional"` // those requests
}

func (g *gate) PassBox() *axon.Outbox[*http1.Request] { return &g.On }

func (g *gate) Main(ctx context.Context) error {
	for req := range g.Inbox.All(ctx) {
		var err error
		switch {
		case req.Query == "on" && g.On.Linked():
			err = g.On.Send(ctx, req)
		case req.Query == "fail":
			err = g.Fail(ctx, req, 403, errors.New("as asked"))
		default:
			err = g.Answer(ctx, http1.Text(req, 200, "first"))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// soften answers failures of the handlers with 200.
type soften struct {
	http1.ResponseFilter
	Faults axon.Inbox[*http1.Failure] // of the handlers
}

func (s *soften) FailureBox() *axon.Inbox[*http1.Failure] { return &s.Faults }

func (s *soften) Main(ctx context.Context) error {
	responses, faults := s.Inbox.C(), s.Faults.C()
	for responses != nil || faults != nil {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case resp, ok := <-responses:
			if !ok {
				responses = nil
				continue
			}
			err = s.Pass(ctx, resp)
		case f, ok := <-faults:
			if !ok {
				faults = nil
				continue
			}
			err = s.Pass(ctx, http1.Text(f.Request, 200, fmt.Sprint("softened ", f.Status)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A handler's requests for the next one, and failures that pass a filter.
func TestMount_NextAndFailures(t *testing.T) {
	second := func(_ context.Context, req *http1.Request) (*http1.Response, error) {
		return http1.Text(req, 200, "second"), nil
	}
	mount := pipelines.Mount{Path: "/", Name: "FIRST", Handler: func() http1.HandlerPart { return &gate{} }}
	next := &pipelines.Next{Name: "SECOND", Handler: func() http1.HandlerPart { return &http1.HandlerFunc{Func: second} }}
	mark := pipelines.After{Name: "MARK", Filter: func() http1.ResponseFilterPart {
		return &http1.ResponseFilterFunc{Func: func(_ context.Context, resp *http1.Response) error {
			if resp.Status == 200 && string(resp.Bytes) == "second" {
				return &http1.Failure{Status: 502, Cause: errors.New("not this")}
			}
			return nil
		}}
	}}
	taker := pipelines.After{Name: "SOFTEN", Filter: func() http1.ResponseFilterPart { return &soften{} }}
	for name, c := range map[string]struct {
		next  *pipelines.Next
		after []pipelines.After
		want  map[string]string // by query
	}{
		"alone":                {nil, nil, map[string]string{"": "200 first", "on": "200 first", "fail": "403"}},
		"next":                 {next, nil, map[string]string{"": "200 first", "on": "200 second", "fail": "403"}},
		"next, filter":         {next, []pipelines.After{mark}, map[string]string{"": "200 first", "on": "502", "fail": "403"}},
		"next, taker":          {next, []pipelines.After{taker}, map[string]string{"on": "200 second", "fail": "200 softened 403"}},
		"filter, then a taker": {next, []pipelines.After{mark, taker}, map[string]string{"on": "200 softened 502", "fail": "200 softened 403"}},
		"taker, then a filter": {next, []pipelines.After{taker, mark}, map[string]string{"on": "502", "fail": "200 softened 403"}},
	} {
		t.Run(name, func(t *testing.T) {
			mount := mount
			mount.Next, mount.After = c.next, c.after
			x := serve(t, &pipelines.Server{Mounts: []pipelines.Mount{mount}})
			client := x.dial()
			for query, want := range c.want {
				resp := client.asks("/?" + query)
				got := fmt.Sprint(resp.StatusCode)
				if resp.StatusCode == 200 {
					got += " " + resp.body
				}
				if got != want {
					t.Errorf("%q: %s, want %s", query, got, want)
				}
			}
			x.finish()
		})
	}
}

// A handler that passes nothing on can have nobody behind it.
func TestMount_NextOfNoPasser(t *testing.T) {
	m := at("/", echo)
	m.Next = &pipelines.Next{Name: "NEXT", Handler: func() http1.HandlerPart { return &http1.HandlerFunc{Func: echo} }}
	if _, err := (&pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{m}}}).Picture(); err == nil {
		t.Error("that is no mistake")
	}
}
