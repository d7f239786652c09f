//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCGI makes programs of a place, and says what is wrong with them where it
// stands.
func TestCGI(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "programs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "one"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"{root: programs, cgi: {}}", ""},
		{"{root: one, cgi: {env: {A: b}, first: 5s, run-time: 1m, at-once: 3, cpu: 2s, process-memory: 64MiB}}", ""},
		{"{root: none, cgi: {}}", "3:14: paths./a.root: cgi: stat " + dir + "/none: no such file"},
		{"{root: programs, cgi: {at-once: -1}}", "less than zero"},
		{"{root: programs, listing: true, cgi: {}}", "programs are run here"},
		{"{root: programs, cgi: {interpreters: {py: python3}}}", "want .EXT and a program"},
		{"{cgi: {}}", "it needs a root"},
	} {
		file := filepath.Join(dir, "site.yaml")
		if err := os.WriteFile(file, []byte("root: "+dir+"\npaths:\n  /a: "+c.text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		err := CheckFile(file)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.text, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %s", c.text, err, c.want)
		}
	}
}
