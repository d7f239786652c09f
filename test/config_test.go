//go:build unix

package test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
)

// writeConfig writes a configuration beside a site, and returns its name.
func writeConfig(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kamaelia.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(site(t), filepath.Join(dir, "www")); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "kamaelia.yaml")
}

// TestCheck shows that check says all mistakes, each with its place, and that serve
// and graph say the same.
func TestCheck(t *testing.T) {
	t.Parallel()
	good := writeConfig(t, "listen: 127.0.0.1:0\nroot: www\n")
	if got := run(t, "check", good); got.status != 0 || got.stdout != "ok\n" || got.stderr != "" {
		t.Errorf("%+v", got)
	}
	for name, tc := range map[string]struct {
		text   string
		status int
		want   []string // FILE stands for its name
	}{
		"mistakes": {
			"lisen: 127.0.0.1:0\nroot: www\nindx: a\nlimits:\n  head: much\nsites:\n  - {hosts: a:80, root: www}\n", 2,
			[]string{
				"FILE:1:1: there is no key lisen; did you mean listen?",
				"FILE:3:1: there is no key indx; did you mean index?",
				`FILE:5:9: limits.head: "much" is not a size such as 512, 64KiB, 10MB or off`,
				`FILE:7:13: sites[0].hosts: "a:80" is not a host such as example.org or *.example.org`,
			},
		},
		"missing": {"root: nothing\n", 1, []string{"FILE:1:7: root: cannot serve DIR/nothing: no such file or directory"}},
		"no YAML": {"root: [\n", 2, []string{"FILE:1:7: sequence end token ']' not found"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := writeConfig(t, tc.text)
			want := strings.NewReplacer("FILE", file, "DIR", filepath.Dir(file)).Replace(strings.Join(tc.want, "\n")) + "\n"
			for _, args := range [][]string{{"check", file}, {"serve", "--config", file}, {"graph", "-c", file}} {
				got := run(t, args...)
				if got.status != tc.status || got.stdout != "" || got.stderr != want {
					t.Errorf("%v: status %d, %q\n%s\nwant %d\n%s", args, got.status, got.stdout, got.stderr, tc.status, want)
				}
			}
		})
	}
	if got := run(t, "check", filepath.Join(t.TempDir(), "none.yaml")); got.status != 1 || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("%+v", got)
	}
}

// TestFlagsOverride shows that flags come before the file, that a mistake in one is
// named by it, and that config prints what both make.
func TestFlagsOverride(t *testing.T) {
	t.Parallel()
	file := writeConfig(t, "listen: 127.0.0.1:1\naccess-log: off\nroot: missing\nindex: none.html\nlimits: {body: 5}\n")
	www := filepath.Join(filepath.Dir(file), "www")
	s := startServer(t, exec.Command(program, "serve", "-c", file, "--listen", "127.0.0.1:0", "--index", "inner.txt", "--max-body", "1KiB", www))
	if r := dial(t, s.addr).roundTrip(t, "GET", "/dir/"); string(r.body) != "inner\n" {
		t.Errorf("%d %q", r.status, r.body)
	}
	got := run(t, "config", "-c", file, "--index", "inner.txt", "--listing", "--put", "/up="+www, "--no-hidden", "--max-conns", "off", www)
	want := `listen: 127.0.0.1:1
access-log: "off"
limits:
  connections: off
  body: 5
root: ` + www + `
index: inner.txt
hidden: false
listing: true
paths:
  /up:
    root: ` + www + `
    put: true
`
	if got.stdout != want || got.status != 0 {
		t.Errorf("config: %+v, want\n%s", got, want)
	}
	for _, tc := range []struct{ flag, value, want string }{
		{"--listen", "nowhere", "kamaelia: --listen: "},
		{"--index", "a/b", "kamaelia: --index: "},
		{"--root", "/nonexistent", "kamaelia: --root: cannot serve /nonexistent: "},
		{"--max-body", "much", `kamaelia: usage: --max-body: "much" is not a size`},
		{"--fallback", "a", "kamaelia: --fallback: "},
		{"--log-format", "{nonsense}", "kamaelia: --log-format: "},
		{"--config", "/nonexistent", "kamaelia: open /nonexistent: "},
	} {
		args := []string{"serve", tc.flag, tc.value}
		if tc.flag != "--config" && tc.flag != "--root" {
			args = append(args, www)
		}
		if got := run(t, args...); got.status == 0 || !strings.HasPrefix(got.stderr, tc.want) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%s %s: %+v, want %s", tc.flag, tc.value, got, tc.want)
		}
	}
}

// TestDirIsADefaultConfig shows that serve DIR is what the shortest file is.
func TestDirIsADefaultConfig(t *testing.T) {
	t.Parallel()
	file := writeConfig(t, "root: www\n")
	a := run(t, "graph", "--config", file)
	b := run(t, "graph", filepath.Join(filepath.Dir(file), "www"))
	if a.stdout != b.stdout || a.stdout == "" {
		t.Errorf("%s\nand\n%s", a.stdout, b.stdout)
	}
	if got := run(t, "config", "dir"); got.stdout != "root: dir\n" {
		t.Errorf("%+v", got)
	}
}

// TestGraphOfConfig shows that the picture has the sites for certain hosts.
func TestGraphOfConfig(t *testing.T) {
	t.Parallel()
	got := run(t, "graph", "--config", "../examples/config/hosts.yaml")
	for _, want := range []string{
		"graph connection", "HOSTS.outbox", "ROUTER.routes[/]", "COMPRESS.outbox",
		"graph example.org", "REDIRECT.answers", "REWRITE.outbox", "LISTING.outbox", "HEADERS-ERRORS.outbox",
		"graph www.example.com", "NOTHING.failures", "graph members.example.net", "AUTH.failures", "UPLOAD.outbox",
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %s in\n%s", want, got.stdout)
		}
	}
}

// TestExampleHosts asks the example with several hosts as its comment says.
func TestExampleHosts(t *testing.T) {
	t.Parallel()
	curl := requireProgram(t, "curl")
	drop := t.TempDir()
	if err := os.CopyFS(filepath.Join(drop, "config"), os.DirFS("../examples/config")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(drop, "site"), os.DirFS("../examples/site")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(drop, "config", "hosts.yaml")
	if got := run(t, "check", file); got.stdout != "ok\n" {
		t.Fatalf("%+v", got)
	}
	s := startServer(t, exec.Command(program, "serve", "--config", file, "--listen", "127.0.0.1:0"))
	_, port, _ := strings.Cut(s.addr, ":")
	for _, tc := range []struct {
		args string // of curl; PORT stands for the port
		want string // part of what it prints
	}{
		{"-i http://127.0.0.1:PORT/", "X-Content-Type-Options: nosniff"},
		{"http://127.0.0.1:PORT/", "Kamaelia"},
		{"--http1.0 -H Host: http://127.0.0.1:PORT/", "Kamaelia"},
		{"-i -H Host:unknown.example http://127.0.0.1:PORT/missing", "HTTP/1.1 404 Not Found"},
		{"-i --compressed http://127.0.0.1:PORT/style.css", "Content-Encoding: "},
		{"http://127.0.0.1:PORT/health", "ok"},
		{"http://example.org:PORT/", "<h1>example.org</h1>"},
		{"http://sub.example.org:PORT/about", "<h1>About example.org</h1>"},
		{"http://EXAMPLE.org:PORT/missing", "<h1>Nothing here</h1>"},
		{"-i http://example.org:PORT/missing", "Referrer-Policy: no-referrer"},
		{"-I http://example.org:PORT/missing", "HTTP/1.1 404 Not Found"},
		{"-i -X DELETE http://example.org:PORT/", "Allow: GET, HEAD, OPTIONS"},
		{"-i http://example.org:PORT/home", "HTTP/1.1 301 Moved Permanently"},
		{"-L http://example.org:PORT/2007/april", "<h1>The archive</h1>"},
		{"-i http://example.org:PORT/2007/april", "Location: /archive.html?year=2007&about=april"},
		{"-L http://example.org:PORT/pictures/", "move.svg"},
		{"-i http://www.example.com:PORT/a?b=c", "Location: https://example.org/a?b=c"},
		{"-i http://members.example.net:PORT/", `WWW-Authenticate: Basic realm="members"`},
		{"-i -u alice:wrong http://members.example.net:PORT/", "HTTP/1.1 401 Unauthorized"},
		{"-u bob:secret -H Accept:text/html http://members.example.net:PORT/any/page", "<h1>Members</h1>"},
		{"-i -u bob:secret http://members.example.net:PORT/board/", "HTTP/1.1 401 Unauthorized"},
		{"-u alice:secret http://members.example.net:PORT/board/", "<h1>The board</h1>"},
		{"http://members.example.net:PORT/welcome.txt", "Members are welcome."},
		{"-i -T " + file + " http://members.example.net:PORT/drop/a.yaml", "HTTP/1.1 401 Unauthorized"},
		{"-i -u bob:secret -T " + file + " http://members.example.net:PORT/drop/a.yaml", "HTTP/1.1 201 Created"},
		{"-u bob:secret http://members.example.net:PORT/drop/a.yaml", "A server with four sites"},
		{"-i -u bob:secret -X DELETE http://members.example.net:PORT/drop/a.yaml", "HTTP/1.1 204 No Content"},
	} {
		args := []string{"-sS", "--max-time", "20"}
		for _, host := range []string{"example.org", "sub.example.org", "EXAMPLE.org", "www.example.com", "members.example.net"} {
			args = append(args, "--resolve", host+":"+port+":127.0.0.1")
		}
		args = append(args, strings.Fields(strings.ReplaceAll(tc.args, "PORT", port))...)
		out, err := exec.Command(curl, args...).CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte(tc.want)) {
			t.Errorf("curl %s: %v, want %q in\n%s", tc.args, err, tc.want, out)
		}
	}
	s.stop(t)
	if log := s.log.String(); !strings.Contains(log, " - bob [") {
		t.Errorf("the log does not name the user:\n%s", log)
	}
}

// TestExampleTLS makes the certificate that the example with TLS needs, and asks
// its sites.
func TestExampleTLS(t *testing.T) {
	t.Parallel()
	curl := requireProgram(t, "curl")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../examples/config")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "tls.yaml")
	if got := run(t, "check", file); got.status != 1 || !strings.Contains(got.stderr, "cert.pem") {
		t.Errorf("without a certificate: %+v", got)
	}
	pair := securetest.Write(t, dir, "own", securetest.ECDSA, "example.org", "members.example.net")
	for from, to := range map[string]string{pair.Cert: "cert.pem", pair.Key: "key.pem"} {
		if err := os.Rename(from, filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	if got := run(t, "check", file); got.stdout != "ok\n" {
		t.Errorf("%+v", got)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("127.0.0.1:8443"), []byte("127.0.0.1:0"))
	text = bytes.ReplaceAll(text, []byte("- 127.0.0.1:8080"), []byte("- 127.0.0.1:0"))
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	s := startServer(t, exec.Command(program, "serve", "--config", file))
	secure := regexp.MustCompile(`https://127\.0\.0\.1:(\d+)/`)
	eventually(t, startLimit, "the address with TLS", func() bool { return secure.MatchString(s.log.String()) })
	port := secure.FindStringSubmatch(s.log.String())[1]
	_, plain, _ := strings.Cut(s.addr, ":")
	for _, tc := range []struct{ args, want string }{
		{"https://example.org:" + port + "/", "<h1>example.org</h1>"},
		{"-i https://example.org:" + port + "/", "trict-"}, // HTTP/2 has small letters
		{"-i --http1.1 https://example.org:" + port + "/", "Strict-Transport-Security: max-age=86400"},
		{"-i --http2 https://example.org:" + port + "/", "HTTP/2 200"},
		{"-i https://members.example.net:" + port + "/", " 401"},
		{"-u alice:secret https://members.example.net:" + port + "/", "<h1>Members</h1>"},
		{"-i http://example.org:" + plain + "/about.html?a", "Location: https://example.org:8443/about.html?a"},
		{"-i http://example.org:" + plain + "/.well-known/acme-challenge/x", " 404 "},
		{"-i http://other.example:" + plain + "/", " 421 "},
	} {
		args := []string{"-sS", "--max-time", "20", "--cacert", filepath.Join(dir, "cert.pem")}
		for _, host := range []string{"example.org", "members.example.net", "other.example"} {
			args = append(args, "--resolve", host+":"+port+":127.0.0.1", "--resolve", host+":"+plain+":127.0.0.1")
		}
		out, err := exec.Command(curl, append(args, strings.Fields(tc.args)...)...).CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte(tc.want)) {
			t.Errorf("curl %s: %v, want %q in\n%s", tc.args, err, tc.want, out)
		}
	}
}

// TestDrain shows that a server goes on for a while when it is told to end, and
// says so.
func TestDrain(t *testing.T) {
	t.Parallel()
	s := startServer(t, exec.Command(program, "serve", "--config", writeConfig(t, "listen: 127.0.0.1:0\nroot: www\nhealth: /health\ndrain: 1m\n")))
	w := dial(t, s.addr)
	if r := w.roundTrip(t, "GET", "/health"); r.status != 200 || string(r.body) != "ok\n" {
		t.Errorf("%d %q", r.status, r.body)
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	eventually(t, stopLimit, "health says 503", func() bool {
		r := dial(t, s.addr).roundTrip(t, "GET", "/health")
		return r.status == 503
	})
	if r := dial(t, s.addr).roundTrip(t, "GET", "/hello.txt"); r.status != 200 {
		t.Errorf("draining: %d", r.status)
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.wait(t, stopLimit)
}

// TestLogReopened shows that USR1 opens the access log again that was moved away.
func TestLogReopened(t *testing.T) {
	t.Parallel()
	file := writeConfig(t, "listen: 127.0.0.1:0\nroot: www\naccess-log: access.log\n")
	log := filepath.Join(filepath.Dir(file), "access.log")
	s := startServer(t, exec.Command(program, "serve", "--config", file))
	has := func(name, what string) func() bool {
		return func() bool {
			data, _ := os.ReadFile(name)
			return strings.Contains(string(data), what)
		}
	}
	dial(t, s.addr).roundTrip(t, "GET", "/hello.txt?one")
	eventually(t, 5*time.Second, "the first line", has(log, "?one"))
	if err := os.Rename(log, log+".1"); err != nil {
		t.Fatal(err)
	}
	dial(t, s.addr).roundTrip(t, "GET", "/hello.txt?two")
	eventually(t, 5*time.Second, "a line in the file that was moved", has(log+".1", "?two"))
	s.cmd.Process.Signal(syscall.SIGUSR1)
	eventually(t, 5*time.Second, "a new file", func() bool { _, err := os.Stat(log); return err == nil })
	dial(t, s.addr).roundTrip(t, "GET", "/hello.txt?three")
	eventually(t, 5*time.Second, "a line in the new file", has(log, "?three"))
}
