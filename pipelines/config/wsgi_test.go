//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWSGI makes an application of a place, and says what is wrong with it where it
// stands.
func TestWSGI(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "shop"), 0o755); err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(dir, "python")
	if err := os.WriteFile(python, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"{root: shop, wsgi: {application: shop.wsgi, python: ./python}}", ""},
		{"{root: shop, wsgi: {application: shop.wsgi:app.main, python: ./python, workers: 3, threads: 2, reload: true, env: {A: b}, silence: off, requests: 10, worker-grace: 1s}}", ""},
		{"{root: shop, wsgi: {application: shop, python: none/python}}", "3:54: paths./a.wsgi.python: wsgi: no Python"},
		{"{root: none, wsgi: {application: shop, python: ./python}}", "3:14: paths./a.root: wsgi: stat " + dir + "/none: no such file"},
		{"{root: shop, wsgi: {python: ./python}}", "it needs an application"},
		{"{root: shop, wsgi: {application: 'shop:', python: ./python}}", ""},
		{"{root: shop, wsgi: {application: 'shop.py/x', python: ./python}}", "not a name in Python"},
		{"{root: shop, wsgi: {application: shop, python: ./python, workers: -1}}", "not a whole number such as 100"},
		{"{root: shop, wsgi: {application: shop, python: ./python, workers: 0}}", "paths./a.wsgi.workers: off is not possible here"},
		{"{root: shop, wsgi: {application: shop, python: ./python, threads: 0}}", "paths./a.wsgi.threads: off is not possible here"},
		{"{root: shop, wsgi: {application: shop, python: ./python, requests: 0, worker-memory: 0, queue: 0, wait: 0, silence: 0}}", ""},
		{"{root: shop, asgi: {application: shop, python: ./python, requests: off, queue: off}}", ""},
		{"{root: shop, listing: true, wsgi: {application: shop, python: ./python}}", "an application answers here"},
		{"{root: shop, wsgi: {application: shop, python: ./python, env: {'': x}}}", "want KEY=VALUE"},
		{"{wsgi: shop}", "it needs a root"},
		{"{root: shop, asgi: {application: 'shop.asgi:app', python: ./python, workers: 3, at-once: 20, reload: true, env: {A: b}, silence: off}}", ""},
		{"{root: shop, asgi: {application: 'shop:app', python: none/python}}", "paths./a.asgi.python: wsgi: no Python"},
		{"{root: shop, asgi: {application: 'shop:app', python: ./python, at-once: -1}}", "asgi.at-once: \"-1\" is not a whole number such as 100"},
		{"{root: shop, asgi: {application: 'shop:app', python: ./python, at-once: off}}", "paths./a.asgi.at-once: off is not possible here"},
		{"{root: shop, asgi: {application: 'shop:app', threads: 2}}", "threads"},
		{"{root: shop, asgi: shop, wsgi: shop}", "or another one"},
		{"{asgi: shop, scgi: a:1}", "a place has one of"},
		{"{asgi: shop}", "it needs a root"},
		{"{root: shop, wsgi: {application: shop, worker: 1}}", "did you mean workers"},
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
