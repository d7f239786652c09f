package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// start runs the program on a free port until the test's end, and returns the
// address that it prints.
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

func TestShare(t *testing.T) {
	url := start(t, t.TempDir())
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"MKCOL", "notes", "", 201},
		{"PUT", "notes/a.txt", "one", 201},
		{"PROPFIND", "notes", "", 207},
		{"COPY", "notes/a.txt", "", 201},
		{"GET", "copy.txt", "", 200},
		{"DELETE", "notes", "", 204},
		{"GET", "notes/a.txt", "", 404},
	} {
		req, _ := http.NewRequest(c.method, url+c.path, strings.NewReader(c.body))
		req.Header.Set("Depth", "1")
		if c.method == "COPY" {
			req.Header.Set("Depth", "0")
			req.Header.Set("Destination", url+"copy.txt")
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s %s: %s, want %d", c.method, c.path, resp.Status, c.want)
		}
	}
}

// A client that people use: what it puts there is there.
func TestCadaver(t *testing.T) {
	cadaver, err := exec.LookPath("cadaver")
	if err != nil {
		t.Skip("cadaver is not installed")
	}
	dir, local := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(local, "a.txt"), []byte("one"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(cadaver, start(t, dir))
	cmd.Dir, cmd.Env = local, append(os.Environ(), "HOME="+local)
	cmd.Stdin = strings.NewReader("mkcol notes\nput a.txt notes/a.txt\nquit\n")
	out, err := cmd.CombinedOutput()
	got, _ := os.ReadFile(filepath.Join(dir, "notes", "a.txt"))
	if err != nil || string(got) != "one" {
		t.Errorf("%v, %q\n%s", err, got, out)
	}
}
