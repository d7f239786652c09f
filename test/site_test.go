//go:build unix

package test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// siteTime is when every file of the site was last changed.
var siteTime = time.Date(2024, time.March, 5, 6, 7, 8, 0, time.UTC)

// bigSize is the size of big.bin in the site.
const bigSize = 10 << 20

// site writes the files of site.txtar to a fresh directory, and beside them
// what a text file cannot say: links, a FIFO, odd names, a large file.
func site(t testing.TB) string {
	t.Helper()
	archive, err := txtar.ParseFile("site.txtar")
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	root := filepath.Join(parent, "root")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(parent, name)
		check(os.MkdirAll(filepath.Dir(path), 0o755))
		check(os.WriteFile(path, data, 0o644))
		check(os.Chtimes(path, siteTime, siteTime))
	}

	for _, f := range archive.Files {
		write("root/"+f.Name, f.Data)
	}
	write("outside.txt", []byte("must not be seen\n"))
	write("root/zero.txt", nil)
	write("root/new\nline.txt", []byte("odd\n"))
	check(os.Mkdir(filepath.Join(root, "empty"), 0o755))
	check(syscall.Mkfifo(filepath.Join(root, "fifo"), 0o644))

	check(os.WriteFile(filepath.Join(root, "big.bin"), nil, 0o644))
	check(os.Truncate(filepath.Join(root, "big.bin"), bigSize))
	check(os.Chtimes(filepath.Join(root, "big.bin"), siteTime, siteTime))

	check(os.Symlink("hello.txt", filepath.Join(root, "link-inside.txt")))
	check(os.Symlink("../outside.txt", filepath.Join(root, "link-outside.txt")))
	check(os.Symlink("..", filepath.Join(root, "link-up")))
	check(os.Symlink("link-loop", filepath.Join(root, "link-loop")))
	return root
}
