//go:build unix

package test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// writable makes a directory for --put: a directory in it with a file, and a link
// that leads out.
func writable(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "writable")
	if err := os.MkdirAll(filepath.Join(dir, "dir"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dir", "inner.txt"), []byte("inner\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "up")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// content returns what a file holds, "" if there is none.
func content(t testing.TB, name ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(name...))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(b)
}

// TestPut writes, reads and deletes as curl does.
func TestPut(t *testing.T) {
	t.Parallel()
	curl := requireProgram(t, "curl")
	dir := writable(t)
	s := serve(t, "--put", "/put="+dir, "--max-body", "5000000", site(t))
	large := filepath.Join(t.TempDir(), "large")
	data := make([]byte, 3<<20)
	_, _ = rand.Read(data)
	if err := os.WriteFile(large, data, 0o644); err != nil {
		t.Fatal(err)
	}
	url := "http://" + s.addr + "/put/"
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{"put", []string{"-T", large, url + "a"}, "201"},
		{"put again", []string{"-T", large, url + "a"}, "204"},
		{"put in chunks", []string{"-T", large, "-H", "Transfer-Encoding: chunked", url + "b"}, "201"},
		{"put with HTTP/1.0", []string{"--http1.0", "-T", large, url + "c"}, "201"},
		{"put what is there", []string{"-T", large, "-H", "If-None-Match: *", url + "a"}, "412"},
		{"put into nothing", []string{"-T", large, url + "none/a"}, "409"},
		{"put too much", []string{"--data-binary", "@" + large, "--data-binary", "@" + large, "-X", "PUT", url + "d"}, "413"},
		{"put outside", []string{"--path-as-is", "-T", large, url + "../a"}, "405"},
		{"put into the site", []string{"-T", large, "http://" + s.addr + "/hello.txt"}, "405"},
		{"delete", []string{"-X", "DELETE", url + "b"}, "204"},
		{"delete again", []string{"-X", "DELETE", url + "b"}, "404"},
	} {
		args := append([]string{"-sS", "--max-time", "20", "-o", os.DevNull, "-w", "%{http_code}"}, tc.args...)
		out, err := exec.Command(curl, args...).CombinedOutput()
		if err != nil && tc.want != "413" || string(out) != tc.want {
			t.Errorf("%s: %v, %q, want %q", tc.name, err, out, tc.want)
		}
	}
	for _, name := range []string{"a", "c"} {
		out, err := exec.Command(curl, "-sS", url+name).Output()
		if err != nil || !bytes.Equal(out, data) || content(t, dir, name) != string(data) {
			t.Errorf("%s is not what was put: %v", name, err)
		}
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 4 {
		t.Errorf("the directory holds %v, %v", names, err)
	}
}

// TestPutNothingByDefault shows that files are read-only unless asked otherwise.
func TestPutNothingByDefault(t *testing.T) {
	t.Parallel()
	root := site(t)
	s := serve(t, root)
	for _, method := range []string{"PUT", "DELETE"} {
		if r := dial(t, s.addr).roundTrip(t, method, "/hello.txt"); r.status != 405 {
			t.Errorf("%s: %d", method, r.status)
		}
	}
	if got := content(t, root, "hello.txt"); got != "hello, world\n" {
		t.Errorf("hello.txt holds %q", got)
	}
}

// TestPutWrongUse tells what is wrong with --put.
func TestPutWrongUse(t *testing.T) {
	t.Parallel()
	root := site(t)
	for arg, want := range map[string]string{
		"put=" + root:                 "begins with a slash",
		"/put":                        "PREFIX=DIR",
		"/put=":                       "PREFIX=DIR",
		"/=" + t.TempDir():            "the directory at / is",
		"/put=" + root + "/none":      "no such file",
		"/put=" + root + "/hello.txt": "not a directory",
		"/put//a=" + root:             "no empty",
	} {
		r := run(t, "serve", "--listen", "127.0.0.1:0", "--put", arg, root)
		if r.status == 0 || !strings.Contains(r.stderr, want) || strings.Count(r.stderr, "\n") > 1 {
			t.Errorf("--put %s: %d, %q, want %q", arg, r.status, r.stderr, want)
		}
	}
	r := run(t, "serve", "--listen", "127.0.0.1:0", "--put", "/a="+root, "--put", "/a="+root, root)
	if r.status == 0 || !strings.Contains(r.stderr, "/a") {
		t.Errorf("twice: %d, %q", r.status, r.stderr)
	}
}

// begin sends the head of a PUT and a part of its body, and waits until that is
// on its way to the disk.
func begin(t testing.TB, s *server, dir, path, old string) *wire {
	t.Helper()
	w := dial(t, s.addr)
	w.send(fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf", path), 0)
	eventually(t, 5*time.Second, "the upload has begun", func() bool {
		halves, _ := filepath.Glob(filepath.Join(dir, ".kamaelia-upload-*"))
		return len(halves) == 1 && content(t, halves[0]) == "half"
	})
	if got := content(t, dir, filepath.Base(path)); got != old {
		t.Errorf("while a new one comes the file holds %q", got)
	}
	return w
}

// TestPutCutShort breaks uploads off: by the client's end, by the server's, and
// by one that kills it. The old file stays; only a crash leaves something, and
// that is not served.
func TestPutCutShort(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		cut   func(t *testing.T, s *server, w *wire)
		crash bool
	}{
		{"by the client", func(t *testing.T, s *server, w *wire) { w.Close() }, false},
		{"by the client, half", func(t *testing.T, s *server, w *wire) {
			w.endSending()
			if r, err := w.reply("PUT"); err != nil || r.status != 400 {
				t.Errorf("%v, %v", r, err)
			}
		}, false},
		{"by the server's end", func(t *testing.T, s *server, w *wire) {
			_ = s.cmd.Process.Signal(syscall.SIGTERM)
			s.wait(t, stopLimit)
		}, false},
		{"by a crash", func(t *testing.T, s *server, w *wire) {
			_ = s.cmd.Process.Signal(syscall.SIGKILL)
			s.wait(t, stopLimit)
		}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := writable(t)
			if err := os.WriteFile(filepath.Join(dir, "a"), []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			s := serve(t, "--grace", "100ms", "--put", "/put="+dir, site(t))
			w := begin(t, s, dir, "/put/a", "old")
			tc.cut(t, s, w)
			halves := func() []string {
				found, _ := filepath.Glob(filepath.Join(dir, ".kamaelia-upload-*"))
				return found
			}
			if !tc.crash {
				eventually(t, 5*time.Second, "the half is gone", func() bool { return len(halves()) == 0 })
			}
			if got := content(t, dir, "a"); got != "old" {
				t.Errorf("the file holds %q", got)
			}
			if !tc.crash {
				return
			}
			left := halves()
			if len(left) != 1 {
				t.Fatalf("a crash left %v", left)
			}
			s = serve(t, "--put", "/put="+dir, site(t))
			if r := dial(t, s.addr).roundTrip(t, "GET", "/put/"+filepath.Base(left[0])); r.status != 404 {
				t.Errorf("what a crash left is served: %d", r.status)
			}
			long := time.Now().Add(-48 * time.Hour)
			if err := os.Chtimes(left[0], long, long); err != nil {
				t.Fatal(err)
			}
			if r := dial(t, s.addr).roundTrip(t, "PUT", "/put/b"); r.status != http.StatusCreated {
				t.Errorf("PUT: %d", r.status)
			}
			if left := halves(); len(left) != 0 {
				t.Errorf("two days later there is still %v", left)
			}
		})
	}
}

// TestPutSlowly shows that an upload which takes its time holds nobody up, nor
// what it replaces.
func TestPutSlowly(t *testing.T) {
	t.Parallel()
	dir := writable(t)
	s := serve(t, "--put", "/put="+dir, site(t))
	slow := begin(t, s, dir, "/put/a", "")
	for i := range 20 {
		w := dial(t, s.addr)
		if r := w.roundTrip(t, "PUT", fmt.Sprint("/put/b", i)); r.status != 201 {
			t.Errorf("another upload: %d", r.status)
		}
		if r := w.roundTrip(t, "GET", "/put/a"); r.status != 404 {
			t.Errorf("half a file is served: %d", r.status)
		}
		w.Close()
	}
	mustAnswer(t, s)
	slow.send(strings.Repeat("x", 996), 0)
	if r, err := slow.reply("PUT"); err != nil || r.status != 201 {
		t.Errorf("%v, %v", r, err)
	}
	if got := content(t, dir, "a"); len(got) != 1000 {
		t.Errorf("the file has %d bytes", len(got))
	}
}
