//go:build unix

package wsgi_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/wsgi"
)

// TestFailures comes to the error component with what an application does wrong,
// and the worker goes on.
func TestFailures(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	before := s.get("/pid")
	for _, c := range []struct {
		path   string
		status int
		cause  string // on the page, since it is a debugging one
		logged string
	}{
		{"/raises", 500, "RuntimeError: out of luck", "RuntimeError: out of luck"},
		{"/no_start", 500, "start_response was not called", "start_response was not called"},
		{"/twice", 500, "start_response was called twice", "called twice"},
		{"/bad_status?OK", 500, "the status &#34;OK&#34; is not one", "is not one"},
		{"/bad_status?100+Continue", 500, "the status &#34;100 Continue&#34; is not one", "is not one"},
		{"/status_type", 500, "TypeError", "takes a str and a list"},
		{"/header_type", 500, "TypeError", "TypeError"},
		{"/header_break", 500, "there is a line break in", "in header_break"},
		{"/hop", 500, "Transfer-Encoding is a field of the connection", "server's business"},
		{"/body_type", 500, "and not bytes", "and not bytes"},
		{"/too_long", 500, "the Content-Length is 3, and the body has 4 bytes", "has 4 bytes"},
		{"/leaves", 500, "SystemExit", "SystemExit"},
		{"/nowhere", 500, "KeyError", "KeyError"},
	} {
		t.Run(c.path, func(t *testing.T) {
			resp, body, err := s.do("GET", c.path, nil)
			if err != nil || resp.StatusCode != c.status || !strings.Contains(body, c.cause) {
				t.Errorf("%v, %v: no %q in %s", resp, err, c.cause, body)
			}
			eventually(t, c.logged+" in the log", func() bool { return strings.Contains(strings.Join(s.messages(), "\n"), c.logged) })
		})
	}
	for _, path := range []string{"/raises_late", "/late", "/too_short", "/longer"} {
		t.Run(path, func(t *testing.T) {
			if resp, body, err := s.do("GET", path, nil); err == nil {
				t.Errorf("%v, %q: an answer that looks whole", resp, body)
			}
		})
	}
	if after := s.get("/pid"); after != before {
		t.Errorf("worker %s became %s", before, after)
	}
}

// TestTracebacks are for the log, and for pages for debugging alone.
func TestTracebacks(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	_, body, err := s.do("GET", "/raises", nil)
	if err != nil || !strings.Contains(body, "checked.py") || strings.Contains(body, "worker.py") {
		t.Errorf("%v: %s", err, body)
	}
	eventually(t, "the traceback in the log", func() bool { return strings.Contains(s.log.String(), "in raises") })
}

// TestDeath is a 502 for who waits for the worker, and nobody else sees it.
func TestDeath(t *testing.T) { death(t, serve(t, &wsgi.App{Workers: 1})) }

func death(t *testing.T, s *server) {
	t.Helper()
	before := s.get("/pid")
	resp, body, err := s.do("GET", "/dies", nil)
	if err != nil || resp.StatusCode != 502 {
		t.Errorf("%v, %v: %s", resp, err, body)
	}
	if after := s.get("/pid"); after == before {
		t.Errorf("worker %s lives", before)
	}
	if _, body, err := s.do("GET", "/dies_late", nil); err == nil {
		t.Errorf("%q: an answer that looks whole", body)
	}
	s.get("/pid")
}

// TestMad replaces a worker that does not keep to the protocol.
func TestMad(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1, Silence: time.Minute})
	before := s.get("/pid")
	resp, body, err := s.do("GET", "/mad", nil)
	if err != nil || resp.StatusCode != 502 {
		t.Errorf("%v, %v: %s", resp, err, body)
	}
	if after := s.get("/pid"); after == before {
		t.Errorf("worker %s lives", before)
	}
}

// TestSilence replaces a worker whose application does not answer.
func TestSilence(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1, Silence: time.Second})
	before := s.get("/pid")
	resp, body, err := s.do("GET", "/slow?60", nil)
	if err != nil || resp.StatusCode != 504 {
		t.Errorf("%v, %v: %s", resp, err, body)
	}
	if after := s.get("/pid"); after == before {
		t.Errorf("worker %s lives", before)
	}
	eventually(t, "the log", func() bool { return strings.Contains(s.log.String(), "it said nothing in time") })
}

// TestQueue refuses what is too much, and lets nobody wait for ever.
func TestQueue(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1, Queue: 2, Silence: time.Minute})
	s.get("/pid")
	var refused, answered atomic.Int32
	var all sync.WaitGroup
	for range 14 {
		all.Go(func() {
			resp, _, err := s.do("GET", "/slow?0.3", nil)
			switch {
			case err != nil:
				t.Error(err)
			case resp.StatusCode == 503 && resp.Header.Get("Retry-After") != "":
				refused.Add(1)
			case resp.StatusCode == 200:
				answered.Add(1)
			default:
				t.Error(resp.Status)
			}
		})
	}
	all.Wait()
	if refused.Load() == 0 || answered.Load() < 3 {
		t.Errorf("%d refused, %d answered", refused.Load(), answered.Load())
	}
}

func TestQueue_Wait(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1, Wait: 200 * time.Millisecond, Silence: time.Minute})
	eventually(t, "a worker", func() bool {
		resp, _, err := s.do("GET", "/pid", nil)
		return err == nil && resp.StatusCode == 200
	})
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { s.do("GET", "/slow?2", nil) })
	eventually(t, "a request that waits in vain", func() bool {
		resp, _, err := s.do("GET", "/pid", nil)
		return err == nil && resp.StatusCode == 503
	})
}

// TestSlow lets no request wait behind a slow one while another worker is idle.
func TestSlow(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 2, Silence: time.Minute})
	eventually(t, "two workers", func() bool {
		var all sync.WaitGroup
		var pids sync.Map
		for range 8 {
			all.Go(func() { pids.Store(s.get("/slow?0.02"), true) })
		}
		all.Wait()
		n := 0
		pids.Range(func(any, any) bool { n++; return true })
		return n == 2
	})
	var all sync.WaitGroup
	begun := time.Now()
	var slow time.Duration
	all.Go(func() { s.get("/slow?5"); slow = time.Since(begun) })
	for range 8 {
		all.Go(func() {
			for range 20 {
				s.get("/pid")
			}
			if took := time.Since(begun); took > 4500*time.Millisecond {
				t.Errorf("quick requests took %v", took)
			}
		})
	}
	all.Wait()
	if slow < 5*time.Second {
		t.Errorf("the slow one took %v", slow)
	}
}

// TestClose calls the close of what an application returned also when its client has
// left.
func TestClose(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET /endless?gone HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
		t.Error(err)
	}
	_ = conn.Close()
	eventually(t, "the close", func() bool { return s.get("/what_closed") == "gone" })
}

// TestImport says at the start that the application can not be imported, answers
// 500, and goes on when it is repaired.
func TestImport(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "shop.py")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const good = "def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'%s']\n"
	write("import missing_module\n")
	s := serve(t, &wsgi.App{Dir: dir, Module: "shop", Workers: 2, Reload: true})
	eventually(t, "the traceback in the log", func() bool { return strings.Contains(s.log.String(), "import missing_module") })
	resp, body, err := s.do("GET", "/", nil)
	if err != nil || resp.StatusCode != 500 || !strings.Contains(body, "missing_module") {
		t.Errorf("%v, %v: %s", resp, err, body)
	}
	for i, text := range []string{"one", "second", "the third"} {
		write(fmt.Sprintf(good, text) + strings.Repeat("#\n", i))
		eventually(t, text, func() bool {
			resp, body, err := s.do("GET", "/", nil)
			return err == nil && resp.StatusCode == 200 && body == text
		})
	}
	write("def application(:\n")
	eventually(t, "the mistake", func() bool {
		resp, body, err := s.do("GET", "/", nil)
		return err == nil && resp.StatusCode == 500 && strings.Contains(body, "SyntaxError")
	})
	write(fmt.Sprintf(good, "well again"))
	eventually(t, "the end of the mistake", func() bool {
		_, body, err := s.do("GET", "/", nil)
		return err == nil && body == "well again"
	})
}

// load sends requests until it is told to end. It returns how many were answered
// with each status, 0 for no answer.
func load(s *server, clients int, path string) (end func() map[int]int) {
	var all sync.WaitGroup
	var mu sync.Mutex
	stop, counts := make(chan struct{}), map[int]int{}
	for range clients {
		all.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-stop:
					return
				default:
				}
				status := 0
				if resp, err := client.Get(s.url + path); err == nil {
					if _, err = io.Copy(io.Discard, resp.Body); err == nil {
						status = resp.StatusCode
					}
					_ = resp.Body.Close()
				}
				mu.Lock()
				counts[status]++
				mu.Unlock()
			}
		})
	}
	return func() map[int]int {
		close(stop)
		all.Wait()
		return counts
	}
}

// TestKills loses the requests in the hands of workers that are killed, and no
// others.
func TestKills(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 2})
	s.get("/pid")
	end := load(s, 8, "/slow?0.001")
	const kills = 10
	killed := map[string]bool{}
	for len(killed) < kills {
		pid := s.get2("/pid")
		if n, err := strconv.Atoi(pid); err == nil && !killed[pid] {
			killed[pid] = true
			if err := syscall.Kill(n, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	}
	counts := end()
	// One whose answer had begun is cut.
	if lost := counts[502] + counts[0]; lost > kills || counts[200] == 0 || counts[200]+lost != total(counts) {
		t.Errorf("%v: want 200, and no more than %d of others", counts, kills)
	}
}

// TestKill_Streamed logs an answer in the middle of which its worker dies, by the name of
// the request.
func TestKill_Streamed(t *testing.T) {
	const wsgiText = `import os, time

def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    yield b'%d\n' % os.getpid()
    while True:
        time.sleep(1)
`
	const asgiText = `import asyncio, os

async def application(scope, receive, send):
    await send({'type': 'http.response.start', 'status': 200, 'headers': []})
    await send({'type': 'http.response.body', 'body': b'%d\n' % os.getpid(), 'more_body': True})
    await asyncio.sleep(1000)
`
	for name, text := range map[string]string{"wsgi": wsgiText, "asgi": asgiText} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "shop.py"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			s := serve(t, &wsgi.App{ASGI: name == "asgi", Dir: dir, Module: "shop", Workers: 1})
			resp, err := http.Get(s.url + "/")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body := bufio.NewReader(resp.Body)
			line, err := body.ReadString('\n')
			pid, wrong := strconv.Atoi(strings.TrimSpace(line))
			if err = errors.Join(err, wrong); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			if _, err := body.ReadString('\n'); err == nil || errors.Is(err, io.EOF) {
				t.Errorf("%v: want an answer that is cut", err)
			}
			eventually(t, "the request in the log", func() bool {
				return strings.Contains(s.log.String(), "shop:application (") && strings.Contains(s.log.String(), "its worker has ended in the middle of it")
			})
		})
	}
}

// get2 is get for a request that may be in the hands of a worker that dies.
func (s *server) get2(path string) string {
	resp, body, err := s.do("GET", path, nil)
	if err != nil || resp.StatusCode != 200 && resp.StatusCode != 502 {
		s.t.Errorf("%v, %v", resp, err)
	}
	return body
}

func total(counts map[int]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// TestReplaced replaces workers after some requests, and with too much memory, and
// loses none.
func TestReplaced(t *testing.T) {
	for _, c := range []struct {
		name, path string
		app        *wsgi.App
	}{
		{"requests", "/pid", &wsgi.App{Workers: 2, Requests: 1000}},
		{"memory", "/grows", &wsgi.App{Workers: 1, Memory: 300 << 20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.app.Memory > 0 && !hasProc() {
				t.Skip("there is no proc(5) here")
			}
			s := serve(t, c.app)
			first := s.get("/pid")
			end := load(s, 4, "/pid")
			eventually(t, "another process", func() bool { return s.get(c.path) != first && s.get("/pid") != first })
			if counts := end(); counts[200] != total(counts) {
				t.Errorf("%v", counts)
			}
		})
	}
}

func hasProc() bool {
	_, err := os.Stat("/proc/self/statm")
	return err == nil
}

// TestRenew exchanges the application of a site that is under load.
func TestRenew(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 2})
	first := s.get("/pid")
	end := load(s, 4, "/pid")
	for range 2 {
		app := &wsgi.App{Dir: "testdata", Module: "checked", Workers: 2, Python: wsgi.Interpreter(t)}
		next := mounted(t, app)
		next.Beside = []func() *axon.Graph{app.Graph}
		if err := s.site.Renew(next); err != nil {
			t.Fatal(err)
		}
		before := first
		eventually(t, "the next one", func() bool { first = s.get("/pid"); return first != before })
	}
	if counts := end(); counts[200] != total(counts) {
		t.Errorf("%v", counts)
	}
}
