//go:build unix

package test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The clients of the world, each as a person would use it.

// TestCurl asks as curl does.
func TestCurl(t *testing.T) {
	t.Parallel()
	curl := requireProgram(t, "curl")
	s := serve(t, site(t))
	upload := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(upload, make([]byte, 3<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	url := "http://" + s.addr
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{"get", []string{url + "/hello.txt"}, "hello, world\n"},
		{"get with HTTP/1.0", []string{"--http1.0", url + "/hello.txt"}, "hello, world\n"},
		{"head", []string{"-I", "-o", os.DevNull, "-w", "%{http_code} %header{content-length}", url + "/hello.txt"}, "200 13"},
		{"redirect followed", []string{"-L", url + "/dir"}, "<title>dir</title>\n"},
		{"upgrade to HTTP/2 left alone", []string{"--http2", "-w", "%{http_version}", url + "/hello.txt"}, "hello, world\n1.1"},
		{"one connection for two files", []string{"-w", "%{num_connects} ", "-o", os.DevNull, "-o", os.DevNull, url + "/hello.txt", url + "/second.txt"}, "1 0 "},
		{"large file", []string{"-o", os.DevNull, "-w", "%{size_download}", url + "/big.bin"}, "10485760"},
		{"unchanged since", []string{"-z", siteTime.Format(time.RFC1123), "-o", os.DevNull, "-w", "%{http_code}", url + "/hello.txt"}, "304"},
		{"large upload refused", []string{"-T", upload, "-o", os.DevNull, "-w", "%{http_code}", url + "/hello.txt"}, "405"},
		{"large upload in chunks refused", []string{"-T", upload, "-H", "Transfer-Encoding: chunked", "-o", os.DevNull, "-w", "%{http_code}", url + "/hello.txt"}, "405"},
		{"form refused", []string{"-d", "a=b", "-o", os.DevNull, "-w", "%{http_code}", url + "/hello.txt"}, "405"},
		{"way out refused", []string{"--path-as-is", "-o", os.DevNull, "-w", "%{http_code}", url + "/../outside.txt"}, "404"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out, err := exec.Command(curl, append([]string{"-sS", "--max-time", "20"}, tc.args...)...).CombinedOutput()
			if err != nil || string(out) != tc.want {
				t.Errorf("curl %s: %v, %q, want %q", strings.Join(tc.args, " "), err, out, tc.want)
			}
		})
	}
}

// TestErrorPageIsNoHole asks for names that are HTML, and wants none of it in the
// page that says there is no such thing.
func TestErrorPageIsNoHole(t *testing.T) {
	t.Parallel()
	s := serve(t, site(t))
	for _, target := range []string{
		"/%3Cscript%3Ealert(1)%3C/script%3E", "/x?%3Cscript%3E", "/x?<script>", "/%22onload=%22x<script>", "/%zz<script>",
	} {
		w := dial(t, s.addr)
		w.send("GET "+target+" HTTP/1.1\r\nHost: x\r\nX: <script>\r\nReferer: <script>\r\n\r\n", 0)
		r, err := w.reply("GET")
		if err != nil || r.status < 400 || strings.Contains(strings.ToLower(string(r.body)), "<script") {
			t.Errorf("GET %s: %v, %v", target, r, err)
		}
	}
}

// TestNetcat types a request by hand and ends its input.
func TestNetcat(t *testing.T) {
	t.Parallel()
	nc := requireProgram(t, "nc")
	s := serve(t, site(t))
	host, port, _ := strings.Cut(s.addr, ":")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, nc, "-N", host, port)
	cmd.Stdin = strings.NewReader("GET /hello.txt HTTP/1.0\r\n\r\n")
	out, err := cmd.Output()
	if err != nil || !strings.HasSuffix(string(out), "\r\n\r\nhello, world\n") {
		t.Errorf("%v, %q", err, out)
	}
}

// TestChromium lets a browser load a page with a style sheet and a script, and
// looks at what the script made of it.
func TestChromium(t *testing.T) {
	t.Parallel()
	chromium := requireProgram(t, "chromium")
	root := site(t)
	page := `<!DOCTYPE html><title>page</title><link rel="stylesheet" href="style.css"><body><script src="page.js"></script>`
	script := `addEventListener("load", async () => {
	const color = getComputedStyle(document.body).color
	const text = await (await fetch("/hello.txt")).text()
	const missing = (await fetch("/missing")).status
	document.title = color + "; " + text.trim() + "; " + missing
})`
	for name, text := range map[string]string{"page.html": page, "page.js": script} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, root)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--user-data-dir="+t.TempDir(), "--virtual-time-budget=5000", "--dump-dom", "http://"+s.addr+"/page.html")
	out, err := cmd.Output()
	if want := "<title>rgb(0, 0, 0); hello, world; 404</title>"; err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v; the page has no %s:\n%s", err, want, out)
	}
}
