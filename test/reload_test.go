//go:build unix

package test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// reloadable makes two directories, and a configuration that serves one of them.
func reloadable(t testing.TB) (file string, serving func(name, more string)) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		for file, size := range map[string]int{"small.txt": 100, "large.txt": 1 << 20} {
			if err := os.WriteFile(filepath.Join(dir, name, file), []byte(strings.Repeat(name, size)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	file = filepath.Join(dir, "site.yaml")
	serving = func(name, more string) {
		t.Helper()
		temporary := file + ".new"
		if err := os.WriteFile(temporary, []byte("root: "+name+"\naccess-log: off\n"+more), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(temporary, file); err != nil {
			t.Fatal(err)
		}
	}
	serving("a", "")
	return file, serving
}

// get asks for a file and returns what it is filled with.
func get(client *http.Client, s *server, path string, size int) (string, error) {
	resp, err := client.Get("http://" + s.addr + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return "", err
	case resp.StatusCode != 200 || len(b) != size || strings.Trim(string(b), string(b[:1])) != "":
		return "", fmt.Errorf("%s: %s, %d bytes", path, resp.Status, len(b))
	}
	return string(b[:1]), nil
}

// TestReload changes the configuration by SIGHUP 20 times under load: no request
// fails, and no connection is closed.
func TestReload(t *testing.T) {
	t.Parallel()
	file, serving := reloadable(t)
	s := serve(t, "--config", file)
	var stop, asked, cut atomic.Int64
	var clients sync.WaitGroup
	for i := range 6 {
		clients.Go(func() {
			transport := &http.Transport{DisableKeepAlives: i == 5}
			defer transport.CloseIdleConnections()
			transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := new(net.Dialer).DialContext(ctx, network, address)
				if err == nil && i < 5 {
					conn = &keptConn{conn, &cut}
				}
				return conn, err
			}
			client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
			for n := 0; stop.Load() == 0; n++ {
				path, size := "/small.txt", 100
				// A kernel that is short of memory, as other tests may make it, resets
				// connections that are closed before all was sent.
				if n%20 == 19 && i < 5 {
					path, size = "/large.txt", 1<<20
				}
				if _, err := get(client, s, path, size); err != nil {
					t.Errorf("client %d, request %d: %v", i, n, err)
					return
				}
				asked.Add(1)
			}
		})
	}
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for n := range 20 {
		name := string("ba"[n%2])
		serving(name, "")
		if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		eventually(t, 10*time.Second, "the new configuration", func() bool {
			got, err := get(fresh, s, "/small.txt", 100)
			return err == nil && got == name
		})
		before := asked.Load()
		eventually(t, 20*time.Second, "requests", func() bool { return t.Failed() || asked.Load() > before+200 })
	}
	stop.Store(1)
	clients.Wait()
	if n := cut.Load(); n != 0 {
		t.Errorf("the server closed %d connections of clients that keep theirs", n)
	}
	t.Logf("%d requests", asked.Load())
}

// A keptConn counts the ends of connections that their clients have not closed.
// How many connections there are is up to the clients: Go's opens another one if its
// goroutines are late.
type keptConn struct {
	net.Conn
	cut *atomic.Int64
}

func (c *keptConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == io.EOF || errors.Is(err, syscall.ECONNRESET) {
		c.cut.Add(1)
	}
	return n, err
}

// TestReload_Open looks at what a kept connection gets, and at mistakes.
func TestReload_Open(t *testing.T) {
	t.Parallel()
	file, serving := reloadable(t)
	s := serve(t, "--config", file, "--watch")
	w := dial(t, s.addr)
	defer w.Close()
	if r := w.roundTrip(t, "GET", "/small.txt"); !strings.HasPrefix(string(r.body), "aaa") {
		t.Fatalf("status %d, body %.20q", r.status, r.body)
	}
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	serving("b", "") // no signal: the file is watched
	eventually(t, 10*time.Second, "the changed file", func() bool {
		got, err := get(fresh, s, "/small.txt", 100)
		return err == nil && got == "b"
	})
	if r := w.roundTrip(t, "GET", "/small.txt"); !strings.HasPrefix(string(r.body), "bbb") {
		t.Errorf("by the open connection: status %d, body %.20q", r.status, r.body)
	}
	serving("a", "limit: {head: 1KiB}\n")
	eventually(t, 10*time.Second, "the mistake in the log", func() bool {
		log := s.log.String()
		return strings.Contains(log, "site.yaml:3:1") && strings.Contains(log, "did you mean limits") && strings.Contains(log, "stays as it was")
	})
	if r := w.roundTrip(t, "GET", "/small.txt"); !strings.HasPrefix(string(r.body), "bbb") {
		t.Errorf("after a mistake: status %d, body %.20q", r.status, r.body)
	}
	serving("a", "grace: 5s\n")
	eventually(t, 10*time.Second, "the warning in the log", func() bool {
		return strings.Contains(s.log.String(), `["grace"]`)
	})
	if r := w.roundTrip(t, "GET", "/small.txt"); !strings.HasPrefix(string(r.body), "aaa") {
		t.Errorf("at the end: status %d, body %.20q", r.status, r.body)
	}
}

// TestReload_BusyDirectory changes a file beside which another one, such as a log,
// is written all the time.
func TestReload_BusyDirectory(t *testing.T) {
	t.Parallel()
	file, serving := reloadable(t)
	s := serve(t, "--config", file, "--watch")
	log, err := os.Create(filepath.Join(filepath.Dir(file), "log"))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer close(ended)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			_, _ = log.WriteString("a line\n")
			<-tick.C
		}
	}()
	defer func() { cancel(); <-ended; log.Close() }()
	serving("b", "")
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	eventually(t, 10*time.Second, "the changed file", func() bool {
		got, err := get(fresh, s, "/small.txt", 100)
		return err == nil && got == "b"
	})
}
