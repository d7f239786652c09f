package nethttp_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// echo streams the request's body back as it comes.
type echo struct{ http1.Handler }

func (e *echo) Main(ctx context.Context) error {
	for req := range e.Inbox.All(ctx) {
		resp := &http1.Response{Request: req, Status: 200, Header: http1.Header{{Name: "X-Echo", Value: "yes"}}}
		if req.Body != nil {
			resp.Stream = req.Body
		}
		if err := e.Outbox.Send(ctx, resp); err != nil {
			return err
		}
	}
	return nil
}

// answer is a handler that is a function.
func answer(f func(ctx context.Context, req *http1.Request) (*http1.Response, error)) func() http1.HandlerPart {
	return func() http1.HandlerPart { return &http1.HandlerFunc{Func: f} }
}

// ticks streams three lines, each when the test has asked for it.
type ticks struct {
	http1.Handler
	ask   chan string
	ended chan<- error
}

func (h *ticks) Main(ctx context.Context) error {
	for req := range h.Inbox.All(ctx) {
		body := http1.NewBody(0)
		if err := h.Outbox.Send(ctx, &http1.Response{Request: req, Status: 200, Stream: body}); err != nil {
			return err
		}
		var err error
		for err == nil {
			select {
			case text, ok := <-h.ask:
				if err = io.EOF; ok {
					_, err = body.Write(ctx, []byte(text+"\n"))
				}
			case <-body.Abandoned():
				err = http1.ErrAbandoned
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		body.SetTrailer(http1.Header{{Name: "X-Sum", Value: "42"}})
		body.CloseWrite(nil)
		h.ended <- err
	}
	return nil
}

// application is the server of the tests. Its file is large.txt.
type application struct {
	pipelines.Server
	ask     chan string
	ended   chan error
	gate    chan struct{}
	waiting chan struct{}
	large   []byte
}

func newApplication(t testing.TB) *application {
	a := &application{
		ask: make(chan string), ended: make(chan error, 8), gate: make(chan struct{}), waiting: make(chan struct{}, 8),
		large: noise(300 << 10),
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{"index.html": []byte("<p>hello"), "large.txt": a.large} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree := &files.Tree{Dir: dir}
	if err := tree.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	a.Errors = func() http1.ErrorPart { return &jsonErrors{} }
	a.Mounts = []pipelines.Mount{
		{Path: "/", Name: "FILES", Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree} }},
		{Path: "/echo", Name: "ECHO", Handler: func() http1.HandlerPart { return &echo{} }},
		{Path: "/ticks", Name: "TICKS", Handler: func() http1.HandlerPart { return &ticks{ask: a.ask, ended: a.ended} }},
		{Path: "/wait", Name: "WAIT", Handler: answer(func(ctx context.Context, req *http1.Request) (*http1.Response, error) {
			a.waiting <- struct{}{}
			select {
			case <-a.gate:
				return http1.Text(req, 200, "waited"), nil
			case <-req.Context().Done():
				a.ended <- context.Cause(req.Context())
				return nil, req.Context().Err()
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})},
		{Path: "/deaf", Name: "DEAF", Handler: answer(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return http1.Text(req, 403, "I do not read"), nil
		})},
		{Path: "/read", Name: "READ", Handler: answer(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			text, err := io.ReadAll(req.Body)
			return http1.Text(req, 200, string(text)), err
		})},
		{Path: "/panic", Name: "PANIC", Handler: answer(func(context.Context, *http1.Request) (*http1.Response, error) { panic("oh") })},
		{Path: "/unfit", Name: "UNFIT", Handler: answer(func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return &http1.Response{Status: 99}, nil
		})},
		{Path: "/app", Name: "APP", Handler: func() http1.HandlerPart { return &nethttp.Handler{HTTP: broken()} }},
		{Path: "/later", Name: "LATER", Handler: func() http1.HandlerPart { return &nethttp.Handler{HTTP: broken()} }},
	}
	return a
}

// graph returns the application as a http.Handler that must come to an orderly end.
func (a *application) graph(t testing.TB) *nethttp.Graph {
	t.Helper()
	g := &nethttp.Graph{Application: a.Application, Report: func(err error) { t.Errorf("report: %v", err) }}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := g.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return g
}

// server returns net/http's own server before a handler.
func server(t testing.TB, h http.Handler) (address string) {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.Listener.Addr().String()
}
