package pipelines_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// jsonErrors is an error component as a user writes it.
type jsonErrors struct{ http1.ErrorHandler }

func (e *jsonErrors) Main(ctx context.Context) error {
	for f := range e.Inbox.All(ctx) {
		body, err := json.Marshal(oops{Status: f.Status, Stage: f.Stage, Cause: fmt.Sprint(f.Cause), Target: f.Request.Target})
		if err != nil {
			return err
		}
		err = e.Outbox.Send(ctx, &http1.Response{
			Request: f.Request,
			Status:  f.Status,
			Header:  http1.Header{{Name: "Content-Type", Value: "application/json"}},
			Bytes:   body,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type oops struct {
	Status               int
	Stage, Cause, Target string
}

// flawed is a handler with many flaws: the path says which.
type flawed struct{ http1.HandlerFunc }

func newFlawed() http1.HandlerPart {
	f := &flawed{}
	f.Func = f.answer
	return f
}

func (*flawed) answer(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	flaw := strings.TrimPrefix(req.Path, "/flawed/")
	if status, err := strconv.Atoi(flaw); err == nil {
		return nil, &http1.Failure{Status: status, Cause: errors.New("as asked")}
	}
	resp := http1.Text(req, 200, "fine")
	switch flaw {
	case "fine":
	case "panic":
		panic("flawed")
	case "error":
		return nil, errors.New("flawed")
	case "nothing":
		return nil, nil
	case "status":
		resp.Status = 42
	case "newline":
		resp.Header.Add("X", "a\r\nSet-Cookie: b")
	case "bodies":
		resp.Stream = io.NopCloser(strings.NewReader("x"))
	case "body":
		_, err := io.ReadAll(req.Body)
		return resp, err
	}
	return resp, nil
}

// quitter is a handler that returns from Main with a request in hand, and does
// not answer it.
type quitter struct{ http1.Handler }

func (q *quitter) Main(ctx context.Context) error {
	_, err := q.Inbox.Recv(ctx)
	return err
}

// flawedServer serves a file and many flaws.
func flawedServer(t testing.TB, errors func() http1.ErrorPart) *pipelines.Server {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	tree := &files.Tree{Dir: dir}
	if err := tree.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return &pipelines.Server{
		Mounts: []pipelines.Mount{
			{Path: "/files", Name: "FILES", Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree, Prefix: "/files"} }},
			{Path: "/flawed", Name: "FLAWED", Handler: newFlawed},
			{Path: "/quits", Name: "QUITTER", Handler: func() http1.HandlerPart { return &quitter{} }},
		},
		Errors:   errors,
		Patience: 200 * time.Millisecond,
		Limits: http1.Limits{Body: 1000, Target: 200, Head: 2000, Fields: 10,
			HeadTime: time.Second, BodyTime: time.Second},
	}
}

// failures are the ways to be refused.
var failures = []struct {
	name, says string
	status     int
	stage      string
	closes     bool // the connection can not be used afterwards
	header     string
}{
	{"nonsense", "\x16\x03\x01\x02\r\n\r\n", 400, "PARSER", true, ""},
	{"no version", "GET /\r\n\r\n", 400, "PARSER", true, ""},
	{"no Host", "GET / HTTP/1.1\r\n\r\n", 400, "PARSER", true, ""},
	{"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "PARSER", true, ""},
	{"bare CR", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400, "PARSER", true, ""},
	{"folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400, "PARSER", true, ""},
	{"space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "PARSER", true, ""},
	{"two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "PARSER", true, ""},
	{"length and chunks", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "PARSER", true, ""},
	{"bad chunk", "POST /flawed/body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400, "PARSER", true, ""},
	{"bad percent-encoding", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "PARSER", true, ""},
	{"no route", request("/nowhere"), 404, "ROUTER", false, ""},
	{"no file", request("/files/none"), 404, "FILES", false, ""},
	{"method of a file", "PUT /files/a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", 405, "ROUTER", false, "Allow: GET, HEAD, OPTIONS"},
	{"slow head", "GET / HTTP/1.1\r\nHost:", 408, "PARSER", true, ""},
	{"stalled body", "POST /flawed/body HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe", 408, "FLAWED", true, ""},
	{"length required", request("/flawed/411"), 411, "FLAWED", false, ""},
	{"precondition", "GET /files/a HTTP/1.1\r\nHost: a\r\nIf-Match: \"other\"\r\n\r\n", 412, "FILES", false, ""},
	{"too large", "POST /flawed/body HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413, "PARSER", true, ""},
	{"chunks too large", "POST /flawed/body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413, "PARSER", true, ""},
	{"long target", request("/" + strings.Repeat("a", 200)), 414, "PARSER", true, ""},
	{"range", request("/flawed/416"), 416, "FLAWED", false, ""},
	{"expectation", "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417, "PARSER", true, ""},
	{"many fields", "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", 10) + "\r\n", 431, "PARSER", true, ""},
	{"long field", "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("y", 2000) + "\r\n\r\n", 431, "PARSER", true, ""},
	{"forbidden", request("/flawed/403"), 403, "FLAWED", false, ""},
	{"handler panics", request("/flawed/panic"), 500, "FLAWED", false, ""},
	{"handler fails", request("/flawed/error"), 500, "FLAWED", false, ""},
	{"handler gives nothing", request("/flawed/nothing"), 500, "FLAWED", false, ""},
	{"handler has ended", request("/quits"), 500, "QUITTER", false, ""},
	{"unfit status", request("/flawed/status"), 500, "WRITER", false, ""},
	{"unfit header", request("/flawed/newline"), 500, "WRITER", false, ""},
	{"unfit body", request("/flawed/bodies"), 500, "WRITER", false, ""},
	{"unknown method", "BREW /files/a HTTP/1.1\r\nHost: a\r\n\r\n", 501, "ROUTER", false, ""},
	{"unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "PARSER", true, ""},
	{"gateway", request("/flawed/502"), 502, "FLAWED", false, ""},
	{"overload", request("/flawed/503"), 503, "FLAWED", false, ""},
	{"gateway time", request("/flawed/504"), 504, "FLAWED", false, ""},
	{"version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "PARSER", true, ""},
}

// Every failure of every stage comes to the user's error component.
func TestH5_EveryFailureComesToTheErrorComponent(t *testing.T) {
	x := serve(t, flawedServer(t, func() http1.ErrorPart { return &jsonErrors{} }))
	for _, c := range failures {
		t.Run(c.name, func(t *testing.T) {
			conn := x.dial()
			conn.t = t
			conn.says(c.says)
			a := conn.hears("GET")
			var got oops
			if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.Header.Get("Content-Type") != "application/json" {
				t.Fatalf("not the error component's answer: %s %q", a.Status, a.body)
			}
			if a.StatusCode != c.status || got.Status != c.status || got.Stage != c.stage || got.Cause == "" {
				t.Errorf("%d, %+v; want %d of %s", a.StatusCode, got, c.status, c.stage)
			}
			if name, value, ok := strings.Cut(c.header, ": "); ok && a.Header.Get(name) != value {
				t.Errorf("%s: %q, want %q", name, a.Header.Get(name), value)
			}
			if a.Close != c.closes {
				t.Errorf("the connection closes: %v", a.Close)
			}
			if c.closes {
				conn.closed()
				return
			}
			if a := conn.asks("/files/a"); a.StatusCode != 200 || a.body != "a file" {
				t.Errorf("the next request: %s %q", a.Status, a.body)
			}
		})
	}
	t.Run("handler that has ended, again", func(t *testing.T) {
		conn := x.dial()
		conn.says(strings.Repeat(request("/quits"), 3))
		for i, want := range []int{500, 503, 503} {
			if a := conn.hears("GET"); a.StatusCode != want || a.Header.Get("Content-Type") != "application/json" {
				t.Errorf("request %d: %s %q", i+1, a.Status, a.body)
			}
		}
	})
	x.finish()
}

// mistaken is an error component that is broken in some way.
type mistaken struct {
	http1.ErrorHandler
	how  func(ctx context.Context, m *mistaken, f *http1.Failure) error
	kept []*http1.Failure
}

func (m *mistaken) Main(ctx context.Context) error {
	if m.how == nil {
		panic("at once")
	}
	for f := range m.Inbox.All(ctx) {
		switch err := m.how(ctx, m, f); err {
		case nil:
		case errReturn:
			return nil
		default:
			return err
		}
	}
	return nil
}

var errReturn = errors.New("Main returns nil")

// mistakes are the ways an error component can be broken.
var mistakes = map[string]func(ctx context.Context, m *mistaken, f *http1.Failure) error{
	"panics":        func(context.Context, *mistaken, *http1.Failure) error { panic("broken") },
	"panics always": nil,
	"fails":         func(context.Context, *mistaken, *http1.Failure) error { return errors.New("broken") },
	"never answers": func(context.Context, *mistaken, *http1.Failure) error { return nil },
	"hangs": func(ctx context.Context, _ *mistaken, _ *http1.Failure) error {
		<-ctx.Done()
		return ctx.Err()
	},
	"answers late": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		select {
		case <-time.After(300 * time.Millisecond):
		case <-ctx.Done():
		}
		return m.Outbox.Send(ctx, http1.Text(f.Request, f.Status, "late"))
	},
	"answers the one before": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		m.kept = append(m.kept, f)
		if len(m.kept) == 1 {
			return nil
		}
		return m.Outbox.Send(ctx, http1.Text(m.kept[len(m.kept)-2].Request, f.Status, "late"))
	},
	"answers nil": func(ctx context.Context, m *mistaken, _ *http1.Failure) error { return m.Outbox.Send(ctx, nil) },
	"answers no request": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		return m.Outbox.Send(ctx, http1.Text(nil, f.Status, "nobody"))
	},
	"answers another request": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		return m.Outbox.Send(ctx, http1.Text(&http1.Request{}, f.Status, "somebody"))
	},
	"status 0": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		return m.Outbox.Send(ctx, http1.Text(f.Request, 0, "?"))
	},
	"status 100": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		return m.Outbox.Send(ctx, http1.Text(f.Request, 100, "?"))
	},
	"two bodies": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		resp := http1.Text(f.Request, f.Status, "?")
		resp.Stream = io.NopCloser(bytes.NewReader([]byte("!")))
		return m.Outbox.Send(ctx, resp)
	},
	"newline in a field": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		resp := http1.Text(f.Request, f.Status, "?")
		resp.Header.Add("X", "a\r\n\r\nb")
		return m.Outbox.Send(ctx, resp)
	},
	"newline in the reason": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		resp := http1.Text(f.Request, f.Status, "?")
		resp.Reason = "No\r\nX: y"
		return m.Outbox.Send(ctx, resp)
	},
	"answers twice": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		if err := m.Outbox.Send(ctx, http1.Plain(f)); err != nil {
			return err
		}
		return m.Outbox.Send(ctx, http1.Text(f.Request, f.Status, "twice"))
	},
	"answers ten times": func(ctx context.Context, m *mistaken, f *http1.Failure) error {
		for range 10 {
			if err := m.Outbox.Send(ctx, http1.Plain(f)); err != nil {
				return err
			}
		}
		return nil
	},
	"returns without a word": func(context.Context, *mistaken, *http1.Failure) error { return errReturn },
}

// Whatever is wrong with the error component, the client gets a plain and correct
// answer, and the connection goes on.
func TestH5_BrokenErrorComponent(t *testing.T) {
	for name, how := range mistakes {
		t.Run(name, func(t *testing.T) {
			x := serve(t, flawedServer(t, func() http1.ErrorPart { return &mistaken{how: how} }))
			conn := x.dial()
			for range 3 {
				a := conn.asks("/nowhere")
				if a.StatusCode != 404 || a.body != "Not Found\n" || a.Close {
					t.Errorf("%s %q, close %v", a.Status, a.body, a.Close)
				}
				if a := conn.asks("/files/a"); a.StatusCode != 200 || a.body != "a file" {
					t.Errorf("the next request: %s %q", a.Status, a.body)
				}
			}
			// several at once, and one that closes
			conn.says(strings.Repeat(request("/flawed/403"), 3) + request("/flawed/fine") + "PUT /files/a HTTP/1.1\r\nHost: a\r\n\r\n" + "GET /%zz HTTP/1.1\r\n\r\n")
			for i, want := range []string{"403 Forbidden\n", "403 Forbidden\n", "403 Forbidden\n", "200 fine", "405 Method Not Allowed\n", "400 Bad Request\n"} {
				a := conn.hears("GET")
				if got := fmt.Sprint(a.StatusCode, " ", a.body); got != want {
					t.Errorf("request %d: %q, want %q", i+1, got, want)
				}
				if (a.Header.Get("Allow") != "") != (a.StatusCode == 405) {
					t.Errorf("%d with Allow: %q", a.StatusCode, a.Header.Get("Allow"))
				}
			}
			conn.closed()
			x.finish()
		})
	}
}

// The default error component answers in the client's language, and does not
// tell what is none of the client's business.
func TestH5_DefaultErrorPages(t *testing.T) {
	x := serve(t, flawedServer(t, nil))
	conn := x.dial()
	if a := conn.asks("/flawed/panic"); a.StatusCode != 500 || a.body != "Internal Server Error\n" {
		t.Errorf("%s %q", a.Status, a.body)
	}
	conn.says("GET /flawed/error HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n")
	if a := conn.hears("GET"); a.StatusCode != 500 || !strings.Contains(a.body, "<h1>") || strings.Contains(a.body, "flawed") {
		t.Errorf("%s %q", a.Status, a.body)
	}
	x.finish()
}
