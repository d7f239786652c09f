//go:build unix

package files

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestSymlinks(t *testing.T) {
	dir := site(t, map[string]string{"real/a.txt": "a", "real/index.html": "index", "x.txt": "x"})
	for name, target := range map[string]string{
		"inside":       "real/a.txt",
		"inside-dir":   "real",
		"real/up":      "../x.txt",
		"chain":        "inside",
		"out":          "../secret.txt",
		"out-abs":      filepath.Join(dir, "../secret.txt"),
		"in-abs":       filepath.Join(dir, "x.txt"), // os.Root follows no absolute link
		"out-dir":      "..",
		"out-dir-abs":  "/",
		"out-and-in":   "../root/x.txt",
		"real/out":     "../../secret.txt",
		"via":          "inside-dir/../../secret.txt",
		"loop":         "loop",
		"ping":         "pong",
		"pong":         "ping",
		"self":         ".",
		"dangling":     "nothing",
		"etc":          "/etc/passwd",
		"through-file": "x.txt/../secret.txt",
		"cwd":          "/proc/self/cwd",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	tree := open(t, &Tree{Dir: dir, Fresh: -1})
	for path, want := range map[string]string{
		"/inside": "a", "/inside-dir/a.txt": "a", "/inside-dir/": "index", "/real/up": "x",
		"/chain": "a", "/self/self/x.txt": "x", "/inside-dir/up": "x",
	} {
		if e := get(t, tree, path); string(e.Content) != want {
			t.Errorf("%q: got %q, want %q", path, e.Content, want)
		}
	}
	for _, path := range []string{
		"/out", "/out-abs", "/in-abs", "/out-dir", "/out-dir/", "/out-dir/secret.txt", "/out-dir-abs/",
		"/out-dir-abs/etc/passwd", "/out-and-in", "/real/out", "/via", "/loop", "/loop/", "/loop/x",
		"/ping", "/pong", "/dangling", "/dangling/", "/etc", "/through-file", "/cwd/x", "/inside/",
		"/self/self/self/self/self/self/self/self/self/self/self/self/x.txt",
	} {
		refuse(t, tree, path, ErrNotFound)
	}
	if _, err := tree.Get("/inside-dir"); Status(err) != 301 {
		t.Errorf("link to a directory: error %v, want a redirect", err)
	}
}

// TestLinkSwitchedOutside: a link that led inside when its file was got, and
// then leads out.
func TestLinkSwitchedOutside(t *testing.T) {
	for _, small := range []int64{0, -1} {
		dir := site(t, map[string]string{"a.txt": "a"})
		if err := os.Symlink("a.txt", dir+"/link"); err != nil {
			t.Fatal(err)
		}
		tree := open(t, &Tree{Dir: dir, Small: small, Fresh: -1})
		e := get(t, tree, "/link")
		if err := os.Symlink("../secret.txt", dir+"/new"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(dir+"/new", dir+"/link"); err != nil {
			t.Fatal(err)
		}
		if f, err := e.Open(); !errors.Is(err, ErrChanged) {
			t.Errorf("Open: %v, %v, want ErrChanged", f, err)
		}
		refuse(t, tree, "/link", ErrNotFound)
	}
}

// TestIndexLinked: another index name for the very same file is noticed.
func TestIndexLinked(t *testing.T) {
	dir := site(t, map[string]string{"index.txt": "x"})
	tree := open(t, &Tree{Dir: dir, Fresh: -1, Index: []string{"index.html", "index.txt"}})
	get(t, tree, "/")
	if err := os.Symlink("index.txt", dir+"/index.html"); err != nil {
		t.Fatal(err)
	}
	if e := get(t, tree, "/"); e.Path != "/index.html" || e.Type != "text/html; charset=utf-8" {
		t.Errorf("got %s, %s", e.Path, e.Type)
	}
}

// TestSpecialFiles: none is opened, so a FIFO without a writer can't block, and
// a device is not touched. The test fails by its time-out if one does.
func TestSpecialFiles(t *testing.T) {
	dir := site(t, map[string]string{"x/y": ""})
	if err := syscall.Mkfifo(dir+"/fifo", 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(dir+"/x/index.html", 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("fifo", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // a socket's name must be short
	l, err := net.Listen("unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()

	tree := open(t, &Tree{Dir: dir})
	for _, path := range []string{"/fifo", "/fifo/", "/fifo/x", "/link", "/x/", "/x/index.html", "/socket", "/socket/"} {
		refuse(t, tree, path, ErrNotFound)
	}
	devices := open(t, &Tree{Dir: "/dev"})
	for _, path := range []string{"/null", "/zero", "/tty", "/random", "/null/"} {
		refuse(t, devices, path, ErrNotFound)
	}
	t.Run("is refused before it is opened", func(t *testing.T) {
		for _, path := range []string{"/fifo", "/link", "/socket", "/x/"} {
			if _, err := tree.find(path); !errors.Is(err, ErrNotFound) {
				t.Errorf("find(%q): %v, want not found", path, err)
			}
		}
	})
	t.Run("takes the place of a file before it is opened", func(t *testing.T) {
		for _, name := range []string{"fifo", "link", "socket", "x"} {
			if _, err := tree.load("/"+name, found{name: name}); !errors.Is(err, ErrNotFound) {
				t.Errorf("load(%q): %v, want not found", name, err)
			}
		}
	})
	t.Run("takes the place of a file that was got", func(t *testing.T) {
		write(t, dir+"/big", "content")
		e := get(t, tree, "/big")
		os.Remove(dir + "/big")
		if err := syscall.Mkfifo(dir+"/big", 0o644); err != nil {
			t.Fatal(err)
		}
		if f, err := e.Open(); !errors.Is(err, ErrChanged) {
			t.Errorf("Open: %v, %v, want ErrChanged", f, err)
		}
		refuse(t, tree, "/big", ErrNotFound)
	})
}

func TestModTime(t *testing.T) {
	dir := site(t, map[string]string{"x": "x"})
	now := time.Now()
	tree := open(t, &Tree{Dir: dir, Fresh: -1, wall: func() time.Time { return now }})
	for name, c := range map[string]struct {
		file, want time.Time
	}{
		"ordinary, cut to seconds":     {time.Unix(784111777, 999999999), time.Unix(784111777, 0)},
		"future: never later than now": {now.Add(time.Hour), time.Unix(now.Unix(), 0)},
		"second 0 of 1970":             {time.Unix(0, 5), time.Time{}},
		"second 1 of 1970":             {time.Unix(1, 0), time.Time{}},
		"second 2 of 1970":             {time.Unix(2, 0), time.Unix(2, 0)},
		"before 1970":                  {time.Unix(-100, 0), time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.Chtimes(dir+"/x", c.file, c.file); err != nil {
				t.Fatal(err)
			}
			if e := get(t, tree, "/x"); !e.ModTime.Equal(c.want) {
				t.Errorf("got %v, want %v", e.ModTime, c.want)
			}
		})
	}
}
