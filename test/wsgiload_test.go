//go:build unix

package test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// busyApplication tells its process, holds requests until a file is there, and
// counts in another file those that it has.
const busyApplication = `import os, time

def app(environ, start_response):
    if environ['PATH_INFO'].startswith('/held'):
        with open('held', 'ab') as held:
            held.write(b'.')
        while not os.path.exists('go'):
            time.sleep(0.01)
    time.sleep(0.001)
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'%d' % os.getpid()]
`

// busy writes the application, and returns its directory.
func busy(t testing.TB) string {
	t.Helper()
	requireProgram(t, debianPython)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "busy.py"), []byte(busyApplication), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// ask sends a GET on a connection of its own, and returns status and body; 0 for an
// answer that has not come as a whole.
func ask(s *server, path string) (int, string) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	resp, err := client.Get("http://" + s.addr + path)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(b)
}

// held waits until the application holds n requests.
func held(t testing.TB, dir string, n int) {
	t.Helper()
	eventually(t, time.Minute, fmt.Sprint(n, " requests in the application"), func() bool {
		fi, err := os.Stat(filepath.Join(dir, "held"))
		return err == nil && fi.Size() >= int64(n)
	})
}

// letGo lets the application answer what it holds.
func letGo(t testing.TB, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A load asks for a path, by clients that keep their connections, until it is
// ended.
type load struct {
	mu     sync.Mutex
	counts map[int]int // by status, 0 for no answer
	pids   map[string]bool
	stop   chan struct{}
	all    sync.WaitGroup
}

func newLoad(s *server, clients int, path string) *load {
	l := &load{counts: map[int]int{}, pids: map[string]bool{}, stop: make(chan struct{})}
	for range clients {
		l.all.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-l.stop:
					return
				default:
				}
				status, text := 0, ""
				if resp, err := client.Get("http://" + s.addr + path); err == nil {
					b, err := io.ReadAll(resp.Body)
					if _ = resp.Body.Close(); err == nil {
						status, text = resp.StatusCode, string(b)
					}
				}
				l.mu.Lock()
				l.counts[status]++
				if status == 200 {
					l.pids[text] = true
				}
				l.mu.Unlock()
			}
		})
	}
	return l
}

// seen returns how many requests had which status, and which processes have
// answered.
func (l *load) seen() (counts map[int]int, pids map[string]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.counts), maps.Clone(l.pids)
}

func (l *load) end() map[int]int {
	close(l.stop)
	l.all.Wait()
	return l.counts
}

// TestWSGI_Static answers files while all workers are stuck, and as many requests
// wait as may.
func TestWSGI_Static(t *testing.T) {
	t.Parallel()
	dir := busy(t)
	s := serve(t, "--wsgi", "/app="+dir+":busy:app", "--wsgi-workers", "2", "--wsgi-queue", "3", "--python", debianPython, site(t))
	var all sync.WaitGroup
	var mu sync.Mutex
	counts := map[int]int{}
	for range 40 {
		all.Go(func() {
			status, _ := ask(s, "/app/held")
			mu.Lock()
			counts[status]++
			mu.Unlock()
		})
	}
	held(t, dir, 2)
	eventually(t, time.Minute, "a full queue", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return counts[503] > 0
	})
	w := dial(t, s.addr)
	for range 50 {
		if r := w.roundTrip(t, "GET", "/hello.txt"); r.status != 200 {
			t.Errorf("status %d", r.status)
		}
	}
	letGo(t, dir)
	all.Wait()
	if counts[200]+counts[503] != 40 || counts[200] < 2 {
		t.Errorf("%v", counts)
	}
}

// TestWSGI_Reload changes the configuration ten times under load: other processes
// answer then, and no request fails.
func TestWSGI_Reload(t *testing.T) {
	t.Parallel()
	dir := busy(t)
	file := filepath.Join(dir, "site.yaml")
	configure := func(n int) {
		t.Helper()
		text := fmt.Sprintf("access-log: off\npaths:\n  /:\n    root: %s\n    wsgi: {application: busy:app, workers: 2, python: %s, env: {N: \"%d\"}}\n", dir, debianPython, n)
		if err := os.WriteFile(file+".new", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}
	configure(0)
	s := serve(t, "--config", file)
	l := newLoad(s, 6, "/")
	hangUps(t, s, l, 10, func(n int) { configure(n + 1) })
}

// hangUps sends SIGHUP under load, n times, each after a preparation: other processes
// answer then, and no request fails.
func hangUps(t *testing.T, s *server, l *load, n int, prepare func(i int)) {
	t.Helper()
	for i := range n {
		_, before := l.seen()
		prepare(i)
		if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		eventually(t, time.Minute, "another process", func() bool { _, now := l.seen(); return len(now) > len(before) })
	}
	if counts := l.end(); counts[200] == 0 || len(counts) != 1 {
		t.Errorf("%v: want nothing but 200", counts)
	}
}

// TestWSGI_HangUp sends SIGHUP to a server without a configuration file under load:
// other processes answer then, and no request fails.
func TestWSGI_HangUp(t *testing.T) {
	t.Parallel()
	dir := busy(t)
	s := serve(t, "--access-log", "off", "--wsgi", "/="+dir+":busy:app", "--wsgi-workers", "2", "--python", debianPython)
	l := newLoad(s, 3, "/")
	hangUps(t, s, l, 3, func(int) {})
}

// TestWSGI_Broken tells once why a module can not be imported, however often that is
// tried, and serves it when it is repaired.
func TestWSGI_Broken(t *testing.T) {
	t.Parallel()
	dir := busy(t)
	source := filepath.Join(dir, "busy.py")
	if err := os.WriteFile(source, []byte("open('tries', 'ab').write(b'.')\nraise RuntimeError('no database')\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--wsgi", "/="+dir+":busy:app", "--wsgi-workers", "2", "--python", debianPython)
	eventually(t, time.Minute, "some tries", func() bool {
		fi, err := os.Stat(filepath.Join(dir, "tries"))
		return err == nil && fi.Size() >= 5
	})
	if status, text := ask(s, "/"); status != 500 {
		t.Errorf("%d %s", status, text)
	}
	if log := s.log.String(); strings.Count(log, "Traceback") != 1 || strings.Contains(log, "a part failed") {
		t.Error("the reason is told more than once, or not at all")
	}
	if err := os.WriteFile(source, []byte(busyApplication), 0o644); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the repaired module", func() bool { status, _ := ask(s, "/"); return status == 200 })
}

// TestWSGI_Stop answers what has begun when the server is told to stop.
func TestWSGI_Stop(t *testing.T) {
	t.Parallel()
	dir := busy(t)
	s := serve(t, "--wsgi", "/="+dir+":busy:app", "--wsgi-workers", "2", "--wsgi-threads", "2", "--python", debianPython)
	var all sync.WaitGroup
	for range 12 { // four in the threads; the others wait
		all.Go(func() {
			if status, text := ask(s, "/held"); status != 200 {
				t.Errorf("%d %s", status, text)
			}
		})
	}
	held(t, dir, 4)
	eventually(t, time.Minute, "all 12 requests", func() bool { return established(t, s) >= 12 })
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the end of listening", func() bool {
		conn, err := net.Dial("tcp", s.addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	letGo(t, dir)
	all.Wait()
	if code := s.wait(t, stopLimit); code != 0 {
		t.Errorf("exit status %d", code)
	}
}

// established counts the connections to a server whose clients have sent a request
// that it has read: nothing is left in their sockets.
func established(t testing.TB, s *server) (n int) {
	t.Helper()
	_, port, _ := strings.Cut(s.addr, ":")
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		const state, open, queues = 3, "01", 4
		if len(f) > queues && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", number)) && f[state] == open && f[queues] == "00000000:00000000" {
			n++
		}
	}
	return n
}

// TestWSGI_Kills loses the requests in the hands of ten workers that are killed, and
// no others.
func TestWSGI_Kills(t *testing.T) {
	t.Parallel()
	dir := busy(t)
	s := serve(t, "--wsgi", "/="+dir+":busy:app", "--wsgi-workers", "2", "--python", debianPython, "--access-log", "off")
	l := newLoad(s, 8, "/")
	const kills = 10
	killed := map[string]bool{}
	for len(killed) < kills {
		eventually(t, time.Minute, "a process that lives", func() bool {
			_, pids := l.seen()
			for pid := range pids { // in no order
				if n, err := strconv.Atoi(pid); err == nil && !killed[pid] {
					killed[pid] = true
					return syscall.Kill(n, syscall.SIGKILL) == nil
				}
			}
			return false
		})
	}
	before, _ := l.seen()
	eventually(t, time.Minute, "answers after that", func() bool { now, _ := l.seen(); return now[200] > before[200]+100 })
	counts := l.end()
	if lost := counts[502] + counts[0]; lost > kills || lost+counts[200] != sum(counts) {
		t.Errorf("%v: want 200, and no more than %d of others", counts, kills)
	}
	t.Logf("%v", counts)
}

func sum(counts map[int]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
