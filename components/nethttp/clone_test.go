package nethttp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// The answer to a request that a filter has changed is the answer to the request.
func TestGraph_ChangedRequest(t *testing.T) {
	app := &pipelines.Server{Mounts: []pipelines.Mount{{
		Path: "/", Name: "HELLO",
		Handler: func() http1.HandlerPart {
			return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
				if req.Query == "unfit" {
					return &http1.Response{Request: req, Status: 99}, nil
				}
				return http1.Text(req, 200, req.Header.Get("Way")), nil
			}}
		},
		Before: []pipelines.Before{{Name: "MARK", Filter: func() http1.RequestFilterPart {
			return &http1.RequestFilterFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Request, *http1.Response, error) {
				on := req.Clone()
				on.Header.Set("Way", "changed")
				return on, nil, nil
			}}
		}}},
	}}}
	g := &nethttp.Graph{Application: app.Application}
	defer g.Shutdown(t.Context())
	for query, want := range map[string]int{"": 200, "unfit": 500} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?"+query, nil))
		if w.Code != want || want == 200 && w.Body.String() != "changed" {
			t.Errorf("%q: %d %q", query, w.Code, w.Body)
		}
	}
}

// A response that was made before tells when; one that tells nonsense does not.
func TestGraph_Date(t *testing.T) {
	app := &pipelines.Server{Mounts: []pipelines.Mount{{
		Path: "/", Name: "OLD",
		Handler: func() http1.HandlerPart {
			return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
				resp := http1.Text(req, 200, "")
				resp.Header.Add("Date", strings.ReplaceAll(req.Query, "+", " "))
				return resp, nil
			}}
		},
	}}}
	g := &nethttp.Graph{Application: app.Application}
	defer g.Shutdown(t.Context())
	for query, want := range map[string]string{"Sun,+06+Nov+1994+08:49:37+GMT": "Sun, 06 Nov 1994 08:49:37 GMT", "soon": ""} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?"+query, nil))
		if got := w.Header().Get("Date"); got != want {
			t.Errorf("%q: %q", query, got)
		}
	}
}
