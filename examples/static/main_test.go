package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// start runs the program on a free port until the test's end.
func start(t *testing.T, dir string) (url string) {
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, dir, "127.0.0.1:0", w); w.Close() }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestSite(t *testing.T) {
	url := start(t, "../site")
	for path, want := range map[string]struct {
		status int
		media  string
		text   string
	}{
		"":               {200, "text/html; charset=utf-8", "<html"},
		"style.css":      {200, "text/css; charset=utf-8", "body"},
		"no-such-page":   {404, "text/plain; charset=utf-8", "Not Found"},
		"../main.go":     {404, "text/plain; charset=utf-8", "Not Found"},
		"%2e%2e/main.go": {404, "text/plain; charset=utf-8", "Not Found"},
	} {
		resp, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != want.status || resp.Header.Get("Content-Type") != want.media || !strings.Contains(string(body), want.text) {
			t.Errorf("%q: %d %s, %.60q, %v", path, resp.StatusCode, resp.Header.Get("Content-Type"), body, err)
		}
	}
}

func TestNoDirectory(t *testing.T) {
	if err := run(t.Context(), "no-such-directory", "127.0.0.1:0", io.Discard); err == nil {
		t.Error("it serves a directory that is not there")
	}
}
