package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// listed returns what ReadDir tells, a line each.
func listed(t *testing.T, tree *Tree, path string) string {
	t.Helper()
	infos, err := tree.ReadDir(path)
	if err != nil {
		t.Fatalf("ReadDir(%q): %v", path, err)
	}
	var lines []string
	for _, info := range infos {
		line := info.Name
		if info.Dir {
			line += "/"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, " ")
}

func TestReadDir(t *testing.T) {
	dir := site(t, map[string]string{
		"b.txt": "four", "a/x": "", "a/y": "", "a/z/w": "", ".git/config": "", ".env": "", ".well-known/x": "",
		"ä.txt": "", "a b": "", "A": "", "index.html": "i", "a.txt": "",
	})
	if err := os.Mkdir(dir+"/empty", 0o755); err != nil {
		t.Fatal(err)
	}
	tree := open(t, &Tree{Dir: dir})
	hidden := open(t, &Tree{Dir: dir, Hidden: true})
	for name, c := range map[string]struct {
		tree       *Tree
		path, want string
	}{
		"root":          {tree, "/", ".well-known/ A a/ a b a.txt b.txt empty/ index.html ä.txt"},
		"all":           {hidden, "/", ".env .git/ .well-known/ A a/ a b a.txt b.txt empty/ index.html ä.txt"},
		"below":         {tree, "/a/", "x y z/"},
		"no slash":      {tree, "/a", "x y z/"},
		"many slashes":  {tree, "//a//", "x y z/"},
		"two down":      {tree, "/a/z/", "w"},
		"empty":         {tree, "/empty/", ""},
		"hidden itself": {hidden, "/.git/", "config"},
		"well-known":    {tree, "/.well-known/", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, listed(t, c.tree, c.path)); d != "" {
				t.Error(d)
			}
		})
	}
	for _, path := range []string{"/none", "/none/", "/b.txt", "/b.txt/", "/.git/", "/../", "/a/..", "", "a", "/a\x00"} {
		if infos, err := tree.ReadDir(path); !errors.Is(err, ErrNotFound) || infos != nil {
			t.Errorf("%q: %v, %v; want not found", path, infos, err)
		}
	}
	if _, err := new(Tree).ReadDir("/"); err == nil {
		t.Error("a tree that is not open lists")
	}
}

func TestReadDir_Tells(t *testing.T) {
	dir := site(t, map[string]string{"x": "12345", "d/y": ""})
	at := time.Unix(784111777, 500)
	for _, name := range []string{"x", "d"} {
		if err := os.Chtimes(dir+"/"+name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	infos, err := open(t, &Tree{Dir: dir}).ReadDir("/")
	want := []Info{
		{Name: "d", Dir: true, ModTime: time.Unix(784111777, 0).UTC()},
		{Name: "x", Size: 5, ModTime: time.Unix(784111777, 0).UTC()},
	}
	if d := cmp.Diff(want, infos); d != "" || err != nil {
		t.Error(d, err)
	}
}

// TestNoIndex: a directory without an index file is told from what is not there.
func TestNoIndex(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, map[string]string{"a/x": "", "file": ""})})
	for path, want := range map[string]bool{
		"/": true, "/a/": true, "//a//": true, "/b/": false, "/b": false, "/file/": false, "/a/x/": false, "/.git/": false,
	} {
		_, err := tree.Get(path)
		if !errors.Is(err, ErrNotFound) || errors.Is(err, ErrNoIndex) != want || Status(err) != 404 {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestReadDir_Forbidden(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("nothing is forbidden to root")
	}
	dir := site(t, map[string]string{"a/x": ""})
	if err := os.Chmod(dir+"/a", 0o311); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, &Tree{Dir: dir}).ReadDir("/a/"); !errors.Is(err, ErrForbidden) || !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}

// Of a huge directory the first names are read, and all are counted.
func TestReadSome(t *testing.T) {
	content := map[string]string{".hidden": ""}
	for i := range 3000 { // more than are read at once
		content[fmt.Sprintf("%04d", i*7919%3000)] = "x"
	}
	dir := site(t, content)
	trees := map[string]*Tree{"disk": {Dir: dir}, "fs.FS": {FS: os.DirFS(dir)}, "fs.ReadDirFS alone": {FS: readDirFS{os.DirFS(dir)}}}
	for name, tree := range trees {
		t.Run(name, func(t *testing.T) {
			open(t, tree)
			for most, want := range map[int]int{-1: 0, 0: 0, 1: 1, 1000: 1000, 2999: 2999, 3000: 3000, 1 << 30: 3000} {
				infos, total, err := tree.ReadSome("/", most)
				if err != nil || len(infos) != want || total != 3000 {
					t.Errorf("%d: %d of %d, %v", most, len(infos), total, err)
				}
				for i, info := range infos {
					if info.Name != fmt.Sprintf("%04d", i) || info.Size != 1 || info.Dir {
						t.Fatalf("%d: place %d is %+v", most, i, info)
					}
				}
			}
		})
	}
}

// readDirFS lists directories, but not by opening them.
type readDirFS struct{ fs.FS }

func (r readDirFS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(r.FS, name) }

func (r readDirFS) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	return struct{ fs.File }{f}, err
}
