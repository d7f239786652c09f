package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// start runs the program on a free port until the test's end, and returns the
// address that it prints.
func start(t *testing.T) (url string) {
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", w); w.Close() }()
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
	url, _, _ = strings.Cut(line, "/hello")
	return url
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestHandlers(t *testing.T) {
	url := start(t)
	for _, c := range []struct {
		path   string
		status int
		body   string
	}{
		{"/hello?name=Ada", 200, "Hello, Ada! You are number 1.\n"},
		{"/hello/below?name=Grace", 200, "Hello, Grace! You are number 2.\n"},
		{"/hello?name=%zz", 400, "Bad Request\n"},
		{"/elsewhere", 404, "Not Found\n"},
	} {
		if status, body := get(t, url+c.path); status != c.status || body != c.body {
			t.Errorf("%s: %d %q, want %d %q", c.path, status, body, c.status, c.body)
		}
	}
	status, body := get(t, url+"/time")
	if _, err := time.Parse(time.RFC3339, strings.TrimSpace(body)); status != 200 || err != nil {
		t.Errorf("/time: %d %q", status, body)
	}
}

func TestHelloConforms(t *testing.T) {
	request := func() []*http1.Request { return []*http1.Request{{Method: "GET", Query: "name=Ada"}, {Query: "%zz"}} }
	axontest.Conform(t, func() axon.Component { return &Hello{Visits: new(atomic.Int64)} },
		axontest.FeedFunc("inbox", request))
}
