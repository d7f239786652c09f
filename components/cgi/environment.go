package cgi

import (
	"path/filepath"
	"runtime"
	"slices"

	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// environment is what all scripts see. lookup reads the server's own environment.
func (d *Dir) environment(lookup func(string) (string, bool)) []string {
	path, ok := lookup("PATH")
	if !ok || path == "" {
		path = "/usr/local/bin:/usr/bin:/bin"
	}
	env := []string{"PATH=" + path}
	names := d.Pass
	if runtime.GOOS == "windows" { // nothing runs without these
		names = append([]string{"SystemRoot", "COMSPEC", "PATHEXT", "WINDIR"}, names...)
	}
	for _, name := range names {
		if value, ok := lookup(name); ok && name != "PATH" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// variables returns the environment of a script for one request. length is that of
// the body, or -1 if there is none.
func (d *Dir) variables(req *http1.Request, s *script, length int64) []string {
	about := gateway.About{
		Request: req, Name: s.name, Info: s.info, File: s.file, Root: d.docs, Length: length,
	}
	if s.info != "" {
		about.Translated = filepath.Join(d.docs, filepath.FromSlash(s.info)) + slashOf(s.info)
	}
	env := slices.Grow(slices.Clone(d.base), 32+len(req.Header)+len(d.Env))
	d.Each(&about, func(name, value string) { env = append(env, name+"="+value) })
	return env
}

// slashOf returns the slash at the end of a path, which filepath.Join drops.
func slashOf(info string) string {
	if len(info) > 1 && info[len(info)-1] == '/' {
		return string(filepath.Separator)
	}
	return ""
}
