//go:build unix

package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestApplications(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		if os.Getenv("KAMAELIA_TEST_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", ".", w); w.Close() }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	url, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{"", `^GET /shop/teapot, or /clock\n$`},
		{"shop/teapot", `^teapot: 12 for Ada\n$`},
		{"shop/saucer", `^we have cup and teapot\n$`},
		{"clock", `^(\d\d:\d\d:\d\d\n){3}$`},
	} {
		resp, err := http.Get(strings.TrimSpace(url) + c.path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !regexp.MustCompile(c.want).Match(body) {
			t.Errorf("/%s: %v, %q, want %s", c.path, err, body, c.want)
		}
	}
}
