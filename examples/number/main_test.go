package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

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
	return strings.TrimSpace(line)
}

func TestNumbers(t *testing.T) {
	url := start(t)
	var many, want strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&many, "line %d\n", i)
		fmt.Fprintf(&want, "%d line %d\n", i+1, i)
	}
	for name, c := range map[string]struct{ body, want string }{
		"two":        {"one\ntwo\n", "1 one\n2 two\n"},
		"no end":     {"one\n\ntwo", "1 one\n2 \n3 two\n"},
		"nothing":    {"", ""},
		"many lines": {many.String(), want.String()},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := http.Post(url, "text/plain", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if got, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 || string(got) != c.want {
				t.Errorf("%d, %d bytes, want %d: %v", resp.StatusCode, len(got), len(c.want), err)
			}
		})
	}
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 405 {
		t.Errorf("GET: %d", resp.StatusCode)
	}
}

// What has been sent is answered while the request goes on.
func TestStreams(t *testing.T) {
	url := start(t)
	body, send := io.Pipe()
	go fmt.Fprintln(send, "first")
	resp, err := http.Post(url, "text/plain", body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answers := bufio.NewReader(resp.Body)
	if line, err := answers.ReadString('\n'); err != nil || line != "1 first\n" {
		t.Fatalf("%q, %v", line, err)
	}
	go func() { fmt.Fprintln(send, "second"); send.Close() }()
	if rest, err := io.ReadAll(answers); err != nil || string(rest) != "2 second\n" {
		t.Errorf("%q, %v", rest, err)
	}
}
