//go:build unix

package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLitmus runs all suites of litmus, the conformance tests for WebDAV servers
// by those who wrote neon.
func TestLitmus(t *testing.T) {
	t.Parallel()
	litmus := requireProgram(t, "litmus")
	dir := t.TempDir()
	s := serve(t, "--webdav", "/dav="+dir, site(t))
	suites := []string{"basic", "copymove", "props", "locks", "http"}
	cmd := exec.Command(litmus, "--keep-going", "http://"+s.addr+"/dav/")
	cmd.Dir = t.TempDir() // it writes logs
	cmd.Env = append(os.Environ(), "TESTS="+strings.Join(suites, " "))
	out, err := cmd.CombinedOutput()
	said := strings.ReplaceAll(string(out), "\r", "\n")
	if err != nil {
		t.Errorf("litmus: %v", err)
	}
	for _, suite := range suites {
		summary := regexp.MustCompile("summary for `" + suite + "': of ([0-9]+) tests run: ([0-9]+) passed, 0 failed")
		if m := summary.FindStringSubmatch(said); m == nil || m[1] != m[2] || m[1] == "0" {
			t.Errorf("%s: not all have passed", suite)
		}
	}
	for line := range strings.Lines(said) {
		if strings.Contains(line, "WARNING") || strings.Contains(line, "FAIL") || strings.Contains(line, "SKIPPED") {
			t.Error(line)
		}
	}
	if t.Failed() {
		t.Logf("%s", said)
	}
}

// TestCadaver works in a share as a person does with cadaver.
func TestCadaver(t *testing.T) {
	t.Parallel()
	cadaver := requireProgram(t, "cadaver")
	dir, local := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(local, "note"), []byte("a note\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--webdav", "/dav="+dir, site(t))
	cmd := exec.Command(cadaver, "http://"+s.addr+"/dav/")
	cmd.Dir, cmd.Env = local, append(os.Environ(), "HOME="+local)
	cmd.Stdin = strings.NewReader(strings.Join([]string{
		"mkcol new", "cd new", "put note", `copy note "b c"`, "move note d", "propset d color blue", "propget d color",
		"lock d", "discover d", "put note d", "unlock d", "ls", "get d back", "mkcol inner", "rmcol inner", `delete "b c"`, "quit",
	}, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	said := string(out)
	if err != nil || strings.Contains(said, "failed") || !strings.Contains(said, "Value of color is: blue") || !strings.Contains(said, "urn:uuid:") {
		t.Errorf("cadaver: %v\n%s", err, said)
	}
	if got := content(t, local, "back"); got != "a note\n" {
		t.Errorf("what came back is %q", got)
	}
	names, err := filepath.Glob(filepath.Join(dir, "new", "[^.]*"))
	if err != nil || len(names) != 1 || content(t, names[0]) != "a note\n" {
		t.Errorf("the share holds %v, %v", names, err)
	}
}

// TestRclone copies a tree into a share and back, moves it and deletes it.
func TestRclone(t *testing.T) {
	t.Parallel()
	rclone := requireProgram(t, "rclone")
	dir, from, back := t.TempDir(), t.TempDir(), t.TempDir()
	tree := map[string]string{"a": "A", "sub/ü x%20y#&?.txt": "odd", "sub/deep/er": "B", ".hidden/h": "H", "empty": ""}
	for name, text := range tree {
		path := filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, "--webdav", "/dav="+dir, site(t))
	config := filepath.Join(t.TempDir(), "config")
	do := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(rclone, append([]string{"--config", config, "--log-level", "ERROR", "--retries", "1"}, args...)...).CombinedOutput()
		if err != nil {
			t.Errorf("rclone %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	remote := `:webdav,url="http://` + s.addr + `/dav/":`
	do("sync", from, remote+"tree")
	do("check", "--download", from, remote+"tree")
	do("moveto", remote+"tree", remote+"moved")
	do("copy", remote+"moved", back)
	for name, text := range tree {
		if got := content(t, back, name); got != text {
			t.Errorf("%s came back as %q", name, got)
		}
	}
	do("delete", remote+"moved/a")
	do("purge", remote+"moved")
	if list := do("lsf", "-R", remote); list != "" {
		t.Errorf("what is left: %s", list)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 0 {
		t.Errorf("the directory holds %v, %v", names, err)
	}
}

// TestWebdavRead reads a share as any file, with ranges and conditions, and by the
// tag that PROPFIND tells.
func TestWebdavRead(t *testing.T) {
	t.Parallel()
	dir := writable(t)
	s := serve(t, "--webdav", "/dav="+dir, site(t))
	if r := dial(t, s.addr).roundTrip(t, "GET", "/dav/dir/inner.txt"); r.status != 200 || string(r.body) != "inner\n" {
		t.Errorf("GET: %d %q", r.status, r.body)
	}
	for path, want := range map[string]string{
		"/dav/dir/inner.txt": "GET, HEAD, PUT, DELETE, OPTIONS, COPY, LOCK, MOVE, PROPFIND, PROPPATCH, UNLOCK",
		"/dav/dir/":          "GET, HEAD, DELETE, OPTIONS, COPY, LOCK, MOVE, PROPFIND, PROPPATCH, UNLOCK",
		"/dav/none":          "PUT, OPTIONS, LOCK, MKCOL",
		"/hello.txt":         "GET, HEAD, OPTIONS",
	} {
		r := dial(t, s.addr).roundTrip(t, "OPTIONS", path)
		if got := strings.Join(r.get("Allow"), ", "); got != want || strings.HasPrefix(path, "/dav") != r.has("DAV", "1") {
			t.Errorf("OPTIONS %s: %s %v", path, got, r.get("DAV"))
		}
	}
	if r := dial(t, s.addr).roundTrip(t, "PROPFIND", "/hello.txt"); r.status != 405 {
		t.Errorf("PROPFIND beside the share: %d", r.status)
	}
}
