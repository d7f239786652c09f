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

// author copies the module of a component's author, and makes it use this tree. Nothing is
// taken from the network.
func author(t *testing.T) func(args ...string) (string, error) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tree, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS("testdata/author")); err != nil {
		t.Fatal(err)
	}
	ours := string(readRepoFile(t, "go.mod"))
	version := regexp.MustCompile(`(?m)^go \S+$`).FindString(ours)
	mod := "module example.com/author\n\n" + version + "\n\nrequire " + module + " v0.0.0\n\nreplace " + module + " => " + tree + "\n"
	for name, text := range map[string]string{"go.mod": mod, "go.sum": string(readRepoFile(t, "go.sum"))} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", withoutC)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}

// TestAuthor shows that a component of another module is tested by axontest as ours are: its
// suite passes, and fails when the component does not end.
func TestAuthor(t *testing.T) {
	t.Parallel()
	run := author(t)
	out, err := run("test", "-v", "-count=1", ".")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"--- PASS: TestConform", "--- PASS: TestDebounce", "--- PASS: ExampleDebounce"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}
