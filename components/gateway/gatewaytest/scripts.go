package gatewaytest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Scripts makes a directory of programs; a name that ends with a slash is a
// directory, and one of data has no right to be run.
func Scripts(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if strings.HasSuffix(name, "/") {
			err = errors.Join(err, os.MkdirAll(path, 0o755))
		} else if to, ok := strings.CutPrefix(text, "-> "); ok {
			err = errors.Join(err, os.Symlink(to, path))
		} else {
			err = errors.Join(err, os.WriteFile(path, []byte(text), mode))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Sh is a script of the shell.
func Sh(text string) string { return "#!/bin/sh\n" + text + "\n" }
