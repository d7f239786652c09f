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
		{"{root: programs, cgi: {at-once: -1}}", "3:39: paths./a.cgi.at-once: \"-1\" is not a whole number such as 100"},
		{"{root: programs, cgi: {kill-after: 0, queue: 0, wait: 0, first: 0, silence: 0, run-time: 0, output: 0, cpu: 0, process-memory: 0}}", ""},
		{"{root: programs, cgi: {at-once: 0}}", "paths./a.cgi.at-once: off is not possible here"},
		{"{root: programs, cgi: {largest: 0}}", "paths./a.cgi.largest: off is not possible here"},
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
