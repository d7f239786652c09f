//go:build unix

package cgi

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// said describes an answer: the status, fields that are asked for, and the body.
func (a *answer) said(fields ...string) string {
	if a.fail != nil {
		return fmt.Sprint("failure ", a.fail.Status)
	}
	s := strconv.Itoa(a.resp.Status)
	if a.resp.Reason != "" {
		s += " " + a.resp.Reason
	}
	for _, name := range fields {
		if a.resp.Header.Has(name) {
			s += " " + name + "=" + a.resp.Header.Joined(name)
		}
	}
	if a.err != nil {
		return s + ": broken"
	}
	return s + ": " + a.body
}

func TestHandler(t *testing.T) {
	const text = "echo 'Content-Type: text/plain'; "
	for _, c := range []struct {
		name, script string
		req          *http1.Request
		want         string
	}{
		{"a document", text + "echo; echo hello", request("GET /s"), "200 Content-Type=text/plain: hello\n"},
		{"a status", text + "echo 'Status: 404 Not Here'; echo; echo none", request("GET /s"), "404 Not Here Content-Type=text/plain: none\n"},
		{"CR LF", `printf 'Content-Type: text/plain\r\n\r\nbody'`, request("GET /s"), "200 Content-Type=text/plain: body"},
		{"a redirect", "echo 'Location: http://example.org/'; echo", request("GET /s"), "302 Location=http://example.org/: "},
		{"a redirect with a document", "echo 'Location: http://example.org/'; echo 'Status: 302 Found'; " + text + "echo; echo there", request("GET /s"), "302 Found Location=http://example.org/ Content-Type=text/plain: there\n"},
		{"another redirect", "echo 'Location: http://example.org/'; echo 'Status: 307'; echo", request("GET /s"), "307 Location=http://example.org/: "},
		{"a redirect to a host", "echo 'Location: //example.org/'; echo", request("GET /s"), "302 Location=//example.org/: "},
		{"a path with more", "echo 'Location: /there'; echo 'Set-Cookie: a=1'; echo", request("GET /s"), "302 Location=/there Set-Cookie=a=1: "},
		{"a local redirect, and no site", "echo 'Location: /there'; echo", request("GET /s"), "failure 502"},
		{"repeated", text + "echo 'Set-Cookie: a=1'; echo 'Set-Cookie: b=2'; echo", request("GET /s"), "200 Content-Type=text/plain Set-Cookie=a=1, b=2: "},
		{"the length", text + "echo 'Content-Length: 3'; echo; printf abc", request("GET /s"), "200 Content-Type=text/plain: abc"},
		{"no body at all", text + "echo 'Content-Length: 0'; echo; printf abc", request("GET /s"), "200 Content-Type=text/plain: "},
		{"HEAD", text + "echo 'Content-Length: 3'; echo; printf abc", request("HEAD /s"), "200 Content-Type=text/plain Content-Length=3: "},
		{"not modified", "echo 'Status: 304'; echo; echo body", request("GET /s"), "304: "},
		{"its own head", "", request("GET /nph-s"), "203 Mine Content-Type=text/plain: raw"},
		{"a path", text + `echo; echo "$PATH_INFO $QUERY_STRING $SCRIPT_NAME"`, request("GET /s/a%20b?c"), "200 Content-Type=text/plain: /a b c /s\n"},
		{"arguments", text + `echo; echo "$#:$1:$2"`, request("GET /s?a+b%20c"), "200 Content-Type=text/plain: 2:a:b c\n"},
		{"its directory", text + `echo; [ -f ./s ] && echo here`, request("GET /s"), "200 Content-Type=text/plain: here\n"},
		{"the body", text + "echo; cat", request("POST /s", "the body"), "200 Content-Type=text/plain: the body"},
		{"a body that is not read", text + "echo; exec 0<&-; echo done", request("POST /s", strings.Repeat("x", 300_000)), "200 Content-Type=text/plain: done\n"},
		{"all read, then answered", "n=$(wc -c); " + text + "echo; echo $((n))", request("POST /s", strings.Repeat("x", 300_000)), "200 Content-Type=text/plain: 300000\n"},
		{"no body", text + `echo; cat; echo "${CONTENT_LENGTH-none}"`, request("GET /s"), "200 Content-Type=text/plain: none\n"},
		{"an end by status", text + "echo; echo all; exit 3", request("GET /s"), "200 Content-Type=text/plain: all\n"},
		{"an end by a signal", text + "echo; echo some; kill -9 $$", request("GET /s"), "200 Content-Type=text/plain: broken"},
		{"nothing said", "exit 0", request("GET /s"), "failure 502"},
		{"an incomplete head", text, request("GET /s"), "failure 502"},
		{"no head", "echo Hello, world", request("GET /s"), "failure 502"},
		{"too large a head", "echo X-A: $(head -c 40000 /dev/zero | tr '\\0' x); " + text + "echo", request("GET /s"), "failure 502"},
		{"too much output", text + "echo; head -c 2000000 /dev/zero", request("GET /s"), "200 Content-Type=text/plain: broken"},
		{"no program", "", request("GET /bad"), "failure 502"},
		{"not there", "", request("GET /none"), "failure 404"},
		{"no right", "", request("GET /text"), "failure 403"},
		{"a directory", "", request("GET /"), "failure 403"},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			dir := open(t, &Dir{Arguments: true, Limits: Limits{Output: 1_000_000}, Path: scripts(t, map[string]string{
				"s": sh(c.script), "nph-s": sh("printf 'HTTP/1.1 203 Mine\\r\\nContent-Type: text/plain\\r\\n\\r\\nraw'"),
				"text": "secret", "bad": "#!/none/such\n",
			})})
			a := ask(t, &Handler{Dir: dir}, c.req)
			got := a.said("Location", "Content-Type", "Set-Cookie", "Content-Length")
			if c.name == "the length" || c.name == "no body at all" {
				got = a.said("Content-Type")
			}
			if got != c.want {
				t.Errorf("%.300s, want %s", got, c.want)
			}
			if running, _ := dir.Gate.Load(); running != 0 {
				t.Errorf("%d places are taken", running)
			}
		})
	}
}

// A body without a length is gathered, in memory or in a file, or refused.
func TestHandler_Chunked(t *testing.T) {
	path := scripts(t, map[string]string{"s": sh("echo 'Content-Type: text/plain'; echo; echo $CONTENT_LENGTH $(wc -c)")})
	for _, c := range []struct {
		name string
		dir  Dir
		size int
		want string
	}{
		{"none", Dir{}, 0, "200: 0 0\n"},
		{"in memory", Dir{Memory: 1000}, 999, "200: 999 999\n"},
		{"just", Dir{Memory: 1000}, 1000, "200: 1000 1000\n"},
		{"in a file", Dir{Memory: 1000}, 200_000, "200: 200000 200000\n"},
		{"as much as may be", Dir{Largest: 50}, 50, "200: 50 50\n"},
		{"too much", Dir{Largest: 50}, 51, "failure 413"},
		{"too much for the file", Dir{Memory: 1000, Largest: 100_000}, 100_001, "failure 413"},
		{"refused", Dir{RefuseChunked: true}, 10, "failure 411"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.dir.Path = path
			req := request("POST /s", strings.Repeat("x", c.size)+" ")
			req.Body, req.ContentLength = http1.NewBody(c.size+1), -1
			if _, err := req.Body.Write(t.Context(), make([]byte, c.size)); err != nil {
				t.Fatal(err)
			}
			req.Body.CloseWrite(nil)
			if got := ask(t, &Handler{Dir: open(t, &c.dir)}, req).said(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// What is read is given on while the body still comes: no side waits for the
// other's end.
func TestHandler_BothWays(t *testing.T) {
	dir := open(t, &Dir{Path: scripts(t, map[string]string{"s": sh("echo 'Content-Type: text/plain'; echo; exec cat")})})
	req := request("POST /s", "x: y")
	req.Body, req.ContentLength = http1.NewBody(0), 10
	h := &Handler{Dir: dir}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, req)
	resp := axontest.Recv(run, &h.Outbox)
	b := make([]byte, 10)
	for i := range 5 {
		if _, err := req.Body.Write(t.Context(), []byte{'a' + byte(i), '\n'}); err != nil {
			t.Fatal(err)
		}
		if n, err := resp.Stream.Read(b); err != nil || string(b[:n]) != string([]byte{'a' + byte(i), '\n'}) {
			t.Fatalf("%q %v", b[:n], err)
		}
	}
	req.Body.CloseWrite(nil)
	if n, err := resp.Stream.Read(b); n != 0 || err == nil {
		t.Errorf("%q %v", b[:n], err)
	}
}

func TestHandler_Times(t *testing.T) {
	const text = "echo 'Content-Type: text/plain'; echo; "
	for _, c := range []struct {
		name, script string
		limits       Limits
		want         string
		cause        error
	}{
		{"nothing said", "echo no >&2; sleep 100", Limits{First: 50 * time.Millisecond}, "failure 504", errFirst},
		{"half a head", "echo 'Content-Type: a/b'; sleep 100", Limits{First: 50 * time.Millisecond}, "failure 504", errFirst},
		{"silent", text + "echo a; sleep 100", Limits{Idle: 50 * time.Millisecond}, "200: broken", nil},
		{"runs for long", "sleep 100", Limits{Run: 50 * time.Millisecond}, "failure 504", errRun},
		{"says much for long", text + "while echo a; do sleep 0.01; done", Limits{Run: 100 * time.Millisecond}, "200: broken", nil},
		{"does not heed", "trap '' TERM; while :; do sleep 0.01; done", Limits{First: 50 * time.Millisecond, Grace: 50 * time.Millisecond}, "failure 504", errFirst},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			dir := open(t, &Dir{Limits: c.limits, Path: scripts(t, map[string]string{"s": sh(c.script)})})
			began := time.Now()
			a := ask(t, &Handler{Dir: dir}, request("GET /s"))
			if got := a.said(); got != c.want || time.Since(began) > 5*time.Second {
				t.Errorf("%s after %v, want %s", got, time.Since(began), c.want)
			}
			if c.cause != nil && !errors.Is(a.fail, c.cause) {
				t.Errorf("%v, want %v", a.fail, c.cause)
			}
		})
	}
}

// Standard error comes to the log by lines, and to the cause of the failure.
func TestHandler_Stderr(t *testing.T) {
	dir := open(t, &Dir{Path: scripts(t, map[string]string{"s": sh(`printf 'one\ntwo\033[1m\r\nthree' >&2; exit 3`)})})
	log := &sink{}
	h := &Handler{Dir: dir, Log: &log.Inbox}
	g := &axon.Graph{Name: "log", Parts: axon.Parts{{Name: "LOG", Component: log}}, Links: axon.Links{axon.Shared(&log.Inbox, log)}}
	if err := g.Build(); err != nil {
		t.Fatal(err)
	}
	a := ask(t, h, request("GET /s"))
	var e *ScriptError
	if a.fail == nil || a.fail.Status != 502 || !errors.As(a.fail, &e) {
		t.Fatalf("%+v", a)
	}
	if e.Stderr != "one\ntwo\uFFFD[1m\nthree" || e.Script != "/s" {
		t.Errorf("%q", e.Stderr)
	}
	var exit *process.Exit
	if !errors.As(a.fail, &exit) || exit.Status != 3 {
		t.Errorf("%v", a.fail)
	}
	for _, want := range []string{"one", "two\uFFFD[1m", "three"} {
		got, ok, err := log.Inbox.TryRecv()
		if !ok || err != nil || !strings.HasSuffix(got.Error(), ": "+want) {
			t.Errorf("%v, want %s", got, want)
		}
	}
}

type sink struct {
	axon.Base
	Inbox axon.Inbox[error]
}

func (s *sink) Main(context.Context) error { return nil }

// When the client has gone, so does the script, and all that it has started.
func TestHandler_ClientGone(t *testing.T) {
	dir := open(t, &Dir{Path: scripts(t, map[string]string{"s": sh("sleep 100 & echo 'Content-Type: text/plain'; echo; echo $!; wait")})})
	req := request("GET /s")
	ctx, leave := context.WithCancel(t.Context())
	req.Conn = &http1.Conn{Base: ctx}
	h := &Handler{Dir: dir}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, req)
	resp := axontest.Recv(run, &h.Outbox)
	b := make([]byte, 100)
	n, err := resp.Stream.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil || syscall.Kill(pid, 0) != nil {
		t.Fatalf("it does not run: %v", err)
	}
	leave()
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
	for limit := time.Now().Add(time.Second); syscall.Kill(pid, 0) == nil && time.Now().Before(limit); {
	}
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && !strings.Contains(string(stat), ") Z ") {
		t.Errorf("it is still there: %s", stat)
	}
}

// No more run at once than may, the others wait, and more than that are refused.
func TestHandler_Gate(t *testing.T) {
	dir := open(t, &Dir{Gate: &Gate{Most: 1, Queue: -1}, Path: scripts(t, map[string]string{"s": sh("echo 'Content-Type: text/plain'; echo; exec cat")})})
	slow := request("POST /s", "x")
	slow.Body, slow.ContentLength = http1.NewBody(0), 1
	first, second := &Handler{Dir: dir}, &Handler{Dir: dir}
	one := axontest.Run(t, first)
	axontest.Send(one, &first.Inbox, slow)
	axontest.Recv(one, &first.Outbox)
	a := ask(t, second, request("GET /s"))
	if a.said() != "failure 503" || a.fail.Header.Get("Retry-After") == "" {
		t.Errorf("%s %v", a.said(), a.fail)
	}
	slow.Body.CloseWrite(nil)
	one.Finish()
	if err := one.Wait(); err != nil {
		t.Error(err)
	}
	if a := ask(t, &Handler{Dir: dir}, request("GET /s")); a.said() != "200: " {
		t.Errorf("afterwards: %s", a.said())
	}
}

// A body that breaks off ends the script: it must not take a part for the whole.
func TestHandler_BrokenBody(t *testing.T) {
	dir := open(t, &Dir{Path: scripts(t, map[string]string{"s": sh("n=$(wc -c); echo 'Content-Type: text/plain'; echo; echo $n")})})
	req := request("POST /s", "x")
	req.Body, req.ContentLength = http1.NewBody(0), 10
	_, _ = req.Body.Write(t.Context(), []byte("half"))
	req.Body.CloseWrite(&http1.Failure{Status: 408})
	if got := ask(t, &Handler{Dir: dir}, req).said(); got != "failure 408" {
		t.Error(got)
	}
}

func TestHandler_Change(t *testing.T) {
	dir := open(t, &Dir{Path: scripts(t, map[string]string{"s": sh("true")})})
	h := &Handler{Dir: dir, Change: func(_ *http1.Request, p *process.Program) error {
		p.Path, p.Args = "printf", []string{"Status: 201\n\nwrapped"}
		return nil
	}}
	if got := ask(t, h, request("GET /s")).said(); got != "201: wrapped" {
		t.Error(got)
	}
	h = &Handler{Dir: dir, Change: func(*http1.Request, *process.Program) error { return &http1.Failure{Status: 451} }}
	if got := ask(t, h, request("GET /s")).said(); got != "failure 451" {
		t.Error(got)
	}
}
