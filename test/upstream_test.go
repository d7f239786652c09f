//go:build unix

package test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// upstreams makes a directory of what is in gateway.txtar, which every user may
// read.
func upstreams(t testing.TB) string {
	t.Helper()
	archive, err := txtar.ParseFile("gateway.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "kamaelia-") // a short name: that of a socket is
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// background runs a program until the test ends, once its socket is there.
func background(t testing.TB, socket string, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
		if t.Failed() {
			t.Logf("%s:\n%s", cmd.Path, said.String())
		}
	})
	eventually(t, 20*time.Second, cmd.Path+" listens", func() bool {
		_, err := os.Stat(socket)
		return err == nil
	})
	return cmd
}

// phpFPM runs Debian's php-fpm, and returns where.
func phpFPM(t testing.TB, dir string, processes int, more string) (address string) {
	t.Helper()
	socket := filepath.Join(dir, "php.sock")
	conf := filepath.Join(dir, "fpm.conf")
	text := fmt.Sprintf("[global]\nerror_log = %s/fpm.log\ndaemonize = no\n[www]\nlisten = %s\npm = static\npm.max_children = %d\n%s\n", dir, socket, processes, more)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	background(t, socket, exec.Command(requireProgram(t, "php-fpm8.2"), "-n", "-R", "-F", "-y", conf, "-d", "upload_max_filesize=20M", "-d", "post_max_size=20M"))
	return "unix:" + socket
}

// large writes a file of some megabytes.
func large(t testing.TB) (name string, sum string) {
	t.Helper()
	data := bytes.Repeat([]byte("0123456789abcdef"), 400_000)
	name = filepath.Join(t.TempDir(), "large.bin")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return name, fmt.Sprintf("%x", sha256.Sum256(data))
}

// runCurl compares what curl prints with patterns.
func runCurl(t *testing.T, cases []curlCase) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := curl(t, tc.args...); !regexp.MustCompile(tc.want).MatchString(got) {
				t.Errorf("%.1000q, want %s", got, tc.want)
			}
		})
	}
}

type curlCase struct {
	name string
	args []string
	want string // a pattern
}

// streamed reads the first line of an answer that is complete only when a file is
// there.
func streamed(t *testing.T, url, until string) {
	t.Helper()
	cmd := exec.Command(requireProgram(t, "curl"), "-sSN", "--max-time", "20", url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "first" {
		t.Errorf("%q %v", lines.Text(), lines.Err())
	}
	if err := os.WriteFile(until, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if !lines.Scan() || lines.Text() != "last" {
		t.Errorf("%q %v", lines.Text(), lines.Err())
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// TestFastCGI serves PHP by php-fpm, as a user would.
func TestFastCGI(t *testing.T) {
	t.Parallel()
	dir := upstreams(t)
	file, sum := large(t)
	s := serve(t, "--fastcgi", "/app="+phpFPM(t, dir, 4, ""), "--fastcgi-root", filepath.Join(dir, "www"), site(t))
	url := "http://" + s.addr + "/app/"
	code := []string{"-w", "%{http_code}", "-o", os.DevNull}
	runCurl(t, []curlCase{
		{"GET", []string{url + "show.php/a/b?c=d"}, `^GET /app/show.php\|/a/b\|c=d\|127.0.0.1\n$`},
		{"HEAD", []string{"-I", url + "show.php"}, `^HTTP/1.1 200 OK\r\n(.*\r\n)*Content-type: text/plain`},
		{"the index", []string{url}, `^index of /app/index.php\n$`},
		{"the index, without a slash", []string{"-L", "http://" + s.addr + "/app"}, `^index of /app/index.php\n$`},
		{"POST", []string{"-d", "a=1&b=2", url + "sum.php?c=3"}, `^6\n$`},
		{"POST in chunks", []string{"-d", "a=1&b=2", "-H", "Transfer-Encoding: chunked", url + "sum.php?c=3"}, `^6\n$`},
		{"an upload", []string{"-F", "file=@" + file, "-F", "word=a b", url + "upload.php"}, `^large.bin 6400000 ` + sum + ` \[a b\]\n$`},
		{"a large body", []string{"--data-binary", "@" + file, "-H", "Content-Type: a/b", url + "length.php"}, `^6400000 6400000\n$`},
		{"a large body in chunks", []string{"-T", file, "-H", "Transfer-Encoding: chunked", url + "length.php"}, `^6400000 6400000\n$`},
		{"a large answer", []string{"-w", "%{size_download}", "-o", os.DevNull, url + "large.php"}, `^8192000$`},
		{"a status", []string{"-w", "%{http_code}", url + "status.php"}, `^none404$`},
		{"a redirect", append(code, url+"away.php"), `^302$`},
		{"a redirect to a path", []string{"-i", url + "redirect.php"}, `(?s)^HTTP/1.1 302 Found.*Location: /elsewhere\?a=b\r\n`},
		{"cookies", []string{"-i", url + "cookies.php"}, `(?s)Set-Cookie: a=1\r\n.*Set-Cookie: b=2\r\n.*\r\n\r\nset$`},
		{"no script", []string{"-w", "%{http_code}", url + "none.php"}, `404$`},
		{"no name of a script", append(code, url+"style.css"), `^404$`},
		{"a head over the limit", append(code, url+"head.php"), `^502$`},
		{"HTTP/1.0", []string{"--http1.0", "-i", url + "show.php"}, `(?s)^HTTP/1.1 200 OK.*Connection: close.*GET`},
	})
	t.Run("streamed", func(t *testing.T) { streamed(t, url+"slow.php?until=now", filepath.Join(dir, "www", "now")) })
	curl(t, url+"error.php")
	eventually(t, 5*time.Second, "standard error is in the log, with the request's name", func() bool {
		return regexp.MustCompile(`fastcgi: /app/error.php \([a-z0-9]+-1\): .*the reason is told`).MatchString(s.log.String())
	})
}

// TestFastCGI_Many asks php-fpm for more than it has processes, and has its
// processes end behind a few requests: all are answered.
func TestFastCGI_Many(t *testing.T) {
	t.Parallel()
	dir := upstreams(t)
	s := serve(t, "--fastcgi", "/app="+phpFPM(t, dir, 2, "pm.max_requests = 7"), "--fastcgi-root", filepath.Join(dir, "www"), "--access-log", "off", site(t))
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			w := dial(t, s.addr)
			for j := range 20 {
				r := w.roundTrip(t, "GET", fmt.Sprintf("/app/show.php?%d.%d", i, j))
				if want := fmt.Sprintf("GET /app/show.php||%d.%d|127.0.0.1\n", i, j); r.status != 200 || string(r.body) != want {
					t.Errorf("%d %q, want %q", r.status, r.body, want)
				}
			}
		})
	}
	all.Wait()
}

// TestUpstreams_Unreachable answers for programs that are not there, and says so in
// the log.
func TestUpstreams_Unreachable(t *testing.T) {
	t.Parallel()
	none := filepath.Join(t.TempDir(), "none.sock")
	s := serve(t, "--fastcgi", "/a=unix:"+none, "--scgi", "/b=127.0.0.1:1", "--uwsgi", "/c=127.0.0.1:1", "--upstream", "/d=http://127.0.0.1:1", site(t))
	for _, path := range []string{"/a/x.php", "/b/x", "/c/x", "/d/x"} {
		if got := curl(t, "-w", "%{http_code}", "-o", os.DevNull, "http://"+s.addr+path); got != "502" {
			t.Errorf("%s: %s", path, got)
		}
	}
	eventually(t, 5*time.Second, "the log says where, and what to do", func() bool {
		log := s.log.String()
		return strings.Contains(log, "unix:"+none) && strings.Contains(log, "127.0.0.1:1") && strings.Count(log, "is the program running") == 4
	})
}

// uWSGI runs an application of Python with uWSGI, and returns where.
func uWSGI(t testing.TB, dir, how string) (address string) {
	t.Helper()
	socket := filepath.Join(dir, "uwsgi.sock")
	cmd := exec.Command(requireProgram(t, "uwsgi"), "--plugin", "python3", how, socket, "--wsgi-file", filepath.Join(dir, "app.py"),
		"--need-app", "--master", "--die-on-term", "--processes", "2", "--manage-script-name")
	cmd.Env = append(os.Environ(), "UNTIL="+dir)
	background(t, socket, cmd)
	return "unix:" + socket
}

// TestUpstreams serves an application of Python by uWSGI, with two protocols of it,
// and by gunicorn, as a user would.
func TestUpstreams(t *testing.T) {
	t.Parallel()
	file, _ := large(t)
	for _, c := range []struct {
		name, prefix, script string // SCRIPT_NAME and what is before the path
		broken               string
		start                func(t testing.TB, dir string) (flag string)
	}{
		{"scgi", "/py", "/py", "502", func(t testing.TB, dir string) string { return "--scgi=/py=" + uWSGI(t, dir, "--scgi-socket") }},
		{"uwsgi", "/py", "/py", "502", func(t testing.TB, dir string) string { return "--uwsgi=/py=" + uWSGI(t, dir, "--socket") }},
		{"gunicorn", "/py", "", "500", func(t testing.TB, dir string) string {
			socket := filepath.Join(dir, "gunicorn.sock")
			cmd := exec.Command(debianPython, requireProgram(t, "/usr/bin/gunicorn"), "-b", "unix:"+socket, "-w", "2", "--worker-tmp-dir", dir, "--chdir", dir, "app:application")
			cmd.Env = append(os.Environ(), "UNTIL="+dir)
			background(t, socket, cmd)
			return "--upstream=/py=unix:" + socket
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := upstreams(t)
			s := serve(t, c.start(t, dir), site(t))
			url, path := "http://"+s.addr+c.prefix, strings.TrimPrefix(c.prefix, c.script)
			code := []string{"-w", "%{http_code}", "-o", os.DevNull}
			runCurl(t, []curlCase{
				{"GET", []string{url + "/a%20b?c=d"}, `^GET ` + c.script + `\|` + path + `/a b\|c=d\|0\n$`},
				{"no path", []string{url}, `^GET ` + c.script + `\|` + path + `\|\|0\n$`},
				{"HEAD", []string{"-I", url}, `^HTTP/1.1 200 OK\r\n(.*\r\n)*Content-Type: text/plain`},
				{"POST", []string{"-d", "a=b", url + "/x"}, `^POST ` + c.script + `\|` + path + `/x\|\|3\n$`},
				{"POST in chunks", []string{"-d", "a=b", "-H", "Transfer-Encoding: chunked", url + "/x"}, `^POST ` + c.script + `\|` + path + `/x\|\|3\n$`},
				{"an upload", []string{"-T", file, url + "/x"}, `^PUT ` + c.script + `\|` + path + `/x\|\|6400000\n$`},
				{"a large answer", []string{"-w", "%{size_download}", "-o", os.DevNull, url + "/large"}, `^8192000$`},
				{"a status", []string{"-w", "%{http_code}", url + "/404"}, `^none404$`},
				{"a redirect", append(code, url+"/away"), `^302$`},
				{"cookies", []string{"-i", url}, `(?s)Set-Cookie: a=1\r\n.*Set-Cookie: b=2\r\n`},
				{"an error", append(code, url+"/broken"), `^` + c.broken + `$`},
			})
			t.Run("streamed", func(t *testing.T) { streamed(t, url+"/slow?now", filepath.Join(dir, "now")) })
		})
	}
}
