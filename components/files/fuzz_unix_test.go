//go:build unix

package files

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// FuzzGet: whatever the path, Get returns a file of the root that the path
// names and is not hidden, a redirect that stays on the host, or not found. It
// never returns what lies beside the root, and never waits.
func FuzzGet(f *testing.F) {
	dir := site(f, map[string]string{
		"index.html": "home", "a/b.html": "b", "a/index.html": "a", ".git/config": "url",
		".well-known/x": "x", "with space/100%/ü/x": "x", "evil.com/x": "x",
	})
	for name, target := range map[string]string{
		"out": "..", "a/out": "../../secret.txt", "abs": filepath.Dir(dir), "loop": "loop", "in": "a", "up": "a/../a",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			f.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(dir+"/fifo", 0o644); err != nil {
		f.Fatal(err)
	}
	for _, path := range []string{
		"/", "/a", "/a/", "/a/b.html", "/a/b.html/", "/../secret.txt", "/out/secret.txt", "/a/out", "/abs/secret.txt",
		"/loop", "/in/b.html", "/in", "/up/", "/fifo", "//evil.com", "/\\evil.com", "/.git/config", "/.well-known",
		"/.well-known/x", "/with space/100%/ü/x", "/%2e%2e/secret.txt", "/a\x00", "*", "", "/a/./b.html", "///a//b.html",
	} {
		f.Add(path)
	}
	tree := open(f, &Tree{Dir: dir, Memory: 5000})
	f.Fuzz(func(t *testing.T, path string) {
		e, err := tree.Get(path)
		if redirect, ok := errors.AsType[*Redirect](err); ok {
			if l := redirect.Location; l[0] != '/' || strings.HasPrefix(l, "//") || strings.ContainsAny(l, "\\\r\n ?#") {
				t.Errorf("%q: Location %q", path, l)
			}
			checkLocation(t, path, redirect.Location)
			return
		}
		if err != nil {
			if !errors.Is(err, ErrNotFound) || e != nil {
				t.Errorf("%q: %v, %v", path, e, err)
			}
			return
		}
		if bytes.Contains(e.Content, []byte("SECRET")) {
			t.Fatalf("%q: got the secret", path)
		}
		if strings.Contains(strings.ReplaceAll(path, "/.well-known/", "/"), "/.") {
			t.Errorf("%q: got a hidden file, %q", path, e.Path)
		}
		if p := mergeSlashes(path); e.Path != p && e.Path != p+"index.html" {
			t.Errorf("%q: got %q", path, e.Path)
		}
		if want, err := os.ReadFile(dir + e.Path); err != nil || !bytes.Equal(e.Content, want) {
			t.Errorf("%q: got %q, file holds %q, %v", path, e.Content, want, err)
		}
	})
}
