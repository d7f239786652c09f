//go:build unix

package wsgi_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/wsgi"
)

// looped serves the ASGI applications of looped.py.
func looped(t testing.TB, app *wsgi.App, options ...func(*server)) *server {
	app.ASGI = true
	if app.Module == "" {
		app.Dir, app.Module = "testdata", "looped"
	}
	return serve(t, app, options...)
}

// TestASGI puts applications to the test that keep to the rules.
func TestASGI(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1})
	long := strings.Repeat("0123456789", 300_000)
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		want                     string
		field                    string // that is there
	}{
		{name: "a whole answer", path: "/whole?12", want: strings.Repeat("x", 12), field: "Content-Length: 12"},
		{name: "a large one", path: "/whole?3000000", want: strings.Repeat("x", 3_000_000)},
		{name: "an empty one", path: "/whole?0", want: "", field: "Content-Length: 0"},
		{name: "pieces", path: "/pieces?3,2", want: "aabbcc"},
		{name: "an array", path: "/array", want: "from an array"},
		{name: "a length told", path: "/told", want: "abcdef", field: "Content-Length: 6"},
		{name: "a small body", method: "POST", path: "/echo", body: "hello", want: "hello"},
		{name: "a large body", method: "POST", path: "/echo", body: long, want: long},
		{name: "a body that is counted", method: "PUT", path: "/counts", body: long, want: "3000000"},
		{name: "a body that is not read", method: "PUT", path: "/unread", body: long, want: "not read"},
		{name: "no body", path: "/counts", want: "0"},
		{name: "who reads gives up, again and again", method: "POST", path: "/timeout", body: long, want: long},
		{name: "HEAD", method: "HEAD", path: "/whole?12", want: ""},
		{name: "HEAD, a length told", method: "HEAD", path: "/told", want: "", field: "Content-Length: 6"},
		{name: "HEAD, pieces", method: "HEAD", path: "/pieces?300,2000", want: ""},
		{name: "204", path: "/status?204", status: 204, want: ""},
		{name: "304", path: "/status?304", status: 304, want: ""},
		{name: "a status of its own", path: "/status?599", status: 599, want: "a body"},
		{name: "fields of the connection", path: "/hop", want: "as it is", field: "X-Own: yes"},
		{name: "several fields", path: "/hop", want: "as it is", field: "Set-Cookie: a=1 | b=2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 2 { // on a socket that was used before
				var sent io.Reader
				if c.body != "" {
					sent = strings.NewReader(c.body)
				}
				resp, body, err := s.do(c.method, c.path, sent)
				if err != nil {
					t.Fatal(err)
				}
				if resp.StatusCode != max(c.status, 200) || body != c.want {
					t.Errorf("%s: %.200q", resp.Status, body)
				}
				name, value, _ := strings.Cut(c.field, ": ")
				if got := strings.Join(resp.Header.Values(name), " | "); got != value {
					t.Errorf("%s: %q, want %q", name, got, value)
				}
			}
		})
	}
	if text := s.log.String(); text != "" {
		t.Errorf("logged: %s", text)
	}
}

// TestASGI_Scope is that of the specification.
func TestASGI_Scope(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1})
	_, body, err := s.do("GET", "/shows/caf%C3%A9%2Fb?q=1&r=%20", nil, "X-Two: a", "X-Two: b")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type, Method, Scheme, Path string
		HTTPVersion                string `json:"http_version"`
		RawPath                    string `json:"raw_path"`
		Query                      string `json:"query_string"`
		RootPath                   string `json:"root_path"`
		ASGI, State                map[string]string
		Headers                    []string
		Client, Server             []any
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	port, _ := strconv.Atoi(s.url[strings.LastIndexByte(s.url, ':')+1:])
	for _, c := range []struct{ what, got, want string }{
		{"type", got.Type, "http"},
		{"asgi", fmt.Sprint(got.ASGI), "map[spec_version:2.4 version:3.0]"},
		{"http_version", got.HTTPVersion, "1.1"},
		{"method", got.Method, "GET"},
		{"scheme", got.Scheme, "http"},
		{"path", got.Path, "/shows/café%2Fb"}, // an encoded slash is none, as everywhere in this server,
		{"raw_path", got.RawPath, "/shows/caf%C3%A9%2Fb"},
		{"query_string", got.Query, "q=1&r=%20"},
		{"root_path", got.RootPath, ""},
		{"headers", strings.Join(got.Headers, ", "), "x-two: a, x-two: b"},
		{"client", fmt.Sprint(got.Client[0]), "127.0.0.1"},
		{"server", fmt.Sprint(got.Server...), fmt.Sprint("127.0.0.1", port)},
		{"state", fmt.Sprint(got.State), "map[begun:in time]"},
	} {
		if !strings.Contains(c.got, c.want) || c.what != "headers" && c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	if again := s.get("/shows"); strings.Contains(again, "one request") {
		t.Errorf("the state is shared: %s", again)
	}
}

// TestASGI_Failures come to the error component, and the worker goes on.
func TestASGI_Failures(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1})
	before := s.get("/pid")
	for _, c := range []struct {
		path          string
		status        int // 0 for a connection that is cut
		cause, logged string
	}{
		{"/raises", 500, "RuntimeError: out of luck", "in raises"},
		{"/raises_between", 500, "out of luck, between", "in raises_between"},
		{"/raises_after", 200, "all", "out of luck, after"},
		{"/nothing", 500, "returned before its answer was complete", "returned before"},
		{"/half", 500, "returned before its answer was complete", "returned before"},
		{"/no_start", 500, "http.response.body was sent before http.response.start", "in no_start"},
		{"/twice", 500, "http.response.start was sent twice", "in twice"},
		{"/behind", 200, "all", "behind the last one"},
		{"/unknown", 500, "no message", "http.response.trailers"},
		{"/status_type", 500, "TypeError", "not an int"},
		{"/bad_status?99", 500, "is not one from 200 to 599", "is not one"},
		{"/header_type", 500, "TypeError", "in header_type"},
		{"/header_break", 500, "line break", "in header_break"},
		{"/body_type", 500, "and not bytes", "in body_type"},
		{"/too_long", 500, "longer than the Content-Length", "in too_long"},
		{"/too_short", 500, "shorter than the Content-Length", "in too_short"},
		{"/leaves", 500, "SystemExit", "in leaves"},
		{"/nowhere", 500, "KeyError", "KeyError"},
		{"/raises_late", 0, "", "out of luck, late"},
		{"/unfinished", 0, "", "returned before its answer was complete"},
		{"/longer", 0, "", "in longer"},
		{"/shorter", 0, "", "in shorter"},
	} {
		t.Run(c.path, func(t *testing.T) {
			resp, body, err := s.do("GET", c.path, nil)
			switch {
			case c.status == 0 && err == nil:
				t.Errorf("%v, %q: an answer that looks whole", resp, body)
			case c.status == 0:
			case err != nil || resp.StatusCode != c.status || !strings.Contains(body, c.cause) || resp.Header.Get("X-Injected") != "":
				t.Errorf("%v, %v: no %q in %s", resp, err, c.cause, body)
			}
			eventually(t, c.logged+" in the log", func() bool { return strings.Contains(strings.Join(s.messages(), "\n"), c.logged) })
		})
	}
	if after := s.get("/pid"); after != before {
		t.Errorf("worker %s became %s", before, after)
	}
	if text := s.log.String(); strings.Contains(text, "asgi.py") || strings.Contains(text, "worker.py") || !strings.Contains(text, "asgi: looped:application") {
		t.Errorf("the log: %s", text)
	}
}

// TestASGI_AtOnce has many requests under way in one worker, and not too many.
func TestASGI_AtOnce(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1, Threads: 50})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { s.get("/meets?50") })
	}
	all.Wait()
	begun := time.Now()
	for range 100 {
		all.Go(func() { s.get("/slow?0.2") })
	}
	all.Wait()
	if took := time.Since(begun); took < 400*time.Millisecond {
		t.Errorf("100 requests took %v, 50 at once", took)
	}
}

// TestASGI_Early sends a head soon, though there is no body yet.
func TestASGI_Early(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1})
	resp, err := http.Get(s.url + "/early")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	s.get("/go")
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "at last" {
		t.Errorf("%v: %q", err, body)
	}
}

// visit sends a request on a connection that is returned when the answer has begun.
func (s *server) visit(path string, wait bool) net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	if wait {
		if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
			s.t.Error(err)
		}
	}
	return conn
}

// TestASGI_Gone tells the application that the client has gone: before it has
// answered, while it does, while it is silent in that; and that the answer is
// complete.
func TestASGI_Gone(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1, Silence: time.Minute})
	for _, c := range []struct {
		path  string
		begun bool
		heard string
	}{
		{"/stays", false, "stayed alone"},
		{"/endless", true, "left"},
		{"/quiet", true, "quiet"},
	} {
		conn := s.visit(c.path, c.begun)
		if !c.begun {
			s.get("/pid") // it has been given to the worker by then, or will be told when it is
		}
		_ = conn.Close()
		eventually(t, c.path, func() bool { return strings.Contains(s.get("/what"), c.heard) })
	}
	s.get("/after")
	eventually(t, "what it heard behind its answer", func() bool { return strings.Contains(s.get("/what"), "after http.disconnect") })
	if text := s.log.String(); text != "" {
		t.Errorf("logged: %s", text)
	}
}

// TestASGI_Broken tells the application that the body of a request has broken off.
func TestASGI_Broken(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1, Silence: time.Minute})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na part")
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
		t.Error(err)
	}
	_ = conn.Close()
	eventually(t, "the end of the body", func() bool { return strings.Contains(s.get("/what"), "broken") })
}

// TestASGI_Silence gives a request up that takes too long, and nothing else.
func TestASGI_Silence(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1, Silence: time.Second})
	before := s.get("/pid")
	resp, body, err := s.do("GET", "/cancelled", nil)
	if err != nil || resp.StatusCode != 504 {
		t.Errorf("%v, %v: %s", resp, err, body)
	}
	eventually(t, "the end of it", func() bool { return strings.Contains(s.get("/what"), "cancelled") })
	if _, body, err := s.do("GET", "/quiet", nil); err == nil {
		t.Errorf("%q: an answer that looks whole", body)
	}
	if after := s.get("/pid"); after != before {
		t.Errorf("worker %s became %s", before, after)
	}
	eventually(t, "the log", func() bool { return strings.Contains(s.log.String(), "was given up") })
	for _, path := range []string{"/stubborn", "/blocks?60"} { // then the worker has to go
		before := s.get("/pid")
		if resp, body, err := s.do("GET", path, nil); err != nil || resp.StatusCode != 504 {
			t.Errorf("%s: %v, %v: %s", path, resp, err, body)
		}
		eventually(t, "another worker", func() bool {
			resp, body, err := s.do("GET", "/pid", nil)
			return err == nil && resp.StatusCode == 200 && body != before
		})
	}
}

// TestASGI_Blocked lets no request wait behind a loop that does not turn.
func TestASGI_Blocked(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 2, Silence: time.Minute})
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
	all.Go(func() { s.get("/blocks?5") })
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
}

// TestASGI_Death is the same.
func TestASGI_Death(t *testing.T) { death(t, looped(t, &wsgi.App{Workers: 1})) }

// TestASGI_Kills loses what is in the hands of workers that are killed, and no more.
func TestASGI_Kills(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 2})
	s.get("/pid")
	const clients, kills = 4, 5
	end := load(s, clients, "/slow?0.001")
	killed := map[string]bool{}
	for len(killed) < kills {
		for range 10 { // some are answered
			s.get2("/slow?0.002")
		}
		pid := s.get2("/pid")
		if n, err := strconv.Atoi(pid); err == nil && !killed[pid] {
			killed[pid] = true
			if err := syscall.Kill(n, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	}
	counts := end()
	if lost := counts[502] + counts[0]; lost > kills*clients || counts[200] == 0 || counts[200]+lost != total(counts) {
		t.Errorf("%v: want 200, and no more than %d of others", counts, kills*clients)
	}
}

// TestASGI_Replaced replaces workers under load, and loses no request.
func TestASGI_Replaced(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 2, Requests: 500})
	first := s.get("/pid")
	ends := []func() map[int]int{load(s, 2, "/pid"), load(s, 2, "/pieces?4,2000"), load(s, 2, "/slow?0.01")}
	for range 3 {
		before := first
		eventually(t, "another process", func() bool { first = s.get("/pid"); return first != before })
	}
	for _, end := range ends {
		if counts := end(); counts[200] != total(counts) {
			t.Errorf("%v", counts)
		}
	}
	s.stop()
	if text := s.log.String(); !strings.Contains(text, "shut down") {
		t.Errorf("no shutdown: %s", text)
	}
}

// TestASGI_Stop answers what is under way, and lets the application end.
func TestASGI_Stop(t *testing.T) {
	s := looped(t, &wsgi.App{Workers: 1})
	conn := s.visit("/pieces?1000,20000", true) // the client takes none of it yet
	s.get("/after")
	eventually(t, "what goes on behind an answer", func() bool { return strings.Contains(s.get("/what"), "after") })
	done := make(chan int64, 1)
	stopped := make(chan struct{})
	go func() { s.stop(); close(stopped) }()
	go func() { n, _ := io.Copy(io.Discard, conn); done <- n }()
	if n := <-done; n < 1000*20000 {
		t.Errorf("%d bytes", n)
	}
	<-stopped
	if text := s.log.String(); !strings.Contains(text, "shut down, after after http.disconnect") {
		t.Errorf("no shutdown: %s", text)
	}
}

// TestASGI_Lifespan begins, or does not, as the application says.
func TestASGI_Lifespan(t *testing.T) {
	for _, c := range []struct {
		callable     string
		status       int
		body, logged string
	}{
		{"no_lifespan", 200, "False", ""},
		{"stumbles", 200, "goes on", "stumbled over a lifespan"},
		{"refuses", 500, "no database", "no database"},
	} {
		t.Run(c.callable, func(t *testing.T) {
			s := looped(t, &wsgi.App{Dir: "testdata", Module: "looped", Callable: c.callable, Workers: 1})
			resp, body, err := s.do("GET", "/", nil)
			if err != nil || resp.StatusCode != c.status || !strings.Contains(body, c.body) {
				t.Errorf("%v, %v: %s", resp, err, body)
			}
			eventually(t, "the log", func() bool { return strings.Contains(s.log.String(), c.logged) })
			if c.logged == "" && s.log.String() != "" {
				t.Errorf("logged: %s", s.log)
			}
		})
	}
}
