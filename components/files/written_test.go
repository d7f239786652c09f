package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// overwrite gives a file new content, in place, and the time now.
func overwrite(t *testing.T, dir, name, content string) os.FileInfo {
	t.Helper()
	path, now := filepath.Join(dir, name), time.Now()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, now, now); err != nil {
		t.Fatal(err)
	}
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fi
}

// What is the server's own is not served, whoever asks.
func TestTree_Own(t *testing.T) {
	dir := t.TempDir()
	overwrite(t, dir, ".kamaelia-a", "own")
	overwrite(t, dir, ".kamaelia", "not")
	tree := &Tree{Dir: dir, Hidden: true}
	if err := tree.Open(); err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if e, err := tree.Get("/.kamaelia-a"); err == nil {
		t.Errorf("%q", e.Content)
	}
	if e, err := tree.Get("/.kamaelia"); err != nil || string(e.Content) != "not" {
		t.Errorf("%v, %v", e, err)
	}
	if infos, err := tree.ReadDir("/"); err != nil || len(infos) != 1 {
		t.Errorf("%v, %v", infos, err)
	}
	fi, err := os.Stat(filepath.Join(dir, ".kamaelia"))
	if err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	tree.wall = func() time.Time { return later }
	if e, err := tree.Look("/.kamaelia"); err != nil || e.ETag != tree.Tag(fi, later) || e.Type != tree.MediaType(".kamaelia") {
		t.Errorf("%v, %v, %s", e, err, tree.Tag(fi, later))
	}
	if tag := tree.Tag(fi, fi.ModTime()); !strings.HasPrefix(tag, "W/") {
		t.Errorf("%s of a file that may change again at once", tag)
	}
}

// What the program itself does to the directory is seen at once: at a name, at
// the directory whose index it is, and where there was nothing.
func TestTree_Changed(t *testing.T) {
	dir := t.TempDir()
	overwrite(t, dir, "index.html", "old")
	tree := &Tree{Dir: dir, Fresh: time.Hour}
	if err := tree.Open(); err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	get := func(path, want string) {
		t.Helper()
		e, err := tree.Get(path)
		switch {
		case want == "" && err == nil:
			t.Errorf("%s: %q, want none", path, e.Content)
		case want != "" && (err != nil || string(e.Content) != want):
			t.Errorf("%s: %v, %v, want %q", path, e, err, want)
		}
	}
	get("/", "old")
	get("/new", "")
	overwrite(t, dir, "index.html", "fresh")
	overwrite(t, dir, "new", "there")
	get("/", "old")
	get("/new", "")
	if e, err := tree.Look("/new"); err != nil || string(e.Content) != "there" {
		t.Errorf("Look: %v, %v", e, err)
	}
	tree.Changed()
	get("/", "fresh")
	get("/new", "there")
	if err := os.Remove(filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	get("/new", "there")
	tree.Changed()
	get("/new", "")
}

// The tag of a file that this program has written is strong at once, and is the
// one that the file has for ever.
func TestTree_Wrote(t *testing.T) {
	if !strongIdentity {
		t.Skip("no strong tags on this system")
	}
	dir := t.TempDir()
	tree := &Tree{Dir: dir, Fresh: time.Hour}
	if err := tree.Open(); err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	seen := map[string]bool{}
	for _, content := range []string{"one", "two", "six"} {
		tag := tree.Wrote(overwrite(t, dir, "a", content))
		e, err := tree.Get("/a")
		if err != nil || string(e.Content) != content || e.ETag != tag || strings.HasPrefix(tag, "W/") || seen[tag] {
			t.Errorf("%v, %v, tag %s", e, err, tag)
		}
		seen[tag] = true
		tree.wall = func() time.Time { return time.Now().Add(time.Hour) }
		if e, err := tree.Look("/a"); err != nil || e.ETag != tag {
			t.Errorf("later: %v, %v, tag %s", e, err, tag)
		}
		tree.wall = nil
	}
	tree.wall = func() time.Time { return time.Now().Add(time.Hour) }
	tree.Wrote(overwrite(t, dir, "b", ""))
	if n := len(tree.written.ids); n != 1 {
		t.Errorf("%d files are remembered an hour later", n)
	}
}
