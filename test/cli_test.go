//go:build unix

package test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A result is how one run of the program ended.
type result struct {
	stdout, stderr string
	status         int
}

// run runs the program to its end.
func run(t testing.TB, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); ctx.Err() != nil || cmd.ProcessState == nil {
		t.Fatalf("kamaelia %s did not end in %v: %v\n%s", strings.Join(args, " "), startLimit, err, stderr.String())
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// TestWrongUse shows that what is wrong with a command is said in one line, and
// told apart by the exit status: 2 for wrong usage, 1 for failure.
func TestWrongUse(t *testing.T) {
	t.Parallel()
	root := site(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	free := []string{"--listen", "127.0.0.1:0"}
	serve := func(args ...string) []string { return append(append([]string{"serve"}, free...), args...) }

	for _, tc := range []struct {
		name   string
		args   []string
		status int
		says   string // part of the line
	}{
		{"no command", nil, 2, "kamaelia"},
		{"unknown command", []string{"sreve"}, 2, "sreve"},
		{"unknown flag", serve("--nonsense", root), 2, "--nonsense"},
		{"flag without its value", []string{"serve", "--root"}, 2, "root"},
		{"malformed address", []string{"serve", "--listen", "nowhere", root}, 2, "nowhere"},
		{"port out of range", []string{"serve", "--listen", "127.0.0.1:99999", root}, 2, "99999"},
		{"malformed type", serve("--mime", "nonsense", root), 2, "nonsense"},
		{"certificate that is not there", serve("--listen-tls", "127.0.0.1:0", "--tls-cert", filepath.Join(root, "missing.pem"), root), 1, "--tls-cert: "},
		{"index with a slash", serve("--index", "a/b", root), 2, "a/b"},
		{"two directories", serve(root, root), 2, root},
		{"directory and root", serve("--root", root, root), 2, "root"},
		{"unknown graph format", []string{"graph", "--format", "jpeg", root}, 2, "jpeg"},
		{"no workers", serve("--wsgi", "/="+root+":shop:app", "--wsgi-workers", "0"), 2, "--wsgi-workers 0: want 1 or more"},
		{"no threads", serve("--wsgi", "/="+root+":shop:app", "--wsgi-threads", "off"), 2, "--wsgi-threads off: want 1 or more"},
		{"nothing at once", serve("--asgi", "/="+root+":shop:app", "--asgi-at-once", "0"), 2, "--asgi-at-once 0: want 1 or more"},
		{"no number of requests", serve("--asgi", "/="+root+":shop:app", "--wsgi-requests", "few"), 2, `--wsgi-requests: "few" is not a whole number such as 100, or off`},
		{"no programs at once", serve("--cgi", "/cgi="+root, "--cgi-at-once", "0"), 2, "--cgi-at-once 0: want 1 or more"},
		{"missing directory", serve(filepath.Join(root, "missing")), 1, "missing"},
		{"file for a directory", serve(filepath.Join(root, "hello.txt")), 1, "hello.txt"},
		{"port in use", []string{"serve", "--listen", taken.Addr().String(), root}, 1, taken.Addr().String()},
		{"log file in a missing directory", serve("--access-log", filepath.Join(root, "missing", "log"), root), 1, "missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, tc.args...)
			if got.status != tc.status {
				t.Errorf("exit status %d, want %d", got.status, tc.status)
			}
			if lines := strings.Count(got.stderr, "\n"); lines != 1 || !strings.HasSuffix(got.stderr, "\n") {
				t.Errorf("%d lines on standard error, want one", lines)
			}
			if !strings.Contains(got.stderr, tc.says) {
				t.Errorf("standard error does not name %q", tc.says)
			}
			if got.stdout != "" {
				t.Errorf("standard output: %.200q", got.stdout)
			}
			if t.Failed() {
				t.Logf("standard error:\n%s", got.stderr)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	got := run(t, "version")
	if got.status != 0 || got.stderr != "" {
		t.Errorf("exit status %d, standard error %q", got.status, got.stderr)
	}
	if !regexp.MustCompile(`^kamaelia \S.*\n$`).MatchString(got.stdout) {
		t.Errorf("standard output %q, want one line that starts with the program's name", got.stdout)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"graph", "--help"}} {
		got := run(t, args...)
		if got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, "Usage") {
			t.Errorf("kamaelia %s: exit status %d, standard error %q, standard output:\n%s",
				strings.Join(args, " "), got.status, got.stderr, got.stdout)
		}
	}
}

// TestGraphFormats shows that each format draws the same parts.
func TestGraphFormats(t *testing.T) {
	t.Parallel()
	root := site(t)
	formats := map[string]string{}
	for _, format := range []string{"text", "dot", "mermaid", "json"} {
		got := run(t, "graph", "--format", format, root)
		if got.status != 0 || got.stderr != "" {
			t.Fatalf("--format %s: exit status %d, standard error %q", format, got.status, got.stderr)
		}
		formats[format] = got.stdout
	}
	if got := run(t, "graph", root); got.stdout != formats["text"] {
		t.Errorf("without --format:\n%s\nwant the text format:\n%s", got.stdout, formats["text"])
	}

	var wiring any
	if err := json.Unmarshal([]byte(formats["json"]), &wiring); err != nil {
		t.Fatalf("--format json: %v\n%s", err, formats["json"])
	}
	parts := partNames(wiring)
	for _, want := range []string{"LISTENER", "READER", "PARSER", "ROUTER", "FILES", "ERRORS", "WRITER"} {
		if !parts[want] {
			t.Errorf("--format json has no part %s", want)
		}
	}
	for name := range parts {
		for format, out := range formats {
			if !strings.Contains(out, name) {
				t.Errorf("--format %s has no part %s:\n%s", format, name, out)
			}
		}
	}
	if !strings.HasPrefix(strings.TrimSpace(formats["dot"]), "digraph") {
		t.Errorf("--format dot does not start with digraph:\n%s", formats["dot"])
	}
	if first := strings.TrimSpace(formats["mermaid"]); !strings.HasPrefix(first, "flowchart") && !strings.HasPrefix(first, "graph") {
		t.Errorf("--format mermaid does not start with flowchart:\n%s", formats["mermaid"])
	}
}

// partNames collects the names of all parts in a graph's JSON, nested ones too.
func partNames(v any) map[string]bool {
	names := map[string]bool{}
	var walk func(v any, inParts bool)
	walk = func(v any, inParts bool) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e, inParts)
			}
		case map[string]any:
			if name, ok := v["name"].(string); ok && inParts {
				names[name] = true
			}
			for key, e := range v {
				walk(e, key == "parts")
			}
		}
	}
	walk(v, false)
	return names
}

// TestServesTheWorkingDirectory shows that serve needs no argument.
func TestServesTheWorkingDirectory(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(program, "serve", "--listen", "127.0.0.1:0")
	cmd.Dir = site(t)
	s := startServer(t, cmd)
	if r := dial(t, s.addr).roundTrip(t, "GET", "/hello.txt"); string(r.body) != "hello, world\n" {
		t.Errorf("status %d, body %q", r.status, r.body)
	}
}

// TestServeFlags shows what --listen twice, --index and --mime do.
func TestServeFlags(t *testing.T) {
	t.Parallel()
	s := serve(t, "--listen", "127.0.0.1:0", "--index", "none.html", "--index", "inner.txt",
		"--mime", ".kamaelia=text/x-kamaelia", site(t))
	eventually(t, startLimit, "two addresses printed", func() bool {
		return len(addresses(s.log.String())) >= 2
	})
	for _, addr := range addresses(s.log.String()) {
		w := dial(t, addr)
		if r := w.roundTrip(t, "GET", "/dir/"); string(r.body) != "inner\n" {
			t.Errorf("%s: --index: status %d, body %q", addr, r.status, r.body)
		}
		r := w.roundTrip(t, "GET", "/unknown.kamaelia")
		if got := strings.Join(r.get("Content-Type"), ","); !strings.HasPrefix(got, "text/x-kamaelia") {
			t.Errorf("%s: --mime: Content-Type %q", addr, got)
		}
	}
}

// addresses lists the different addresses in a log.
func addresses(log string) []string {
	var list []string
	seen := map[string]bool{}
	for _, m := range addressPattern.FindAllStringSubmatch(log, -1) {
		if !seen[m[1]] {
			seen[m[1]] = true
			list = append(list, m[1])
		}
	}
	return list
}

// TestUnixSocket listens on a socket in the file system, and removes it at the end.
func TestUnixSocket(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "socket")
	s := serve(t, "--listen", "unix:"+socket, site(t))
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	if r := newWire(t, conn).roundTrip(t, "GET", "/hello.txt"); string(r.body) != "hello, world\n" {
		t.Errorf("status %d, body %q", r.status, r.body)
	}
	s.stop(t)
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket is still there")
	}
}

// TestServerLogIsJSON shows that a log that goes to no terminal is JSON lines.
func TestServerLogIsJSON(t *testing.T) {
	t.Parallel()
	s := serve(t, site(t))
	s.stop(t)
	for line := range strings.Lines(s.log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

// Combined Log Format: host, ident, user, [time], "request", status, bytes,
// "referer", "user agent".
var combined = regexp.MustCompile(`^127\.0\.0\.1 - - \[\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$`)

// TestAccessLog reads the access log of some requests from a file and from
// standard output.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	want := [][]string{ // request line, status, bytes of body, referer, user agent
		{"GET /hello.txt HTTP/1.1", "200", "13", "-", "-"},
		{"GET /second.txt?a=b HTTP/1.1", "200", "11", "http://example.com/", "test/1"},
		{"HEAD /hello.txt HTTP/1.1", "200", "", "-", "-"},
		{"GET /missing HTTP/1.1", "404", "", "-", "-"},
	}
	ask := func(t *testing.T, addr string) {
		w := dial(t, addr)
		w.roundTrip(t, "GET", "/hello.txt")
		w.send("GET /second.txt?a=b HTTP/1.1\r\nHost: x\r\nReferer: http://example.com/\r\nUser-Agent: test/1\r\n\r\n", 0)
		if _, err := w.reply("GET"); err != nil {
			t.Fatal(err)
		}
		w.roundTrip(t, "HEAD", "/hello.txt")
		w.roundTrip(t, "GET", "/missing")
		w.send("GET /hello.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: a \"quote\" \\ \xff\r\n\r\n", 0)
		if _, err := w.reply("GET"); err != nil {
			t.Fatal(err)
		}
	}
	check := func(t *testing.T, log string) {
		lines := strings.Split(strings.TrimSuffix(log, "\n"), "\n")
		if len(lines) != len(want)+1 {
			t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want)+1, log)
		}
		for i, line := range lines {
			m := combined.FindStringSubmatch(line)
			if m == nil {
				t.Errorf("not in Combined Log Format: %s", line)
				continue
			}
			for j := range m[1:] {
				if i < len(want) && want[i][j] != "" && m[1+j] != want[i][j] {
					t.Errorf("line %d: %q, want %q: %s", i+1, m[1+j], want[i][j], line)
				}
			}
		}
	}

	t.Run("file", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "access.log")
		s := serve(t, "--access-log", file, site(t))
		ask(t, s.addr)
		s.stop(t)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		check(t, string(data))
	})
	t.Run("standard output", func(t *testing.T) {
		t.Parallel()
		s := serve(t, "--access-log", "-", site(t))
		ask(t, s.addr)
		s.stop(t)
		var log strings.Builder
		for line := range strings.Lines(s.log.String()) {
			if strings.HasPrefix(line, "127.0.0.1 ") {
				log.WriteString(line)
			}
		}
		check(t, log.String())
	})
	t.Run("json", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "access.log")
		s := serve(t, "--access-log", file, "--log-format", "json", site(t))
		ask(t, s.addr)
		s.stop(t)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for line := range strings.Lines(string(data)) {
			lines++
			if !json.Valid([]byte(line)) {
				t.Errorf("not JSON: %s", line)
			}
		}
		if lines != len(want)+1 {
			t.Errorf("%d lines, want %d", lines, len(want)+1)
		}
	})
	t.Run("off", func(t *testing.T) {
		t.Parallel()
		s := serve(t, "--access-log", "off", site(t))
		ask(t, s.addr)
		s.stop(t)
		if strings.Contains(s.log.String(), "/second.txt") {
			t.Errorf("a request was logged:\n%s", s.log)
		}
	})
	t.Run("appended to", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "access.log")
		if err := os.WriteFile(file, []byte("from before\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		s := serve(t, "--access-log", file, site(t))
		ask(t, s.addr)
		s.stop(t)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rest, ok := strings.CutPrefix(string(data), "from before\n")
		if !ok {
			t.Errorf("what was in the file is gone:\n%s", data)
		}
		check(t, rest)
	})
}

// TestGracefulStop stops a server that is sending a file slowly: the file comes
// whole, an idle connection is closed, nobody new is let in, and all is well.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			s := serve(t, site(t))
			idle := dial(t, s.addr)
			idle.roundTrip(t, "GET", "/hello.txt")
			unused := dial(t, s.addr)
			slow := startDownload(t, s.addr)

			s.cmd.Process.Signal(sig)
			if err := idle.closed(); err != nil {
				t.Errorf("idle connection: %v", err)
			}
			if err := unused.closed(); err != nil {
				t.Errorf("connection that asked nothing: %v", err)
			}
			eventually(t, stopLimit, "nobody listens any more", func() bool { return refused(s.addr) })

			n, err := io.Copy(io.Discard, slow.Body)
			if n != slow.ContentLength || err != nil {
				t.Errorf("the download in flight got %d bytes of %d, %v", n, slow.ContentLength, err)
			}
			if code := s.wait(t, stopLimit); code != 0 {
				t.Errorf("ended with %v, want exit status 0", s.cmd.ProcessState)
			}
		})
	}
}

// TestSecondSignal shows that a second signal does not wait for a download.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	s := serve(t, site(t))
	idle := dial(t, s.addr)
	idle.roundTrip(t, "GET", "/hello.txt")
	slow := startDownload(t, s.addr)

	s.cmd.Process.Signal(syscall.SIGTERM)
	if err := idle.closed(); err != nil { // now the first signal has been heard
		t.Errorf("idle connection: %v", err)
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	if code := s.wait(t, 2*time.Second); code == 0 {
		t.Error("exit status 0, though a download was cut off")
	}
	if n, err := io.Copy(io.Discard, slow.Body); err == nil {
		t.Errorf("the download got %d bytes and no error", n)
	}
}

// TestGrace shows that a download does not hold up the end for longer than the
// grace.
func TestGrace(t *testing.T) {
	t.Parallel()
	s := serve(t, "--grace", "500ms", site(t))
	slow := startDownload(t, s.addr)
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.wait(t, 5*time.Second)
	if n, err := io.Copy(io.Discard, slow.Body); err == nil {
		t.Errorf("the download got %d bytes and no error", n)
	}
}

// startDownload asks for the large file, and gives the response when its head is
// there. The connection takes so few bytes at a time that most of the file must
// wait in the server.
func startDownload(t testing.TB, addr string) *http.Response {
	t.Helper()
	transport := &http.Transport{
		ReadBufferSize: 4096,
		DialContext:    func(_ context.Context, _, addr string) (net.Conn, error) { return dialSmall(addr) },
	}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	response, err := client.Get("http://" + addr + "/big.bin")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != 200 || response.ContentLength != bigSize {
		t.Fatalf("status %d, Content-Length %d", response.StatusCode, response.ContentLength)
	}
	return response
}

// dialSmall connects with a receive buffer so small that the peer's writes block
// after a few kilobytes, plus what its own buffer holds.
func dialSmall(addr string) (net.Conn, error) {
	dialer := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		var failed error
		err := raw.Control(func(fd uintptr) {
			failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096)
		})
		return errors.Join(err, failed)
	}}
	return dialer.Dial("tcp", addr)
}
