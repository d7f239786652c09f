//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/cgi"
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

// TestCGI_Names: relative names are relative to the directory of the configuration, or to the
// current one where a flag has said them, each by itself.
func TestCGI_Names(t *testing.T) {
	dir, here := ground(t), t.TempDir()
	for _, name := range []string{filepath.Join(here, "www"), filepath.Join(here, "cgi"), filepath.Join(dir, "cgi")} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(here)
	const text = "root: www\npaths:\n  /a: {root: cgi, cgi: {interpreters: {.x: bin/x, .y: y}}}\n"
	for _, c := range []struct {
		name  string
		flags func(c *Config)
		want  string // path, documents, interpreters
	}{
		{"all by the file", func(*Config) {}, dir + "/cgi " + dir + "/www " + dir + "/bin/x y"},
		{"the root by a flag", func(c *Config) {
			c.Root = "www"
			c.Given("root", "DIR")
		}, dir + "/cgi www " + dir + "/bin/x y"},
		{"the programs by a flag", func(c *Config) {
			c.Paths["/a"] = Place{Root: "cgi", CGI: &CGI{Interpreters: map[string]string{".x": "bin/x", ".y": "y"}}}
			c.Given("paths./a", "--cgi /a=cgi")
		}, here + "/cgi " + dir + "/www " + here + "/bin/x y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf, err := load(t, dir, text)
			if err != nil {
				t.Fatal(err)
			}
			c.flags(conf)
			for _, m := range built(t, conf).Site.Mounts {
				if h, ok := m.Handler().(*cgi.Handler); ok {
					got := strings.Join([]string{h.Dir.Path, h.Dir.Documents, h.Dir.Interpreters[".x"], h.Dir.Interpreters[".y"]}, " ")
					if got != c.want {
						t.Errorf("%s, want %s", got, c.want)
					}
					return
				}
			}
			t.Error("there are no programs")
		})
	}
}
