package pipelines_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// leader is a handler that has every request answered by the resource that its
// query names.
type leader struct {
	http1.Handler
	site     func(*axon.Outbox[*http1.Request]) http1.SiteGraph
	Requests axon.Outbox[*http1.Request] `axon:"optional"` // one at a time
}

func (l *leader) LeadBack(site func(*axon.Outbox[*http1.Request]) http1.SiteGraph) { l.site = site }

func (l *leader) Main(ctx context.Context) error {
	for req := range l.Inbox.All(ctx) {
		to, err := req.Redirect(req.Query)
		if err != nil {
			return l.Fail(ctx, req, 500, err)
		}
		if l.Requests.Linked() {
			_ = axon.Unlink(&l.Requests)
		}
		running, err := axon.Spawn(ctx, l.site(&l.Requests).Graph)
		if err != nil {
			return err
		}
		if err := l.Requests.Send(ctx, to); err != nil {
			return err
		}
		running.Finish()
		if err := running.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// A handler may have a request answered by another resource of the site, which is
// as guarded as ever.
func TestSiteAgain(t *testing.T) {
	s := &pipelines.Server{
		Before: []pipelines.Before{{Name: "GATE", Filter: func() http1.RequestFilterPart {
			return &http1.RequestFilterFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Request, *http1.Response, error) {
				if strings.HasPrefix(req.Path, "/secret") {
					return nil, nil, &http1.Failure{Status: 403}
				}
				return req, nil, nil
			}}
		}}},
		Mounts: []pipelines.Mount{
			{Path: "/lead", Name: "LEAD", Handler: func() http1.HandlerPart { return &leader{} }},
			{Path: "/", Name: "SAY", Handler: func() http1.HandlerPart {
				return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
					return http1.Text(req, 200, req.Method+" "+req.Target), nil
				}}
			}},
		},
	}
	x := serve(t, s)
	for request, want := range map[string]string{
		"GET /lead?/a?b HTTP/1.1\r\nHost: a\r\n\r\n":                                           "200 GET /a?b",
		"GET /lead?/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":                        "200 GET /a",
		"GET /lead?/lead?/lead?/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":            "200 GET /a",
		"POST /lead?/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx": "200 GET /a",
		"GET /lead?/secret HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":                   "403 Forbidden\n",
	} {
		conn, err := net.Dial("tcp", x.addr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		conn.Close()
		if got := resp.Status[:3] + " " + string(body); got != want {
			t.Errorf("%q: %q, want %q", request, got, want)
		}
	}
	x.finish()
}
