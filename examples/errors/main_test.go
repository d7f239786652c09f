package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// start runs the program on a free port until the test's end, and returns where
// it listens.
func start(t *testing.T, rewired bool) (addr string) {
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", rewired, w); w.Close() }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	addr, _, _ = strings.Cut(strings.TrimPrefix(line, "http://"), "/")
	return addr
}

// answer is what a connection says to some bytes.
func answer(t *testing.T, addr, request string) (status int, kind, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(text)
}

func TestFailuresAreJSON(t *testing.T) {
	for _, wiring := range []struct {
		name    string
		rewired bool
	}{{"by one option", false}, {"rewired", true}} {
		t.Run(wiring.name, func(t *testing.T) {
			addr := start(t, wiring.rewired)
			get := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: example.com\r\n\r\n" }
			for _, c := range []struct {
				request, stage, path string
				status               int
			}{
				{"GARBAGE\r\n\r\n", "PARSER", "", 400},
				{get("/%zz"), "PARSER", "", 400},
				{"GET / HTTP/2.0\r\n\r\n", "PARSER", "", 505},
				{get("/drinks/coffee"), "DRINKS", "/drinks/coffee", 418},
				{get("/drinks/broken"), "DRINKS", "/drinks/broken", 500},
				{get("/nothing"), "ROUTER", "/nothing", 404},
			} {
				if wiring.rewired && c.stage == "ROUTER" {
					continue // there is none
				}
				status, kind, body := answer(t, addr, c.request)
				var got struct {
					Status      int
					Stage, Path string
				}
				if err := json.Unmarshal([]byte(body), &got); err != nil || kind != "application/json" || status != c.status ||
					got.Status != c.status || got.Stage != c.stage || got.Path != c.path {
					t.Errorf("%q: %d %s %q, want %d of %s, %v", c.request, status, kind, body, c.status, c.stage, err)
				}
			}
			if status, _, body := answer(t, addr, get("/drinks/tea")); status != 200 || body != "Here you are.\n" {
				t.Errorf("tea: %d %q", status, body)
			}
		})
	}
}

func TestJSONErrorsConforms(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &JSONErrors{} },
		axontest.FeedFunc("inbox", func() []*http1.Failure {
			return []*http1.Failure{{Status: 404, Request: &http1.Request{Path: "/"}}}
		}))
}
