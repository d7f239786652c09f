package config

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kamaelia-go/kamaelia/axon"
)

func TestReload(t *testing.T) {
	dir := ground(t)
	write := func(text string) *Config {
		t.Helper()
		c, err := load(t, dir, text)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	s, err := write("root: www\nlisten: 127.0.0.1:0\naccess-log: off\n").Build()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	each := open(t, dir)
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	address := s.Site.Sockets[0].Addr()
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(t.Context(), s.Site.Graph()) // which Reload needs to be there
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	get := func(path string) string {
		t.Helper()
		resp, err := (&http.Client{Transport: transport}).Get(fmt.Sprintf("http://%v%s", address, path))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if got := get("/"); got != "index" {
		t.Errorf("before: %q", got)
	}
	first := s
	for i := range 5 { // each keeps a directory open
		root, want := "docs", "docs"
		if i%2 == 1 {
			root, want = "www", "index"
		}
		waiting, err := s.Reload(write("root: " + root + "\nlisten: 127.0.0.1:0\naccess-log: off\n"))
		if err != nil || len(waiting) > 0 {
			t.Fatal(waiting, err)
		}
		if got := get("/"); got != want {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	c := write("root: missing\n")
	var problems Problems
	if _, err := s.Reload(c); !errors.As(err, &problems) || !strings.Contains(err.Error(), "missing") {
		t.Errorf("a missing directory: %v", err)
	}
	if got := get("/"); got != "docs" {
		t.Errorf("after a mistake: %q", got)
	}
	waiting, err := s.Reload(write("root: www\nlisten: 127.0.0.1:1\ngrace: 1s\nadmin: 127.0.0.1:0\nhttp2: {off: true}\n"))
	if diff := cmp.Diff([]string{"access-log", "admin", "grace", "http2", "listen"}, waiting); err != nil || diff != "" {
		t.Errorf("%v, -want +got\n%s", err, diff)
	}
	if got := get("/"); got != "index" {
		t.Errorf("at the end: %q", got)
	}
	transport.CloseIdleConnections()
	running.Finish()
	if err := running.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if first != s || s.edition == nil {
		t.Error("there is no edition")
	}
	// Every directory but the one in use is closed, though the Server is not.
	if n := open(t, dir); n > each {
		t.Errorf("%d descriptors of directories are open, %d at first", n, each)
	}
}

// open counts the descriptors of directories below dir; -1 where nobody tells.
func open(t *testing.T, dir string) (n int) {
	links, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	for _, l := range links {
		to, _ := os.Readlink(filepath.Join("/proc/self/fd", l.Name()))
		if fi, err := os.Stat(to); err == nil && fi.IsDir() && strings.HasPrefix(to, dir) {
			n++
		}
	}
	return n
}
