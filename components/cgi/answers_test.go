//go:build unix

package cgi

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/process"
)

func TestHandler(t *testing.T) {
	const text = "echo 'Content-Type: text/plain'; "
	own := []gatewaytest.Case{
		{Name: "its own head", Script: "", Request: gatewaytest.Request("GET /nph-s"), Want: "203 Mine Content-Type=text/plain: raw"},
		{Name: "arguments", Script: text + `echo; echo "$#:$1:$2"`, Request: gatewaytest.Request("GET /s?a+b%20c"), Want: "200 Content-Type=text/plain: 2:a:b c\n"},
		{Name: "its directory", Script: text + `echo; [ -f ./s ] && echo here`, Request: gatewaytest.Request("GET /s"), Want: "200 Content-Type=text/plain: here\n"},
		{Name: "no program", Script: "", Request: gatewaytest.Request("GET /bad"), Want: "failure 502"},
		{Name: "not there", Script: "", Request: gatewaytest.Request("GET /none"), Want: "failure 404"},
		{Name: "no right", Script: "", Request: gatewaytest.Request("GET /text"), Want: "failure 403"},
		{Name: "a directory", Script: "", Request: gatewaytest.Request("GET /"), Want: "failure 403"},
	}
	gatewaytest.Answers(t, append(gatewaytest.Cases(), own...), func(t *testing.T, files map[string]string, output int64) http1.HandlerPart {
		dir := open(t, &Dir{Arguments: true, Limits: gateway.Limits{Output: output}, Path: gatewaytest.Scripts(t, files)})
		t.Cleanup(func() {
			if running, _ := dir.Gate.Load(); running != 0 {
				t.Errorf("%d places are taken", running)
			}
		})
		return &Handler{Dir: dir}
	})
}

// A body without a length is gathered, in memory or in a file, or refused.
func TestHandler_Chunked(t *testing.T) {
	path := gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh("echo 'Content-Type: text/plain'; echo; echo $CONTENT_LENGTH $(wc -c)")})
	for _, c := range []struct {
		name string
		how  gateway.Bodies
		size int
		want string
	}{
		{"none", gateway.Bodies{}, 0, "200: 0 0\n"},
		{"in memory", gateway.Bodies{Memory: 1000}, 999, "200: 999 999\n"},
		{"just", gateway.Bodies{Memory: 1000}, 1000, "200: 1000 1000\n"},
		{"in a file", gateway.Bodies{Memory: 1000}, 200_000, "200: 200000 200000\n"},
		{"as much as may be", gateway.Bodies{Largest: 50}, 50, "200: 50 50\n"},
		{"all there is", gateway.Bodies{Memory: 1000, Largest: math.MaxInt64}, 2000, "200: 2000 2000\n"},
		{"too much", gateway.Bodies{Largest: 50}, 51, "failure 413"},
		{"too much for the file", gateway.Bodies{Memory: 1000, Largest: 100_000}, 100_001, "failure 413"},
		{"refused", gateway.Bodies{RefuseChunked: true}, 10, "failure 411"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := gatewaytest.Request("POST /s", strings.Repeat("x", c.size)+" ")
			req.Body, req.ContentLength = http1.NewBody(c.size+1), -1
			if _, err := req.Body.Write(t.Context(), make([]byte, c.size)); err != nil {
				t.Fatal(err)
			}
			req.Body.CloseWrite(nil)
			if got := gatewaytest.Ask(t, &Handler{Dir: open(t, &Dir{Path: path, Bodies: c.how})}, req).Said(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// What is read is given on while the body still comes: no side waits for the
// other's end.
func TestHandler_BothWays(t *testing.T) {
	dir := open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh("echo 'Content-Type: text/plain'; echo; exec cat")})})
	req := gatewaytest.Request("POST /s", "x: y")
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
		limits       gateway.Limits
		want         string
		cause        error
		grace        time.Duration
	}{
		{"nothing said", "echo no >&2; sleep 100", gateway.Limits{First: 50 * time.Millisecond}, "failure 504", gateway.ErrFirst, 50 * time.Millisecond},
		{"half a head", "echo 'Content-Type: a/b'; sleep 100", gateway.Limits{First: 50 * time.Millisecond}, "failure 504", gateway.ErrFirst, 50 * time.Millisecond},
		{"silent", text + "echo a; sleep 100", gateway.Limits{Idle: 50 * time.Millisecond}, "200: broken", nil, 50 * time.Millisecond},
		{"runs for long", "sleep 100", gateway.Limits{Run: 50 * time.Millisecond}, "failure 504", gateway.ErrRun, 50 * time.Millisecond},
		{"says much for long", text + "while echo a; do sleep 0.01; done", gateway.Limits{Run: 500 * time.Millisecond}, "200: broken", nil, 50 * time.Millisecond},
		{"does not heed", "trap '' TERM; while :; do sleep 0.01; done", gateway.Limits{First: 50 * time.Millisecond}, "failure 504", gateway.ErrFirst, 50 * time.Millisecond},
		{"at once", "trap '' TERM; while :; do sleep 0.01; done", gateway.Limits{First: 50 * time.Millisecond}, "failure 504", gateway.ErrFirst, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			dir := open(t, &Dir{Limits: c.limits, Grace: c.grace, Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh(c.script)})})
			began := time.Now()
			a := gatewaytest.Ask(t, &Handler{Dir: dir}, gatewaytest.Request("GET /s"))
			if got := a.Said(); got != c.want || time.Since(began) > 5*time.Second {
				t.Errorf("%s after %v, want %s", got, time.Since(began), c.want)
			}
			if c.cause != nil && !errors.Is(a.Fail, c.cause) {
				t.Errorf("%v, want %v", a.Fail, c.cause)
			}
		})
	}
}

// Standard error comes to the log by lines, and to the cause of the failure.
func TestHandler_Stderr(t *testing.T) {
	dir := open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh(`printf 'one\ntwo\033[1m\r\nthree' >&2; exit 3`)})})
	log := &sink{}
	h := &Handler{Dir: dir, Log: &log.Inbox}
	g := &axon.Graph{Name: "log", Parts: axon.Parts{{Name: "LOG", Component: log}}, Links: axon.Links{axon.Shared(&log.Inbox, log)}}
	if err := g.Build(); err != nil {
		t.Fatal(err)
	}
	a := gatewaytest.Ask(t, h, gatewaytest.Request("GET /s"))
	var e *ScriptError
	if a.Fail == nil || a.Fail.Status != 502 || !errors.As(a.Fail, &e) {
		t.Fatalf("%+v", a)
	}
	if e.Stderr != "one\ntwo\uFFFD[1m\nthree" || e.Script != "/s" {
		t.Errorf("%q", e.Stderr)
	}
	var exit *process.Exit
	if !errors.As(a.Fail, &exit) || exit.Status != 3 {
		t.Errorf("%v", a.Fail)
	}
	for _, want := range []string{"one", "two\uFFFD[1m", "three"} {
		got, ok, err := log.Inbox.TryRecv()
		if !ok || err != nil || !strings.HasSuffix(got.Error(), ": "+want) {
			t.Errorf("%v, want %s", got, want)
		}
	}
}

// An answer that has come as a whole, with the length that it has told, is nothing to
// log: neither where all of it came at once nor where its body came in pieces.
func TestHandler_WholeIsNotLogged(t *testing.T) {
	for name, script := range map[string]string{
		"at once":          `printf 'Content-Type: text/plain\nContent-Length: 5\n\nhello'`,
		"and more than it": `printf 'Content-Type: text/plain\nContent-Length: 5\n\nhello, world'`,
		"in pieces":        `printf 'Content-Type: text/plain\nContent-Length: 5\n\nhel'; sleep 0.05; printf lo`,
		"empty":            `printf 'Status: 200\nContent-Length: 0\n\n'`,
	} {
		t.Run(name, func(t *testing.T) {
			log := &sink{}
			g := &axon.Graph{Name: "log", Parts: axon.Parts{{Name: "LOG", Component: log}}, Links: axon.Links{axon.Shared(&log.Inbox, log)}}
			if err := g.Build(); err != nil {
				t.Fatal(err)
			}
			h := &Handler{Dir: open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh(script)})}), Log: &log.Inbox}
			want := "200: hello"
			if name == "empty" {
				want = "200: "
			}
			if got := gatewaytest.Ask(t, h, gatewaytest.Request("GET /s")).Said(); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			if err, ok, _ := log.Inbox.TryRecv(); ok {
				t.Errorf("the log says: %v", err)
			}
		})
	}
}

type sink struct {
	axon.Base
	Inbox axon.Inbox[error]
}

func (s *sink) Main(context.Context) error { return nil }

// When the client has gone, so does the script, and all that it has started.
func TestHandler_ClientGone(t *testing.T) {
	dir := open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh("sleep 100 & echo 'Content-Type: text/plain'; echo; echo $!; wait")})})
	req := gatewaytest.Request("GET /s")
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
	for limit := time.Now().Add(10 * time.Second); syscall.Kill(pid, 0) == nil && time.Now().Before(limit); {
	}
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && !strings.Contains(string(stat), ") Z ") {
		t.Errorf("it is still there: %s", stat)
	}
}

// No more run at once than may, the others wait, and more than that are refused.
func TestHandler_Gate(t *testing.T) {
	dir := open(t, &Dir{Gate: &gateway.Gate{Most: 1, Queue: -1}, Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh("echo 'Content-Type: text/plain'; echo; exec cat")})})
	slow := gatewaytest.Request("POST /s", "x")
	slow.Body, slow.ContentLength = http1.NewBody(0), 1
	first, second := &Handler{Dir: dir}, &Handler{Dir: dir}
	one := axontest.Run(t, first)
	axontest.Send(one, &first.Inbox, slow)
	axontest.Recv(one, &first.Outbox)
	a := gatewaytest.Ask(t, second, gatewaytest.Request("GET /s"))
	if a.Said() != "failure 503" || a.Fail.Header.Get("Retry-After") == "" {
		t.Errorf("%s %v", a.Said(), a.Fail)
	}
	slow.Body.CloseWrite(nil)
	one.Finish()
	if err := one.Wait(); err != nil {
		t.Error(err)
	}
	if a := gatewaytest.Ask(t, &Handler{Dir: dir}, gatewaytest.Request("GET /s")); a.Said() != "200: " {
		t.Errorf("afterwards: %s", a.Said())
	}
}

// A body that breaks off ends the script: it must not take a part for the whole.
func TestHandler_BrokenBody(t *testing.T) {
	dir := open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh("n=$(wc -c); echo 'Content-Type: text/plain'; echo; echo $n")})})
	req := gatewaytest.Request("POST /s", "x")
	req.Body, req.ContentLength = http1.NewBody(0), 10
	_, _ = req.Body.Write(t.Context(), []byte("half"))
	req.Body.CloseWrite(&http1.Failure{Status: 408})
	if got := gatewaytest.Ask(t, &Handler{Dir: dir}, req).Said(); got != "failure 408" {
		t.Error(got)
	}
}

// A local redirect to what is no path is the script's fault, and not the client's.
func TestHandler_RedirectNowhere(t *testing.T) {
	for _, to := range []string{"/a#b", "/a b", "/\u00fc", "/%zz", "/a%00b", "/?a b"} {
		t.Run(to, func(t *testing.T) {
			h := &Handler{Dir: open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh("echo 'Location: " + to + "'; echo")})})}
			h.LeadBack(func(*axon.Outbox[*http1.Request]) http1.SiteGraph {
				t.Error("it leads somewhere")
				return http1.SiteGraph{Graph: &axon.Graph{}}
			})
			a := gatewaytest.Ask(t, h, gatewaytest.Request("GET /s"))
			if e, ok := errors.AsType[*ScriptError](a.Fail); a.Said() != "failure 502" || !ok || e.Script != "/s" {
				t.Errorf("%s: %v", a.Said(), a.Fail)
			}
		})
	}
}

// An interpreter whose name has a slash is looked for where the server was started, and not
// beside each script.
func TestHandler_RelativeInterpreter(t *testing.T) {
	path := gatewaytest.Scripts(t, map[string]string{
		"bin/run": gatewaytest.Sh(`echo 'Content-Type: text/plain'; echo; cat "$1"`), "programs/sub/a.x": "some text",
	})
	t.Chdir(path)
	for _, interpreter := range []string{"bin/run", "./bin/run", path + "/bin/run"} {
		own := map[string]string{".x": interpreter}
		dir := open(t, &Dir{Path: "programs", Interpreters: own})
		if got := gatewaytest.Ask(t, &Handler{Dir: dir}, gatewaytest.Request("GET /sub/a.x")).Said(); got != "200: some text" {
			t.Errorf("%s: %s", interpreter, got)
		}
		if own[".x"] != interpreter {
			t.Error("the caller's map was changed")
		}
	}
}

// Files that a script was to get are closed where it can not be started.
func TestHandler_ChangeFiles(t *testing.T) {
	dir := open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh("true")})})
	for name, change := range map[string]func(*process.Program){
		"no program":      func(p *process.Program) { p.Path = "" },
		"not there":       func(p *process.Program) { p.Path = "/none/such" },
		"it says nothing": func(*process.Program) {},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(os.DevNull)
			if err != nil {
				t.Fatal(err)
			}
			h := &Handler{Dir: dir, Change: func(_ *http1.Request, p *process.Program) error {
				p.Files = []*os.File{f}
				change(p)
				return nil
			}}
			if a := gatewaytest.Ask(t, h, gatewaytest.Request("GET /s")); a.Fail == nil || a.Fail.Status < 500 {
				t.Error(a.Said())
			}
			if err := f.Close(); !errors.Is(err, os.ErrClosed) {
				t.Errorf("the file is open: %v", err)
			}
		})
	}
}

func TestHandler_Change(t *testing.T) {
	dir := open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{"s": gatewaytest.Sh("true")})})
	h := &Handler{Dir: dir, Change: func(_ *http1.Request, p *process.Program) error {
		p.Path, p.Args = "printf", []string{"Status: 201\n\nwrapped"}
		return nil
	}}
	if got := gatewaytest.Ask(t, h, gatewaytest.Request("GET /s")).Said(); got != "201: wrapped" {
		t.Error(got)
	}
	h = &Handler{Dir: dir, Change: func(*http1.Request, *process.Program) error { return &http1.Failure{Status: 451} }}
	if got := gatewaytest.Ask(t, h, gatewaytest.Request("GET /s")).Said(); got != "failure 451" {
		t.Error(got)
	}
}
