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

func TestUpload(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, t.TempDir(), "127.0.0.1:0", w); w.Close() }()
	url, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ method, field, body, want string }{
		{"PUT", "", "one", "201 "},
		{"PUT", "If-None-Match: *", "two", "412 Precondition Failed\n"},
		{"GET", "", "", "200 one"},
		{"PUT", "", "two", "204 "},
		{"GET", "", "", "200 two"},
		{"DELETE", "", "", "204 "},
		{"GET", "", "", "404 Not Found\n"},
	} {
		req, _ := http.NewRequest(c.method, strings.TrimSpace(url)+"a.txt", strings.NewReader(c.body))
		if name, value, ok := strings.Cut(c.field, ": "); ok {
			req.Header.Set(name, value)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := resp.Status[:3] + " " + string(body); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.method, c.body, got, c.want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWrongDirectory(t *testing.T) {
	if err := run(t.Context(), "main.go", "127.0.0.1:0", io.Discard); err == nil {
		t.Error("a file is no directory")
	}
}
