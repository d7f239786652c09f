//go:build unix

package wsgi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/kamaelia-go/kamaelia/components/errorlog"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/wsgi"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A journal is what was logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// A server serves an App.
type server struct {
	t    testing.TB
	url  string
	log  *journal
	site *pipelines.Site
	stop func()
}

// mounted returns a Server that has an App at its root.
func mounted(t testing.TB, app *wsgi.App) *pipelines.Server {
	t.Helper()
	if err := app.Open(); err != nil {
		t.Fatal(err)
	}
	return &pipelines.Server{
		Reuse: true,
		Mounts: []pipelines.Mount{{Path: "/", Name: "WSGI", Rest: true, Handler: func() http1.HandlerPart {
			return &wsgi.Handler{App: app}
		}}},
		Errors: func() http1.ErrorPart { return &http1.ErrorPages{Debug: true} },
	}
}

// serve runs an App with a Site around it until the end of the test.
func serve(t testing.TB, app *wsgi.App, options ...func(*server)) *server {
	t.Helper()
	if app.Module == "" {
		app.Dir, app.Module = "testdata", "checked"
	}
	app.Python = wsgi.Interpreter(t)
	if app.Silence == 0 {
		app.Silence = 30 * time.Second
	}
	s := &server{t: t, log: &journal{}}
	errorLog := &errorlog.Log{Logger: zerolog.New(s.log)}
	app.Log = &errorLog.Inbox
	s.site = &pipelines.Site{Server: *mounted(t, app), ErrorLog: errorLog}
	s.site.Beside = append(s.site.Beside, app.Graph)
	for _, o := range options {
		o(s)
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.site.Sockets = []net.Listener{socket}
	s.url = "http://" + socket.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.site.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the site: %v", err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

// do sends a request on a connection of its own.
func (s *server) do(method, path string, body io.Reader, fields ...string) (*http.Response, string, error) {
	req, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Close = true
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		req.Header.Add(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, string(text), err
}

// get sends a GET that must be answered with 200.
func (s *server) get(path string) string {
	s.t.Helper()
	resp, body, err := s.do("GET", path, nil)
	if err != nil || resp.StatusCode != 200 {
		s.t.Fatalf("GET %s: %v, %v: %s\n%s", path, resp, err, body, s.log)
	}
	return body
}

// messages returns what was logged, a line each.
func (s *server) messages() (all []string) {
	for line := range strings.Lines(s.log.String()) {
		var entry struct{ Error string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			s.t.Errorf("%v: %s", err, line)
		}
		all = append(all, entry.Error)
	}
	return all
}

// eventually waits until something is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-limit.C:
			t.Fatalf("never: %s", what)
		}
	}
}

// TestRules puts applications to the test that the validator of the standard library
// stands around. It has nothing to say.
func TestRules(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	for _, c := range []struct {
		name, method, path, body string
		fields                   []string
		status                   int
		want                     []string // in the body
		header                   string
	}{
		{name: "environ", path: "/environ_/caf%C3%A9?q=1", status: 200, want: []string{
			"REQUEST_METHOD='GET'", "SCRIPT_NAME=''", "PATH_INFO='/environ_/cafÃ©'", "QUERY_STRING='q=1'", "SERVER_PROTOCOL='HTTP/1.1'",
			"wsgi.version=(1, 0)", "wsgi.multithread=False", "wsgi.multiprocess=False", "wsgi.run_once=False", "wsgi.url_scheme='http'", "REMOTE_ADDR='127.0.0.1'",
		}},
		{name: "read", method: "POST", path: "/input_?read", body: "hello", status: 200, want: []string{"hello|"}},
		{name: "read in parts", method: "POST", path: "/input_?some", body: "hello, world", status: 200, want: []string{"hel|lo, |world|"}},
		{name: "read line", method: "POST", path: "/input_?line", body: "a\nbc\nde", status: 200, want: []string{"a\n|bc\n|de"}},
		{name: "read lines", method: "POST", path: "/input_?lines", body: "a\nbc\nde", status: 200, want: []string{"a\n|bc\n|de"}},
		{name: "iterate", method: "POST", path: "/input_?iterate", body: "a\nbc\nde", status: 200, want: []string{"a\n|bc\n|de"}},
		{name: "no body", path: "/input_?read", status: 200, want: []string{"|"}},
		{name: "a large body", method: "PUT", path: "/input_?length", body: strings.Repeat("x", 3_000_000), status: 200, want: []string{"3000000"}},
		{name: "again, with exc_info", path: "/again", status: 503, want: []string{"another one"}},
		{name: "write", path: "/write", status: 200, want: []string{"written, twice, and returned"}},
		{name: "generator", path: "/generator", status: 200, want: []string{"firstsecond"}},
		{name: "empty", path: "/empty", status: 200},
		{name: "with a length", path: "/closing?one", status: 200, want: []string{"ok"}, header: "Content-Length: 2"},
		{name: "HEAD", method: "HEAD", path: "/pid", status: 200},
		{name: "HEAD of pieces", method: "HEAD", path: "/large", status: 200},
		{name: "HEAD of a length", method: "HEAD", path: "/closing?two", status: 200, header: "Content-Length: 2"},
		{name: "204", path: "/no_content", status: 204},
		{name: "304", path: "/not_modified", status: 304, header: "Etag: \"1\""},
		{name: "fields", path: "/cookies", status: 299, header: "Set-Cookie: a=1,b=2"},
		{name: "latin-1", path: "/cookies", status: 299, header: "X-Latin: caf\xe9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var body io.Reader
			if c.body != "" {
				body = strings.NewReader(c.body)
			}
			resp, got, err := s.do(c.method, c.path, body, c.fields...)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != c.status {
				t.Errorf("status %s, want %d", resp.Status, c.status)
			}
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in %.2000q", want, got)
				}
			}
			if name, value, ok := strings.Cut(c.header, ": "); ok && strings.Join(resp.Header.Values(name), ",") != value {
				t.Errorf("%s: %q, want %q", name, resp.Header.Values(name), value)
			}
		})
	}
	if got := s.get("/what_closed"); got != "one,two" {
		t.Errorf("closed: %s", got)
	}
	if said := s.messages(); len(said) > 0 {
		t.Errorf("the validator, or somebody else, has something to say:\n%s", strings.Join(said, "\n"))
	}
}

// TestChunkedBody sends a body without a length.
func TestChunkedBody(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	resp, got, err := s.do("POST", "/input_?length", io.MultiReader(strings.NewReader(strings.Repeat("a", 100_000)), strings.NewReader("b")))
	if err != nil || resp.StatusCode != 200 || got != "100001" {
		t.Errorf("%v, %v, %s", resp, err, got)
	}
}

// TestBothWays reads an answer that comes while the body is still sent.
func TestBothWays(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	const size = 2_000_000
	resp, got, err := s.do("POST", "/echo", strings.NewReader(strings.Repeat("0123456789", size/10)))
	if err != nil || resp.StatusCode != 200 || got != strings.Repeat("0123456789", size/10) {
		t.Errorf("%v, %v, %d bytes", resp, err, len(got))
	}
}

// TestErrors logs what is written to wsgi.errors, line by line, with the request's
// name.
func TestErrors(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	s.get("/errors")
	eventually(t, "four lines", func() bool { return len(s.messages()) >= 4 })
	for i, want := range []string{"one", "two three", "four", "without an end"} {
		if got := s.messages()[i]; !strings.HasPrefix(got, "wsgi: checked:application (") || !strings.HasSuffix(got, "-1): "+want) {
			t.Errorf("line %d: %s, want %s", i, got, want)
		}
	}
}

// TestLarge reads ten megabytes, in pieces and as one.
func TestLarge(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	var want strings.Builder
	for n := range 160 {
		line := []byte("0000000\n")
		line[4], line[5], line[6] = byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10)
		want.Write(bytes.Repeat(line, 8192))
	}
	if got := s.get("/large"); got != want.String() {
		t.Errorf("in pieces: %d bytes", len(got))
	}
	if got := s.get("/large_whole"); got != strings.Repeat("0123456789abcdef", 655360) {
		t.Errorf("as one: %d bytes", len(got))
	}
}

// TestFile sends files by the server.
func TestFile(t *testing.T) {
	s := serve(t, &wsgi.App{Workers: 1})
	all, err := os.ReadFile("testdata/checked.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, query, want string }{
		{"whole", "", string(all)},
		{"from where it stands", "?100,", string(all[100:])},
		{"as much as was told", "?100,50", string(all[100:150])},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := s.get("/file" + c.query); got != c.want {
				t.Errorf("%d bytes, want %d", len(got), len(c.want))
			}
		})
	}
	if got := s.get("/no_file"); got != "in memory" {
		t.Error(got)
	}
	if resp, _, err := s.do("HEAD", "/file", nil); err != nil || resp.StatusCode != 200 {
		t.Errorf("HEAD: %v, %v", resp, err)
	}
	if resp, _, err := s.do("GET", "/file?100,1000000", nil); err != nil || resp.StatusCode != 500 {
		t.Errorf("more than there is: %v, %v", resp, err)
	}
}
