//go:build unix

package test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
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

// programs makes a directory of the programs in cgi.txtar, all of which may be
// run but those with an extension.
func programs(t testing.TB) string {
	t.Helper()
	archive, err := txtar.ParseFile("cgi.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "cgi")
	for _, f := range archive.Files {
		path, mode := filepath.Join(dir, f.Name), os.FileMode(0o755)
		if ext := filepath.Ext(f.Name); ext != "" && ext != ".cgi" {
			mode = 0o644
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// curl runs curl and returns what it prints.
func curl(t testing.TB, args ...string) string {
	t.Helper()
	args = append([]string{"-sS", "--max-time", "20"}, args...)
	out, err := exec.Command(requireProgram(t, "curl"), args...).CombinedOutput()
	if err != nil {
		t.Errorf("curl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestCGI runs programs of many kinds as a user would: in the shell, Python, Perl,
// C and PHP.
func TestCGI(t *testing.T) {
	t.Parallel()
	dir := programs(t)
	python, php := requireProgram(t, "python3"), requireProgram(t, "php-cgi")
	requireProgram(t, "perl")
	if out, err := exec.Command(requireProgram(t, "gcc"), "-o", filepath.Join(dir, "c"), filepath.Join(dir, "program.c")).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	large := filepath.Join(t.TempDir(), "large.bin")
	if err := os.WriteFile(large, bytes.Repeat([]byte("0123456789abcdef"), 200_000), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--cgi", "/cgi="+dir, "--cgi-ext", ".py="+python, "--cgi-ext", ".php="+php, "--cgi-env", "GREETING=good day", site(t))
	url := "http://" + s.addr + "/cgi/"
	for _, tc := range []struct {
		name string
		args []string
		want string // a pattern
	}{
		{"shell", []string{url + "shell/a/b?c=d"}, `^GET /a/b c=d good day\n$`},
		{"shell, HEAD", []string{"-I", url + "shell"}, `^HTTP/1.1 200 OK\r\n(.*\r\n)*Content-Type: text/plain\r\n`},
		{"python", []string{"-d", "name=Ada", url + "form.py"}, `^Hello, Ada, of 127.0.0.1\n$`},
		{"python, in chunks", []string{"-d", "name=Ada", "-H", "Transfer-Encoding: chunked", url + "form.py"}, `^Hello, Ada, of 127.0.0.1\n$`},
		{"python's traceback", []string{"-w", "%{http_code}", "-o", os.DevNull, url + "broken.py"}, `^502$`},
		{"perl", []string{"-F", "file=@" + large, "-F", "word=a b", url + "upload.cgi"}, `^large.bin 3200000 \[a b\]\n$`},
		{"C", []string{url + "c?" + strings.Repeat("x", 1000)}, `^GET with 1000\n$`},
		{"PHP", []string{"-d", "a=1&b=2", url + "sum.php?c=3"}, `^6 by POST of sum.php\n$`},
		{"PHP's status", []string{"-w", "%{http_code}", url + "status.php"}, `^gone410$`},
		{"PHP's session", []string{"-i", url + "cookies.php"}, `(?s)Set-Cookie: a=1.*Set-Cookie: b=2.*\r\n\r\nset$`},
		{"HTTP/1.0", []string{"--http1.0", "-i", url + "shell"}, `(?s)^HTTP/1.1 200 OK.*Connection: close.*GET`},
		{"the source", []string{"-w", "%{http_code}", "-o", os.DevNull, url + "program.c"}, `^403$`},
		{"a local redirect", []string{"-w", "%{http_code}", url + "local"}, `^hello, world\n200$`},
		{"a local redirect, at the end", []string{"-H", "Connection: close", url + "local"}, `^hello, world\n$`},
		{"a local redirect to a program", []string{"--http1.0", url + "local?/cgi/shell/there"}, `^GET /there  good day\n$`},
		{"a local redirect of a POST", []string{"-d", "x", url + "local?/cgi/shell"}, `^GET   good day\n$`},
		{"in a circle", []string{"-w", "%{http_code}", "-o", os.DevNull, url + "circle"}, `^502$`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := curl(t, tc.args...); !regexp.MustCompile(tc.want).MatchString(got) {
				t.Errorf("%.1000q, want %s", got, tc.want)
			}
		})
	}
	eventually(t, 2*time.Second, "the traceback is in the log, with the request's name", func() bool {
		return regexp.MustCompile(`cgi: /cgi/broken.py \([a-z0-9]+-1\): ZeroDivisionError`).MatchString(s.log.String())
	})
}

// git runs git far from its user's own settings.
func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(requireProgram(t, "git"), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestCGI_Git clones and pushes through git's own http-backend, and looks at the
// repository with gitweb.
func TestCGI_Git(t *testing.T) {
	t.Parallel()
	root, work := filepath.Join(t.TempDir(), "repositories"), t.TempDir()
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, root, "init", "-q", "--bare", "-b", "main", "a.git")
	git(t, filepath.Join(root, "a.git"), "config", "http.receivepack", "true")
	backend := filepath.Join(strings.TrimSpace(git(t, root, "--exec-path")), "git-http-backend")
	gitweb := "/usr/share/gitweb/gitweb.cgi"
	if _, err := os.Stat(gitweb); err != nil {
		if os.Getenv("KAMAELIA_TEST_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skipf("gitweb is not installed: %v", err)
	}
	conf := filepath.Join(work, "gitweb.conf")
	if err := os.WriteFile(conf, []byte("$projectroot = '"+root+"';\n1;\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--cgi", "/git="+backend, "--cgi", "/gitweb="+gitweb, "--cgi-env", "GIT_PROJECT_ROOT="+root, "--cgi-env", "GIT_HTTP_EXPORT_ALL=1",
		"--cgi-env", "GITWEB_CONFIG="+conf, "--cgi-env", "REMOTE_USER=ada", "--cgi-env", "HOME="+work, site(t))
	url := "http://" + s.addr + "/git/a.git"
	git(t, work, "clone", "-q", url, "one")
	one := filepath.Join(work, "one")
	for i := range 40 {
		if err := os.WriteFile(filepath.Join(one, fmt.Sprint("file", i)), bytes.Repeat([]byte(fmt.Sprint(i, "\n")), 20_000), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	noise := filepath.Join(one, "noise") // more than git sends with a length
	if out, err := exec.Command("sh", "-c", "head -c 3000000 /dev/urandom >"+noise).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	git(t, one, "add", ".")
	git(t, one, "commit", "-q", "-m", "a first one")
	git(t, one, "push", "-q", "origin", "HEAD:main")
	git(t, work, "clone", "-q", url, "two")
	if got := git(t, filepath.Join(work, "two"), "log", "--format=%s"); got != "a first one\n" {
		t.Errorf("the clone's log is %q", got)
	}
	git(t, filepath.Join(work, "two"), "fsck", "--strict")
	for path, want := range map[string]string{"": "a.git", "?p=a.git;a=log": "a first one", "?p=a.git;a=tree": "file39"} {
		if got := curl(t, "http://"+s.addr+"/gitweb"+path); !strings.Contains(got, want) {
			t.Errorf("gitweb%s has no %q: %.300s", path, want, got)
		}
	}
}

// TestCGI_HangUp ends what runs for a client that has gone.
func TestCGI_HangUp(t *testing.T) {
	t.Parallel()
	s := serve(t, "--cgi", "/cgi="+programs(t), site(t))
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /cgi/forever HTTP/1.1\r\nHost: a\r\n\r\n")
	var pids [2]int
	said := bufio.NewScanner(conn)
	for pids[1] == 0 && said.Scan() {
		_, _ = fmt.Sscanf(said.Text(), "pids %d %d", &pids[0], &pids[1])
	}
	if pids[1] == 0 {
		t.Fatalf("it does not run: %v", said.Err())
	}
	conn.Close()
	for _, pid := range pids {
		eventually(t, 5*time.Second, "the group has ended", func() bool {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			return err != nil && syscall.Kill(pid, 0) != nil || bytes.Contains(stat, []byte(") Z "))
		})
	}
	mustAnswer(t, s)
}

// TestCGI_Many asks for more than may run at once: all are answered.
func TestCGI_Many(t *testing.T) {
	t.Parallel()
	s := serve(t, "--cgi", "/cgi="+programs(t), "--cgi-at-once", "8", "--access-log", "off", site(t))
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			r := dial(t, s.addr).roundTrip(t, "GET", fmt.Sprint("/cgi/shell?", i))
			if want := fmt.Sprintf("GET  %d \n", i); r.status != 200 || string(r.body) != want {
				t.Errorf("%d %q, want %q", r.status, r.body, want)
			}
		})
	}
	all.Wait()
}

// TestCGI_Overload refuses what finds neither a place nor room to wait.
func TestCGI_Overload(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "site.yaml")
	text := "root: " + site(t) + "\npaths:\n  /cgi: {root: " + programs(t) + ", cgi: {at-once: 1, queue: 1, wait: 100ms}}\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--config", config)
	slow := dial(t, s.addr)
	slow.send("GET /cgi/forever HTTP/1.1\r\nHost: a\r\n\r\n", 0)
	if line, err := slow.line(); err != nil || line != "HTTP/1.1 200 OK" {
		t.Fatalf("%q %v", line, err)
	}
	r := dial(t, s.addr).roundTrip(t, "GET", "/cgi/shell")
	if r.status != 503 || len(r.get("Retry-After")) != 1 {
		t.Errorf("%d %q", r.status, r.get("Retry-After"))
	}
	slow.Close()
	eventually(t, 5*time.Second, "there is a place again", func() bool {
		return dial(t, s.addr).roundTrip(t, "GET", "/cgi/shell").status == 200
	})
}

// TestCGI_Together counts the programs of all --cgi together.
func TestCGI_Together(t *testing.T) {
	t.Parallel()
	dir := programs(t)
	s := serve(t, "--cgi", "/a="+dir, "--cgi", "/b="+dir, "--cgi-at-once", "1", "--cgi-queue", "1", site(t))
	slow := dial(t, s.addr)
	slow.send("GET /a/forever HTTP/1.1\r\nHost: a\r\n\r\n", 0)
	if line, err := slow.line(); err != nil || line != "HTTP/1.1 200 OK" {
		t.Fatalf("%q %v", line, err)
	}
	got := make(chan int, 2) // one of them waits, and the other is refused
	for _, path := range []string{"/a/shell", "/b/shell"} {
		w := dial(t, s.addr)
		go func() {
			w.send("GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n", 0)
			r, err := w.reply("GET")
			if err != nil {
				t.Errorf("%s: %v", path, err)
				r = &reply{}
			}
			got <- r.status
		}()
	}
	if status := <-got; status != 503 {
		t.Errorf("%d, want 503", status)
	}
	slow.Close()
	if status := <-got; status != 200 {
		t.Errorf("%d, want 200", status)
	}
}

// TestCGI_WrongUse tells what is wrong with --cgi.
func TestCGI_WrongUse(t *testing.T) {
	t.Parallel()
	root, dir := site(t), programs(t)
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no prefix":      {[]string{"--cgi", "cgi=" + dir}, "begins with a slash"},
		"no directory":   {[]string{"--cgi", "/cgi"}, "PREFIX=DIR"},
		"not there":      {[]string{"--cgi", "/cgi=" + dir + "/none"}, "no such file"},
		"twice":          {[]string{"--cgi", "/cgi=" + dir, "--cgi", "/cgi=" + dir}, "is served already"},
		"all twice":      {[]string{"--cgi", "/=" + dir, "--cgi", "/=" + dir}, "/ is served already, by --cgi /="},
		"all by another": {[]string{"--upstream", "/=http://127.0.0.1:1", "--fastcgi", "/=127.0.0.1:1"}, "/ is served already, by --fastcgi /="},
		"an extension":   {[]string{"--cgi", "/cgi=" + dir, "--cgi-ext", "py=python3"}, ".EXT"},
		"a variable":     {[]string{"--cgi", "/cgi=" + dir, "--cgi-env", "A"}, "KEY=VALUE"},
		"a time":         {[]string{"--cgi", "/cgi=" + dir, "--cgi-timeout", "soon"}, "soon"},
		"a small number": {[]string{"--cgi", "/cgi=" + dir, "--cgi-at-once=-1"}, "not a whole number"},
		"none at once":   {[]string{"--cgi", "/cgi=" + dir, "--cgi-at-once", "0"}, "--cgi-at-once 0: want 1 or more"},
	} {
		got := run(t, append(append([]string{"serve", "--listen", "127.0.0.1:0"}, tc.args...), root)...)
		if got.status == 0 || !strings.Contains(got.stderr, tc.want) {
			t.Errorf("%s: exit status %d, %q", name, got.status, got.stderr)
		}
	}
}

// TestCGI_Stop ends what runs when the server ends, though it does not heed TERM.
func TestCGI_Stop(t *testing.T) {
	t.Parallel()
	s := serve(t, "--cgi", "/cgi="+programs(t), "--grace", "100ms", site(t))
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /cgi/stubborn HTTP/1.1\r\nHost: a\r\n\r\n")
	pid := 0
	for said := bufio.NewScanner(conn); pid == 0 && said.Scan(); {
		_, _ = fmt.Sscanf(said.Text(), "pid %d", &pid)
	}
	if pid == 0 || syscall.Kill(pid, 0) != nil {
		t.Fatalf("it does not run: %d", pid)
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.wait(t, stopLimit)
	eventually(t, 5*time.Second, "the script has ended", func() bool { return syscall.Kill(pid, 0) != nil })
	if strings.Contains(s.log.String(), "did not end") {
		t.Errorf("a part was given up:\n%s", s.log)
	}
}

// TestCGI_StopLate gives a script all the time that it was promised, and ends it
// then, though the server was told to end at once.
func TestCGI_StopLate(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "site.yaml")
	text := "root: " + site(t) + "\ngrace: 100ms\npaths:\n  /cgi: {root: " + programs(t) + ", cgi: {kill-after: 2500ms}}\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--config", config)
	w := dial(t, s.addr)
	w.send("GET /cgi/stubborn HTTP/1.1\r\nHost: a\r\n\r\n", 0)
	pid := 0
	for said := bufio.NewScanner(w.Conn); pid == 0 && said.Scan(); {
		_, _ = fmt.Sscanf(said.Text(), "pid %d", &pid)
	}
	if pid == 0 || syscall.Kill(pid, 0) != nil {
		t.Fatalf("it does not run: %d", pid)
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.wait(t, stopLimit)
	if syscall.Kill(pid, 0) == nil {
		_ = syscall.Kill(pid, syscall.SIGKILL)
		t.Error("the script has outlived the server")
	}
	if strings.Contains(s.log.String(), "did not end") {
		t.Errorf("a part was given up:\n%s", s.log)
	}
}
