package pipelines_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A second is a client that speaks HTTP/2 with a site.
type second struct {
	*securely
	http.Client
	log   bytes.Buffer // of the accesses; to be read when the server has ended
	gate  chan bool    // lets /slow go on
	ended chan error   // why the context of a request to /slow has ended
	large []byte
}

func newSecond(t *testing.T, change func(*pipelines.Site)) *second {
	t.Helper()
	x := &second{gate: make(chan bool), ended: make(chan error, 8), large: bytes.Repeat([]byte("0123456789abcdef"), 1<<20/16)}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "large"), x.large, 0o600); err != nil {
		t.Fatal(err)
	}
	tree := &files.Tree{Dir: dir}
	if err := tree.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	site := &pipelines.Site{AccessLog: &accesslog.Log{To: &x.log}, Server: pipelines.Server{
		Errors: func() http1.ErrorPart { return &jsonErrors{} },
		Mounts: []pipelines.Mount{
			{Path: "/", Name: "FILES", Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree} }},
			at("/echo", echo), at("/slow", x.slow), at("/stream", stream),
			at("/huge", func(_ context.Context, req *http1.Request) (*http1.Response, error) {
				return &http1.Response{Request: req, Status: 200, Bytes: make([]byte, 16<<20)}, nil
			}),
			at("/panic", func(context.Context, *http1.Request) (*http1.Response, error) { panic("oh") }),
		}}}
	if change != nil {
		change(site)
	}
	x.securely = secureSite(t, site)
	x.Client.Timeout = 20 * time.Second
	x.Client.Transport = x.transport()
	t.Cleanup(x.CloseIdleConnections)
	return x
}

func (x *second) transport() *http.Transport {
	return &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: securetest.Client(x.t, "a", x.pair)}
}

// slow waits for the gate, or for the end of the request.
func (x *second) slow(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	select {
	case <-x.gate:
		return http1.Text(req, 200, "slow"), nil
	case <-req.Context().Done():
		x.ended <- context.Cause(req.Context())
		return nil, req.Context().Err()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// stream sends its answer as the request's body comes, and a trailer.
func stream(_ context.Context, req *http1.Request) (*http1.Response, error) {
	return &http1.Response{Request: req, Status: 200, Stream: &trailing{req.Body}}, nil
}

type trailing struct{ *http1.Body }

func (t *trailing) Trailer() http1.Header {
	return append(http1.Header{{Name: "X-Sum", Value: "42"}}, t.Body.Trailer()...)
}

func (x *second) get(path string) (*http.Response, string) {
	x.t.Helper()
	resp, err := x.Get("https://" + x.addr + path)
	if err != nil {
		x.t.Fatalf("%s: %v", path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		x.t.Errorf("%s: %v", path, err)
	}
	if resp.ProtoMajor != 2 {
		x.t.Errorf("%s: %s", path, resp.Proto)
	}
	return resp, string(b)
}

// Every handler and the error component work unchanged.
func TestHTTP2_Answers(t *testing.T) {
	x := newSecond(t, func(s *pipelines.Site) {
		s.HSTS, s.Name, s.RequestID, s.Timed = &http1.HSTS{MaxAge: time.Hour}, "kamaelia", true, true
		s.AccessLog.Format, _ = accesslog.ParseFormat("{version} {method} {target} {status} {bytes} {scheme} {received}")
	})
	for _, c := range []struct {
		path   string
		status int
		body   string
	}{
		{"/large", 200, string(x.large)},
		{"/echo/a", 200, "/echo/a "},
		{"/none", 404, `{"Status":404,"Stage":"FILES"`},
		{"/panic", 500, `{"Status":500,"Stage":"PANIC"`},
		{"/%00", 400, `{"Status":400,"Stage":"SOURCE"`},
		{"/echo/b", 200, "/echo/b "},
	} {
		resp, body := x.get(c.path)
		if resp.StatusCode != c.status || !strings.HasPrefix(body, c.body) {
			t.Errorf("%s: %s %.200s", c.path, resp.Status, body)
		}
		for name, want := range map[string]string{"Strict-Transport-Security": "max-age=3600", "Server": "kamaelia"} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s: %q", c.path, name, got)
			}
		}
		if resp.Header.Get("X-Request-Id") == "" || resp.Header.Get("Date") == "" || len(resp.Header["Content-Length"]) != 1 {
			t.Errorf("%s: %v", c.path, resp.Header)
		}
	}
	resp, err := x.Post("https://"+x.addr+"/echo", "", strings.NewReader("sent"))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(b) != "/echo sent" {
		t.Errorf("%q", b)
	}
	x.CloseIdleConnections()
	x.finish()
	want := fmt.Sprintf("HTTP/2.0 GET /large 200 %d https -\n", len(x.large))
	if !strings.HasPrefix(x.log.String(), want) || !strings.Contains(x.log.String(), "HTTP/2.0 POST /echo 200 10 https 4\n") || strings.Count(x.log.String(), "\n") != 7 {
		t.Errorf("the log:\n%s", &x.log)
	}
}

// A slow stream holds up none of the others of its connection.
func TestHTTP2_Concurrent(t *testing.T) {
	x := newSecond(t, nil)
	x.get("/echo/first")
	var slow sync.WaitGroup
	for range 20 {
		slow.Go(func() {
			if resp, body := x.get("/slow"); resp.StatusCode != 200 || body != "slow" {
				t.Errorf("%s %q", resp.Status, body)
			}
		})
	}
	for i := range 100 {
		path := fmt.Sprint("/echo/", i)
		if _, body := x.get(path); body != path+" " {
			t.Fatalf("%q", body)
		}
	}
	close(x.gate)
	slow.Wait()
	x.CloseIdleConnections()
	x.finish()
}

// Bodies flow both ways at once, and are followed by trailers.
func TestHTTP2_Streams(t *testing.T) {
	x := newSecond(t, nil)
	pr, pw := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), "POST", "https://"+x.addr+"/stream", pr)
	if err != nil {
		t.Fatal(err)
	}
	req.Trailer = http.Header{"X-Mine": {"kept"}}
	go io.WriteString(pw, "first")
	resp, err := x.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for _, word := range []string{"first", "second", "third"} {
		if word != "first" {
			_, _ = io.WriteString(pw, word)
		}
		got := make([]byte, len(word))
		if _, err := io.ReadFull(resp.Body, got); string(got) != word {
			t.Fatalf("%q %v", got, err)
		}
	}
	go func() { // more than any window
		for range 4 {
			_, _ = pw.Write(x.large)
		}
		pw.Close()
	}()
	if rest, err := io.ReadAll(resp.Body); len(rest) != 4*len(x.large) || err != nil {
		t.Errorf("%d bytes, %v", len(rest), err)
	}
	if resp.Trailer.Get("X-Sum") != "42" || resp.Trailer.Get("X-Mine") != "kept" {
		t.Errorf("trailer %v", resp.Trailer)
	}
	x.CloseIdleConnections()
	x.finish()
}

// The end of a stream reaches its request's context, and no other.
func TestHTTP2_Cancelled(t *testing.T) {
	x := newSecond(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "GET", "https://"+x.addr+"/slow", nil)
	failed := make(chan error, 1)
	go func() {
		_, err := x.Do(req)
		failed <- err
	}()
	var other sync.WaitGroup
	other.Go(func() { x.get("/slow") })
	x.awaits("SLOW", 2)
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	select {
	case err := <-x.ended:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the handler does not hear of it")
	}
	x.gate <- true
	other.Wait()
	if _, body := x.get("/echo/a"); body != "/echo/a " {
		t.Errorf("%q", body)
	}
	x.CloseIdleConnections()
	x.finish()
}

// atWork counts the parts of a name that have a message in hand.
func (x *served) atWork(name string) (n int) {
	var look func([]axon.GraphInfo)
	look = func(graphs []axon.GraphInfo) {
		for _, g := range graphs {
			for _, p := range g.Parts {
				if p.Name == name && p.State == "active" && p.Doing == "" {
					n++
				}
				look(p.Graphs)
			}
		}
	}
	look(x.sys.Snapshot().Graphs)
	return n
}

// awaits waits until that many are at work.
func (x *served) awaits(name string, many int) {
	x.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); x.atWork(name) != many; runtime.Gosched() {
		if time.Now().After(deadline) {
			x.t.Fatalf("%d at work", x.atWork(name))
		}
	}
}

// What a client may not do is answered by the error component, and ends its stream
// alone.
func TestHTTP2_Limits(t *testing.T) {
	x := newSecond(t, func(s *pipelines.Site) {
		s.Limits = http1.Limits{Body: 1000, Target: 100, Head: 2000, BodyTime: 200 * time.Millisecond, Stall: 300 * time.Millisecond}
	})
	post := func(path string, body io.Reader, header http.Header) (int, string) {
		t.Helper()
		req, _ := http.NewRequestWithContext(t.Context(), "POST", "https://"+x.addr+path, body)
		for name, values := range header {
			req.Header[name] = values
		}
		resp, err := x.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(b)
	}
	slow, end := io.Pipe()
	defer end.Close()
	go end.Write([]byte("x"))
	for _, c := range []struct {
		name   string
		path   string
		body   io.Reader
		header http.Header
		status int
		stage  string
	}{
		{"a long body", "/echo", strings.NewReader(strings.Repeat("x", 2000)), nil, 413, "SOURCE"},
		{"a long body that does not say so", "/echo", io.MultiReader(strings.NewReader(strings.Repeat("x", 2000))), nil, 413, "ECHO"},
		{"a long target", "/echo/" + strings.Repeat("x", 200), nil, nil, 414, "SOURCE"},
		{"a slow body", "/echo", slow, nil, 408, "ECHO"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := post(c.path, c.body, c.header)
			if status != c.status || c.stage != "" && !strings.Contains(body, `"Stage":"`+c.stage+`"`) {
				t.Errorf("%d %q", status, body)
			}
		})
	}
	t.Run("a client that takes nothing", func(t *testing.T) {
		resp, err := x.Get("https://" + x.addr + "/huge")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		x.get("/echo/beside")
		<-time.After(600 * time.Millisecond) // what is tested is that it is over then
		if n, err := io.Copy(io.Discard, resp.Body); err == nil {
			t.Errorf("all of the %d bytes were sent", n)
		}
		x.get("/echo/beside")
	})
	x.CloseIdleConnections()
	x.finish()
}

// After the last request that a connection may bring, the client takes another.
func TestHTTP2_Requests(t *testing.T) {
	x := newSecond(t, func(s *pipelines.Site) {
		s.Limits.Requests = 3
		s.Quota = &tcp.Quota{}
	})
	for i := range 9 {
		if _, body := x.get(fmt.Sprint("/echo/", i)); body != fmt.Sprint("/echo/", i, " ") {
			t.Errorf("%q", body)
		}
	}
	x.CloseIdleConnections()
	x.finish()
	if n := strings.Count(x.log.String(), "\n"); n != 9 {
		t.Errorf("%d lines", n)
	}
}

// At its end the server answers what is under way, on connections that stay open.
func TestHTTP2_End(t *testing.T) {
	x := newSecond(t, nil)
	x.get("/echo/a")
	done := make(chan string, 1)
	go func() {
		_, body := x.get("/slow")
		done <- body
	}()
	x.awaits("SLOW", 1)
	x.run.Finish()
	select {
	case <-x.run.Done():
		t.Fatal("a request was under way")
	case <-time.After(50 * time.Millisecond):
	}
	close(x.gate)
	if body := <-done; body != "slow" {
		t.Errorf("%q", body)
	}
	x.wait()
}

// A shutdown ends everything at once.
func TestHTTP2_Shutdown(t *testing.T) {
	x := newSecond(t, nil)
	status := make(chan int, 1)
	go func() {
		resp, err := x.Get("https://" + x.addr + "/slow")
		if err != nil {
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	x.awaits("SLOW", 1)
	start := time.Now()
	x.run.Stop(nil)
	_ = x.run.Wait(context.Background())
	if got := <-status; got == 200 || time.Since(start) > 3*time.Second {
		t.Errorf("%d after %v", got, time.Since(start))
	}
}

// Without TLS HTTP/2 is spoken to those who begin with it, if that is wanted; and
// a connection that is wired by hand speaks HTTP/1.
func TestHTTP2_Choice(t *testing.T) {
	prior := new(http.Protocols)
	prior.SetUnencryptedHTTP2(true)
	site := &pipelines.Site{Server: pipelines.Server{Mounts: mount(echo), HTTP2: pipelines.HTTP2{Plain: true}}}
	x := serveSite(t, site)
	c := &http.Client{Transport: &http.Transport{Protocols: prior}}
	resp, err := c.Get("http://" + x.addr + "/a")
	if err != nil || resp.ProtoMajor != 2 {
		t.Fatalf("%v %v", resp, err)
	}
	resp.Body.Close()
	one := x.dial()
	if a := one.asks("/b"); a.body != "/b " || a.ProtoMajor != 1 {
		t.Errorf("%s %q", a.Proto, a.body)
	}
	one.Close()
	c.CloseIdleConnections()
	x.finish()

	for name, change := range map[string]func(*pipelines.Site){
		"off":       func(s *pipelines.Site) { s.HTTP2.Off = true },
		"blueprint": func(s *pipelines.Site) { s.Blueprint = (&pipelines.Server{Mounts: mount(echo)}).Connection },
	} {
		t.Run(name, func(t *testing.T) {
			x := newSecond(t, change)
			conn, err := tls.Dial("tcp", x.addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}})
			if err != nil {
				t.Fatal(err)
			}
			if got := conn.ConnectionState().NegotiatedProtocol; got != "http/1.1" {
				t.Errorf("%q", got)
			}
			conn.Close()
			x.finish()
		})
	}
}

// The picture has every graph that a connection may come to.
func TestHTTP2_Picture(t *testing.T) {
	socket, err := tcp.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a")
	site := &pipelines.Site{Server: pipelines.Server{Mounts: mount(echo), HTTP2: pipelines.HTTP2{Plain: true}},
		SecureSockets: []pipelines.SecureSocket{{Listener: socket, Certificates: securetest.Load(t, pair)}}}
	info, err := site.Picture()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range info {
		names = append(names, g.Name)
	}
	if got := strings.Join(names, " "); got != "server secure either connection session application" {
		t.Error(got)
	}
}

// A handler that does nothing but fail fails for each request by itself: none finds that
// it was given up because of those before.
func TestHTTP2_HandlerGivenUp(t *testing.T) {
	x := newSecond(t, nil)
	for i := range 150 {
		if resp, body := x.get("/panic"); resp.StatusCode != 500 {
			t.Fatalf("request %d: %s %s", i, resp.Status, body)
		}
	}
	x.CloseIdleConnections()
	x.finish()
}

// A body that a handler has left alone for longer than its client may be silent has not
// come too slowly.
func TestHTTP2_BodyLeftAlone(t *testing.T) {
	const limit = 100 * time.Millisecond
	x := newSecond(t, func(s *pipelines.Site) {
		s.Limits.BodyTime = limit
		s.Mounts = append(s.Mounts, at("/pause", func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			if _, err := io.ReadFull(req.Body, make([]byte, 1)); err != nil {
				return nil, err
			}
			<-time.After(4 * limit) // what is tested is that it makes no difference
			n, err := io.Copy(io.Discard, req.Body)
			return http1.Text(req, 200, fmt.Sprint(n+1)), err
		}))
	})
	resp, err := x.Post("https://"+x.addr+"/pause", "", bytes.NewReader(x.large))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 200 || string(body) != fmt.Sprint(len(x.large)) || err != nil {
		t.Errorf("%s %s %v", resp.Status, body, err)
	}
	x.CloseIdleConnections()
	x.finish()
}
