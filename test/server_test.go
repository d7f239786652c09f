//go:build unix

// Package test holds the black box tests: they build the program, run it, and
// talk to it over sockets as strangers would. It holds the rules of the
// repository too.
package test

import (
	"bytes"
	"errors"
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

	"go.uber.org/goleak"
)

const (
	startLimit = 20 * time.Second // from exec to the line with the address
	stopLimit  = 20 * time.Second // from SIGTERM to the exit
)

// program is the path of the built cmd/kamaelia; TestMain sets it.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "kamaelia-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "test:", err)
		os.Exit(1)
	}
	if err := buildProgram(dir); err != nil {
		fmt.Fprintln(os.Stderr, "test:", err)
		os.RemoveAll(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// withoutC is the environment of what is built without the race detector: as users
// get it, and as test/run has built it before.
const withoutC = "CGO_ENABLED=0"

// buildProgram builds cmd/kamaelia into dir, with the race detector if the
// tests have it.
func buildProgram(dir string) error {
	program = filepath.Join(dir, "kamaelia")
	args := []string{"build", "-o", program}
	if raceDetector {
		args = append(args, "-race")
	}
	build := exec.Command("go", append(args, "./cmd/kamaelia")...)
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building cmd/kamaelia: %v\n%s", err, out)
	}
	return nil
}

// requireProgram skips a test that needs a program this machine lacks. Where
// everything must be tested (KAMAELIA_TEST_ALL=1, as test/run says) it fails.
func requireProgram(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("KAMAELIA_TEST_ALL") == "1" {
		t.Fatalf("%s is not installed, and KAMAELIA_TEST_ALL=1 wants every test", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// A server is one run of "kamaelia serve".
type server struct {
	addr string // host:port it listens on
	cmd  *exec.Cmd
	log  *serverLog
	done chan struct{} // closed when the process has ended

	awaited bool // a test has looked at how it ended
}

// serve runs "kamaelia serve --listen 127.0.0.1:0 ARGS" until the test's end,
// when, unless the test itself waited for its end, a SIGTERM must end it with
// exit status 0.
func serve(t testing.TB, args ...string) *server {
	t.Helper()
	args = append([]string{program, "serve", "--listen", "127.0.0.1:0"}, args...)
	return startServer(t, exec.Command(args[0], args[1:]...))
}

// startServer starts a command that ends in "kamaelia serve ..." and waits for
// the address that it prints.
func startServer(t testing.TB, cmd *exec.Cmd) *server {
	t.Helper()
	s := &server{cmd: cmd, log: newServerLog(), done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		cmd.Wait()
		close(s.done)
	}()
	t.Cleanup(func() {
		if !s.awaited {
			s.stop(t)
		}
		if t.Failed() {
			t.Logf("log of %s:\n%s", strings.Join(cmd.Args, " "), s.log.tail(8000))
		}
	})
	select {
	case s.addr = <-s.log.addr:
	case <-s.done:
		t.Fatalf("server ended before it listened: %v", cmd.ProcessState)
	case <-time.After(startLimit):
		t.Fatalf("server printed no address in %v", startLimit)
	}
	return s
}

// stop sends SIGTERM and wants exit status 0.
func (s *server) stop(t testing.TB) {
	t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	if code := s.wait(t, stopLimit); code != 0 {
		t.Errorf("server ended with %v, want exit status 0", s.cmd.ProcessState)
	}
}

// wait waits for the server's end and gives its exit status, -1 for a signal's.
func (s *server) wait(t testing.TB, limit time.Duration) int {
	t.Helper()
	s.awaited = true
	select {
	case <-s.done:
	case <-time.After(limit):
		t.Errorf("server is still there after %v; its goroutines:", limit)
		s.cmd.Process.Signal(syscall.SIGQUIT)
		select {
		case <-s.done:
		case <-time.After(5 * time.Second):
			s.cmd.Process.Kill()
			<-s.done
		}
	}
	return s.cmd.ProcessState.ExitCode()
}

// A serverLog keeps what a server prints and finds its address in it.
type serverLog struct {
	addr chan string // gets the first address printed

	mu    sync.Mutex
	text  bytes.Buffer
	found bool
}

var addressPattern = regexp.MustCompile(`http://([0-9A-Za-z.\[\]:]+:[0-9]+)/`)

func newServerLog() *serverLog { return &serverLog{addr: make(chan string, 1)} }

// Write implements io.Writer; os/exec calls it from one goroutine.
func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if !l.found {
		if m := addressPattern.FindSubmatch(l.text.Bytes()); m != nil {
			l.found = true
			l.addr <- string(m[1])
		}
	}
	return len(p), nil
}

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// tail gives the last n bytes, for a failure's report.
func (l *serverLog) tail(n int) string {
	s := l.String()
	if len(s) <= n {
		return s
	}
	return "..." + s[len(s)-n:]
}

// mustAnswer asks for a small file on a fresh connection, as a well-behaved
// client beside the rude ones.
func mustAnswer(t testing.TB, s *server) {
	t.Helper()
	w := dial(t, s.addr)
	defer w.Close()
	start := time.Now()
	if r := w.roundTrip(t, "GET", "/hello.txt"); r.status != 200 || string(r.body) != "hello, world\n" {
		t.Errorf("status %d, body %q", r.status, r.body)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("a small file took %v", took)
	}
}

// eventually waits until ok says yes, for things that tell nobody when they
// happen, such as another process's memory.
func eventually(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(limit); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not in %v: %s", limit, what)
		}
	}
}

// refused says whether nobody listens at an address any more.
func refused(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err == nil {
		conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
