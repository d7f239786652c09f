package config

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A running is a configured server that runs.
type running struct {
	t      testing.TB
	server *Server
	end    func()
}

// run builds and runs a server. What listens on port 0 has a free one.
func run(t testing.TB, dir, text string) *running {
	t.Helper()
	c, err := load(t, dir, text)
	if err != nil {
		t.Fatal(err)
	}
	server, err := c.Build()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Open(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Site.Run(ctx) }()
	r := &running{t, server, func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("the server ends with %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the server does not end")
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}}
	t.Cleanup(func() { r.end() })
	return r
}

// ask sends one request, given as METHOD HOST/PATH, with fields, and reads the
// answer.
func (r *running) ask(what string, fields ...string) (*http.Response, string) {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.server.Site.Sockets[0].Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	return exchange(r.t, conn, what, fields...)
}

func exchange(t testing.TB, conn net.Conn, what string, fields ...string) (*http.Response, string) {
	t.Helper()
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	method, rest, _ := strings.Cut(what, " ")
	host, path, _ := strings.Cut(rest, "/")
	request := method + " /" + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
	for _, f := range fields {
		request += f + "\r\n"
	}
	if _, err := io.WriteString(conn, request+"\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return resp, string(body)
}

func TestBuild_Serves(t *testing.T) {
	dir := ground(t)
	r := run(t, dir, `
listen: 127.0.0.1:0
access-log: log
server-name: test
root: www
index: index.html
cache-control: {paths: '*.css', value: max-age=60}
compress: {least: off}
listing: true
error-pages: {404: /404.html}
health: /health
headers:
  - {set: {X-Content-Type-Options: nosniff}}
  - {paths: '*.css', remove: ETag}
redirects:
  - {from: /old/*, to: /dir/*}
rewrites:
  - {from: /style, to: /app.css}
auth: {paths: /dir, users: users, only: bob}
paths:
  /docs: {root: docs, compress: off}
  /write: {root: docs, put: true}
sites:
  - hosts: [example.org, '*.example.org']
    root: docs
    headers: {set: {X-Site: example}}
  - hosts: old.example
    redirects: {from: '/*', to: 'https://example.org/*', status: 308}
`)
	bob := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("bob:secret"))
	alice := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("alice:secret"))
	for _, tc := range []struct {
		what   string
		fields []string
		status int
		body   string   // part of it
		head   []string // fields that are there; -Name: not there
	}{
		{"GET a/", nil, 200, "index", []string{"Server: test", "X-Content-Type-Options: nosniff", "-X-Site"}},
		{"GET a/app.css", nil, 200, "a{}", []string{"Cache-Control: max-age=60", "-ETag"}},
		{"GET a/app.css", []string{"Accept-Encoding: gzip"}, 200, "", []string{"Content-Encoding: gzip"}},
		{"GET a/style?x", nil, 200, "a{}", []string{"-ETag"}},
		{"GET a/docs/", []string{"Accept-Encoding: gzip"}, 200, "docs", []string{"-Content-Encoding"}},
		{"GET a/missing", nil, 404, "not here", []string{"Content-Type: text/html; charset=utf-8", "X-Content-Type-Options: nosniff"}},
		{"HEAD a/missing", nil, 404, "", []string{"Content-Length: 8"}},
		{"DELETE a/", nil, 405, "", []string{"Allow: GET, HEAD, OPTIONS"}},
		{"GET a/old/a.txt?q", nil, 302, "", []string{"Location: /dir/a.txt?q"}},
		{"GET a/dir/a.txt", nil, 401, "", []string{`Www-Authenticate: Basic realm="restricted", charset="UTF-8"`, "X-Content-Type-Options: nosniff"}},
		{"GET a/dir/a.txt", []string{alice}, 401, "", nil},
		{"GET a/dir/a.txt", []string{bob}, 200, "a", nil},
		{"GET a/dir/", []string{bob, "Accept: text/html"}, 200, "a.txt", nil},
		{"GET a/health", nil, 200, "ok", nil},
		{"POST a/health", nil, 405, "", []string{"Allow: GET, HEAD, OPTIONS"}},
		{"DELETE a/write/missing", nil, 404, "", nil},
		{"PURGE a/", nil, 501, "", nil},
		{"GET example.org/", nil, 200, "docs", []string{"X-Site: example", "-X-Content-Type-Options"}},
		{"GET www.example.org:80/", nil, 200, "docs", []string{"X-Site: example"}},
		{"GET example.org/missing", nil, 404, "Not Found", []string{"X-Site: example"}},
		{"GET old.example/a?b", nil, 308, "", []string{"Location: https://example.org/a?b"}},
		{"GET example.org./dir/a.txt", nil, 404, "", nil},
	} {
		resp, body := r.ask(tc.what, tc.fields...)
		if resp.StatusCode != tc.status || !strings.Contains(body, tc.body) {
			t.Errorf("%s %v: %d %q", tc.what, tc.fields, resp.StatusCode, body)
		}
		for _, want := range tc.head {
			name, value, _ := strings.Cut(strings.TrimPrefix(want, "-"), ": ")
			if got := resp.Header.Values(name); want[0] == '-' && got != nil || want[0] != '-' && !slices.Contains(got, value) {
				t.Errorf("%s %v: want %s, have %q", tc.what, tc.fields, want, got)
			}
		}
	}
	r.server.Health.Drain()
	if resp, _ := r.ask("GET a/health"); resp.StatusCode != 503 {
		t.Errorf("draining: %d", resp.StatusCode)
	}
	r.end()
	r.end = func() {}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil || !strings.Contains(string(log), ` - bob [`) {
		t.Errorf("the log: %v\n%s", err, log)
	}
}

func TestBuild_TLS(t *testing.T) {
	dir := ground(t)
	r := run(t, dir, `
listen:
  - 127.0.0.1:0
  - {address: '127.0.0.1:0', tls: {certificate: cert.crt, key: cert.key}}
admin: 127.0.0.1:0
access-log: off
hsts: 1d
https: {except: /.well-known}
root: www
health: /health
auth: {users: users, paths: [/health/x, /secret]}
`)
	if resp, _ := r.ask("GET example.org/a"); resp.StatusCode != 308 || resp.Header.Get("Location") != "https://example.org/a" {
		t.Errorf("%+v", resp)
	}
	if resp, _ := r.ask("GET example.org/.well-known/x"); resp.StatusCode != 404 {
		t.Errorf("%+v", resp)
	}
	if resp, _ := r.ask("GET example.org/health"); resp.StatusCode != 200 {
		t.Errorf("%+v", resp)
	}
	conn, err := tls.Dial("tcp", r.server.Site.SecureSockets[0].Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: "example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if resp, body := exchange(t, conn, "GET example.org/"); resp.StatusCode != 200 || body != "index" || resp.Header.Get("Strict-Transport-Security") != "max-age=86400" {
		t.Errorf("%+v %q", resp, body)
	}
	admin, err := net.Dial("tcp", r.server.Site.Admin.Sockets[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if resp, body := exchange(t, admin, "GET a/metrics"); resp.StatusCode != 200 || !strings.Contains(body, "kamaelia") {
		t.Errorf("%+v %q", resp, body)
	}
}

// A server that is pictured has the graph of each site.
func TestPlan(t *testing.T) {
	dir := ground(t)
	c, err := load(t, dir, "root: www\nlisten: [':1', 'unix:s']\nsites:\n  - {hosts: a.org, root: docs, headers: {set: {A: b}}}\n  - {hosts: '*.b.org', redirects: {from: /*, to: 'http://a.org/*'}}\n")
	if err != nil {
		t.Fatal(err)
	}
	s := built(t, c)
	s.Plan()
	info, err := s.Site.Picture()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range info {
		names = append(names, g.Name)
		for _, p := range g.Parts {
			names = append(names, g.Name+"/"+p.Name)
		}
	}
	for _, want := range []string{"server/LISTENER2", "server/ACCESSLOG", "connection/HOSTS", "connection/FILES", "a.org/FILES", "a.org/HEADERS", "a.org/HEADERS-ERRORS", "*.b.org/REDIRECT", "*.b.org/NOTHING"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s in %v", want, names)
		}
	}
}

// What a server has opened it gives back when it can not open the rest.
func TestOpen_Taken(t *testing.T) {
	dir := ground(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c, err := load(t, dir, "root: www\nlisten: ['unix:sock', '"+taken.Addr().String()+"']\n")
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Build()
	if err != nil {
		t.Fatal(err)
	}
	err = s.Open()
	if err == nil || !strings.Contains(err.Error(), "cannot listen on "+taken.Addr().String()) {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "sock")); err == nil {
		t.Error("the socket is still there")
	}
}
