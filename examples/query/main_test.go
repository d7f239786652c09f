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

func TestQuery(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", w); w.Close() }()
	url, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ method, body, want string }{
		{"QUERY", "es", "200  Thames\nTigris and Euphrates\n"},
		{"QUERY", "Nile", "200  "},
		{"QUERY", "", "400  Bad Request\n"},
		{"GET", "", "200  " + rivers},
		{"LINK", "", "501  Not Implemented\n"},
		{"HEAD", "", "200  "},
		{"POST", "es", "405 GET, HEAD, OPTIONS, QUERY Method Not Allowed\n"},
		{"OPTIONS", "", "204 GET, HEAD, OPTIONS, QUERY "},
	} {
		req, _ := http.NewRequest(c.method, strings.TrimSpace(url), strings.NewReader(c.body))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := resp.Status[:3] + " " + resp.Header.Get("Allow") + " " + string(body); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.method, c.body, got, c.want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
