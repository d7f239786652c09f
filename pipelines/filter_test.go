package pipelines_test

import (
	"context"
	"errors"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

func TestMount_Filters(t *testing.T) {
	gate := func(name, value string) pipelines.Before {
		return pipelines.Before{Name: name, Filter: func() http1.RequestFilterPart {
			return &http1.RequestFilterFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Request, *http1.Response, error) {
				switch req.Query {
				case "refused-by-" + name:
					return nil, nil, &http1.Failure{Status: 403, Cause: errors.New("as asked")}
				case "answered-by-" + name:
					return nil, http1.Text(req, 200, name), nil
				}
				c := req.Clone()
				c.Header.Add("Way", value)
				return c, nil, nil
			}}
		}}
	}
	mark := func(name, value string) pipelines.After {
		return pipelines.After{Name: name, Filter: func() http1.ResponseFilterPart {
			return &http1.ResponseFilterFunc{Func: func(_ context.Context, resp *http1.Response) error {
				resp.Header.Add("Back", value)
				return nil
			}}
		}}
	}
	client := serve(t, &pipelines.Server{Mounts: []pipelines.Mount{{
		Path: "/", Name: "HELLO",
		Handler: func() http1.HandlerPart {
			return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
				return http1.Text(req, 200, "by way of "+req.Header.Joined("Way")), nil
			}}
		},
		Before: []pipelines.Before{gate("ONE", "1"), gate("TWO", "2")},
		After:  []pipelines.After{mark("THREE", "3"), mark("FOUR", "4")},
	}}}).dial()
	for query, want := range map[string]struct {
		status int
		body   string
		back   int
	}{
		"":                {200, "by way of 1, 2", 2},
		"refused-by-ONE":  {403, "", 0},
		"refused-by-TWO":  {403, "", 0},
		"answered-by-ONE": {200, "ONE", 0},
		"answered-by-TWO": {200, "TWO", 0},
	} {
		resp := client.asks("/?" + query)
		back := resp.Header.Values("Back")
		if resp.StatusCode != want.status || want.body != "" && resp.body != want.body || len(back) != want.back {
			t.Errorf("%q: %d %q, back %v", query, resp.StatusCode, resp.body, back)
		}
		if len(back) == 2 && (back[0] != "3" || back[1] != "4") {
			t.Errorf("%q: back %v", query, back)
		}
	}
}
