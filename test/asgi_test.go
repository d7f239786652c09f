//go:build unix

package test

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// uvicorn runs an application with uvicorn, and returns its address.
func uvicorn(t testing.TB, dir string) string {
	t.Helper()
	cmd := exec.Command(debianPython, requireProgram(t, "/usr/bin/uvicorn"), "--host", "127.0.0.1", "--port", "0", "app:app")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PYTHONPATH="+dir, "PYTHONHASHSEED=0") // sets are in the same order everywhere
	return listensAt(t, cmd, regexp.MustCompile(`running on http://(\S+)`))
}

// TestASGI_Frameworks compares real applications with themselves under uvicorn: the
// same status, fields and body, for each of a list of requests.
func TestASGI_Frameworks(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789abcdef"), 40_000)
	for _, c := range []struct {
		name  string
		steps []stride
		want  map[int]string // a piece of the answer to a step, so that both are not wrong together
	}{
		{"starlette", []stride{
			{path: "/"}, {path: "/?name=caf%C3%A9"}, {path: "/visits"}, {path: "/visits"}, {method: "POST", path: "/upload", file: data}, {path: "/stream"},
			{path: "/later"}, {path: "/what"}, {method: "PUT", path: "/count", body: string(data)}, {path: "/away"}, {path: "/file"}, {method: "HEAD", path: "/file"},
			{path: "/cookies"}, {path: "/cookies"}, {path: "/missing"}, {path: "/broken"}, {path: "/plain"}, {method: "DELETE", path: "/nothing"},
			{method: "HEAD", path: "/"}, {method: "HEAD", path: "/stream"}, {method: "OPTIONS", path: "/"}, {method: "POST", path: "/"}, {path: "/static/numbers.txt"},
			{path: "/static/numbers.txt", fields: map[string]string{"If-Modified-Since": "Fri, 02 Jan 2026 03:04:05 GMT"}}, {path: "/no/such/%7epath"},
			{path: "/stream", fields: map[string]string{"Accept-Encoding": "gzip"}},
		}, map[int]string{1: "Hello, caf\u00e9", 3: `"visits":2`, 4: `"size":640000`, 5: "line 999 of /stream", 7: "begun later", 8: "640000 bytes", 13: "('tea', 'green')"}},
		{"quart", []stride{
			{path: "/"}, {path: "/?name=caf%C3%A9"}, {path: "/begun"}, {path: "/visits"}, {path: "/visits"}, {method: "POST", path: "/upload", file: data}, {path: "/stream"},
			{method: "PUT", path: "/count", body: string(data)}, {path: "/file"}, {path: "/away"}, {path: "/missing"}, {path: "/broken"}, {method: "DELETE", path: "/nothing"},
			{method: "HEAD", path: "/"}, {method: "HEAD", path: "/stream"}, {method: "OPTIONS", path: "/"}, {method: "POST", path: "/", form: url.Values{"a": {"b"}}},
			{path: "/static/numbers.txt"}, {path: "/no/such/%7epath"},
		}, map[int]string{1: "Hello, caf\u00e9", 2: "begun", 4: `"visits":2`, 5: `"size":640000`, 6: "line 999", 7: "read 640000"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			requireModule(t, c.name)
			requireModule(t, "multipart, itsdangerous")
			dir := applicationOf(t, "asgi.txtar", c.name)
			s := serve(t, "--asgi", "/="+dir+":app:app", "--wsgi-workers", "1", "--python", debianPython, "--wsgi-env", "PYTHONHASHSEED=0")
			us, them := newVisitor(t, s.addr), newVisitor(t, uvicorn(t, dir))
			for i, stride := range c.steps {
				got, want := us.visit(stride), them.visit(stride)
				if strings.HasPrefix(want, "204") {
					want = strings.Replace(want, "Content-Length: 0\n", "", 1) // RFC 9110 section 8.6: it is not to be there
				}
				if got != want {
					t.Errorf("%s %s: our answer\n%.3000s\nand that of uvicorn\n%.3000s", stride.method, stride.path, got, want)
				}
				if piece := c.want[i]; !strings.Contains(got, piece) {
					t.Errorf("%s %s: no %q in\n%.3000s", stride.method, stride.path, piece, got)
				}
			}
		})
	}
}

// TestASGI_Mount serves an application below a path, which it knows as its
// root_path, from a file of configuration.
func TestASGI_Mount(t *testing.T) {
	t.Parallel()
	requireModule(t, "quart")
	dir := applicationOf(t, "asgi.txtar", "quart")
	config := dir + "/site.yaml"
	text := "listen: 127.0.0.1:0\nroot: static\npaths:\n  /shop: {root: ., asgi: {application: 'app:app', python: " + debianPython + ", workers: 1, at-once: 20}}\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, serve(t, "--config", config).addr)
	for _, c := range []struct{ path, want string }{
		{"/shop/?name=Ada", "Hello, Ada"},
		{"/shop/away", "Location: /shop/?name=away"},
		{"/numbers.txt", "two"},
	} {
		if got := v.visit(stride{path: c.path}); !strings.Contains(got, c.want) {
			t.Errorf("%s: no %q in\n%s", c.path, c.want, got)
		}
	}
}
