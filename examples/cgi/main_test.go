//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/cgi"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// programs copies the programs to where any user may run them.
func programs(t *testing.T) string {
	dir, err := os.MkdirTemp("", "kamaelia-cgi-example-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	err = os.Chmod(dir, 0o755)
	for _, name := range []string{"whoami", "broken"} {
		text, readErr := os.ReadFile(filepath.Join("programs", name))
		err = errors.Join(err, readErr, os.WriteFile(filepath.Join(dir, name), text, 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPrograms(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("limits are for Linux")
	}
	dir := programs(t)
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", dir, w); w.Close() }()
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
	user := os.Geteuid()
	if user == 0 {
		user = 65534
	}
	for path, want := range map[string]string{
		"/whoami": "user " + strconv.Itoa(user) + ", at most 32 files, asked by 127.0.0.1\n",
		"/broken": "/broken has failed: it ended without a complete head: process: " + dir + "/broken ended with status 1\n\n    no such table: visitors\n",
		"/none":   "Not Found\n",
	} {
		resp, err := http.Get(strings.TrimSuffix(strings.TrimSpace(url), "/whoami") + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != want {
			t.Errorf("%s: %d %q %v, want %q", path, resp.StatusCode, body, err, want)
		}
	}
}

func TestConform(t *testing.T) {
	dir := &cgi.Dir{Path: programs(t)}
	if err := dir.Open(); err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	t.Run("Guest", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return NewGuest(dir) }, axontest.RealTime(),
			axontest.FeedFunc("inbox", func() []*http1.Request { return []*http1.Request{{Method: "GET", Path: "/whoami"}} }))
	})
	t.Run("Reasons", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &Reasons{} },
			axontest.FeedFunc("inbox", func() []*http1.Failure { return []*http1.Failure{{Status: 502, Request: &http1.Request{}}} }))
	})
}
