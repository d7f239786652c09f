package files

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// site writes the named files below a new directory and returns its name.
// Beside the directory lies secret.txt, which no Tree may ever serve.
func site(t testing.TB, content map[string]string) string {
	t.Helper()
	above := t.TempDir()
	write(t, filepath.Join(above, "secret.txt"), secret)
	dir := filepath.Join(above, "root")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range content {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

// secret is what lies outside.
const secret = "SECRET: nobody outside may read this"

// write writes a file in place, its directories too.
func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// replace puts another file in the place of name, as careful programs do.
func replace(t testing.TB, name, text string) {
	t.Helper()
	write(t, name+".new", text)
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

// open opens a tree and closes it at the end of the test. Its wall clock is an
// hour ahead, so that files which were just written count as settled.
func open(t testing.TB, tree *Tree) *Tree {
	t.Helper()
	if tree.wall == nil {
		tree.wall = func() time.Time { return time.Now().Add(time.Hour) }
	}
	if err := tree.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// get gets a path that must be there.
func get(t testing.TB, tree *Tree, path string) *Entry {
	t.Helper()
	e, err := tree.Get(path)
	if err != nil {
		t.Fatalf("Get(%q): %v", path, err)
	}
	return e
}

// refuse gets a path that must be refused with target.
func refuse(t testing.TB, tree *Tree, path string, target error) {
	t.Helper()
	e, err := tree.Get(path)
	if !errors.Is(err, target) {
		t.Errorf("Get(%q): error %v, want %v", path, err, target)
	}
	if e != nil {
		t.Errorf("Get(%q) gave %q with %d bytes beside the error", path, e.Path, e.Size)
	}
}
