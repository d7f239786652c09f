package http1

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestWriter_Conform(t *testing.T) {
	answers := map[string]func(*Request) *Response{
		"fit":    func(r *Request) *Response { return Text(r, 200, "hello") },
		"large":  func(r *Request) *Response { return Text(r, 200, strings.Repeat("x", 70000)) },
		"unfit":  func(r *Request) *Response { return Text(r, 0, "hello") },
		"none":   func(*Request) *Response { return nil },
		"closes": func(r *Request) *Response { return &Response{Request: r, Status: 200, Close: true} },
		"stream": func(r *Request) *Response {
			return &Response{Request: r, Status: 200, Stream: io.NopCloser(strings.NewReader("hello"))}
		},
	}
	for name, answer := range answers {
		for _, order := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, in order %v", name, order), func(t *testing.T) {
				var w *Writer
				axontest.Conform(t, func() axon.Component {
					w = &Writer{Conn: newPaper()}
					if order {
						w.Flight = new(Flight)
					}
					return w
				}, axontest.FeedFunc("inbox", func() []*Response {
					req := &Request{Major: 1, Minor: 1}
					if w.Flight != nil {
						_ = w.Flight.add(context.Background(), req, 1<<20)
					}
					return []*Response{answer(req)}
				}))
			})
		}
	}
	t.Run("to a client that takes nothing", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			here, _ := net.Pipe()
			return &Writer{Conn: here}
		}, axontest.FeedFunc("inbox", func() []*Response {
			return []*Response{Text(&Request{Minor: 1}, 200, "hello")}
		}))
	})
}

// inBubble runs a test with a clock of its own.
func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	if name == "" {
		synctest.Test(t, f)
		return
	}
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

// An answering is a Writer at its ends.
type answering struct {
	*Writer
	*axontest.Harness
	t    testing.TB
	conn *paper
}

func newAnswering(t testing.TB, opts ...func(*Writer)) *answering {
	x := &answering{t: t, conn: newPaper()}
	x.Writer = &Writer{Conn: x.conn, Flight: new(Flight)}
	for _, o := range opts {
		o(x.Writer)
	}
	x.Harness = axontest.Run(t, x.Writer)
	return x
}

// asked puts a request on the list of those under way.
func (x *answering) asked(req *Request) *Request {
	x.t.Helper()
	if req.Major == 0 {
		req.Major, req.Minor = 1, 1
	}
	if err := x.Flight.add(x.t.Context(), req, 1<<20); err != nil {
		x.t.Fatal(err)
	}
	return req
}

func (x *answering) answer(resps ...*Response) {
	x.t.Helper()
	axontest.Send(x.Harness, &x.Inbox, resps...)
}

func (x *answering) hasEnded() bool {
	x.Settle()
	select {
	case <-x.Ended():
		return true
	default:
		return false
	}
}

// sent reads what was sent as the answers to requests with these methods.
func (x *answering) sent(methods ...string) (bodies []string) {
	x.t.Helper()
	x.Settle()
	r := bufio.NewReader(strings.NewReader(x.conn.String()))
	for _, m := range methods {
		resp, err := http.ReadResponse(r, &http.Request{Method: m})
		if err != nil {
			x.t.Fatalf("%v in %q", err, x.conn)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			x.t.Fatalf("%v in %q", err, x.conn)
		}
		bodies = append(bodies, fmt.Sprint(resp.StatusCode, " ", string(b)))
	}
	if rest, _ := io.ReadAll(r); len(rest) > 0 {
		bodies = append(bodies, "rest: "+string(rest))
	}
	return bodies
}

// A droplet is a body that tells whether it was closed.
type droplet struct {
	io.Reader
	closed bool
}

func (d *droplet) Close() error { d.closed = true; return nil }

func tempFile(t testing.TB, content string) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func isClosed(f *os.File) bool {
	_, err := f.Stat()
	return errors.Is(err, os.ErrClosed)
}

// How a response is framed: RFC 9112 section 6.3, RFC 9110 sections 8.6 and 9.3.2.
func TestWriter_Framing(t *testing.T) {
	const text = "hello, world"
	large := strings.Repeat("0123456789abcdef", 5000)
	bodies := map[string]func(*Response){
		"nothing": func(*Response) {},
		"bytes":   func(r *Response) { r.Bytes = []byte(text) },
		"large":   func(r *Response) { r.Bytes = []byte(large) },
		"file": func(r *Response) {
			r.File = &Section{File: tempFile(t, "..."+text+"..."), Offset: 3, Size: int64(len(text))}
		},
		"large file": func(r *Response) {
			r.File = &Section{File: tempFile(t, "..."+large+"..."), Offset: 3, Size: int64(len(large))}
		},
		"stream":       func(r *Response) { r.Stream = &droplet{Reader: iotest.OneByteReader(strings.NewReader(text))} },
		"known stream": func(r *Response) { r.Stream, r.Length = &droplet{Reader: strings.NewReader(text)}, int64(len(text)) },
		"longer stream": func(r *Response) {
			r.Stream, r.Length = &droplet{Reader: strings.NewReader(text + "more")}, int64(len(text))
		},
	}
	want := func(body string) string {
		switch body {
		case "nothing":
			return ""
		case "large", "large file":
			return large
		}
		return text
	}
	for name, set := range bodies {
		for minor := range 2 {
			for _, method := range []string{"GET", "HEAD"} {
				for _, status := range []int{200, 404, 204, 304} {
					inBubble(t, fmt.Sprintf("%s/1.%d/%s/%d", name, minor, method, status), func(t *testing.T) {
						x := newAnswering(t)
						req := x.asked(&Request{Method: method, Major: 1, Minor: minor})
						if minor == 0 {
							req.Header = Header{{"Connection", "keep-alive"}}
						}
						resp := &Response{Request: req, Status: status, Header: Header{
							{"X", "y"}, {"Transfer-Encoding", "gzip"}, {"connection", "upgrade"}, {"DATE", "today"}}}
						set(resp)
						x.answer(resp)
						x.Settle()
						wire := x.conn.String()
						got, err := http.ReadResponse(bufio.NewReader(strings.NewReader(wire)), &http.Request{Method: method})
						if err != nil {
							t.Fatalf("%v in %q", err, wire)
						}
						body, err := io.ReadAll(got.Body)
						if err != nil {
							t.Fatalf("%v in %q", err, wire)
						}
						bodiless := method == "HEAD" || status == 204 || status == 304
						unknown := name == "stream"
						switch {
						case bodiless && !strings.HasSuffix(wire, "\r\n\r\n"):
							t.Errorf("a body where there can be none: %q", wire)
						case !bodiless && string(body) != want(name):
							t.Errorf("body %q", body)
						}
						if _, err := http.ParseTime(got.Header.Get("Date")); err != nil || len(got.Header["Date"]) != 1 {
							t.Errorf("Date %q", got.Header["Date"])
						}
						length := fmt.Sprint(len(want(name)))
						switch {
						case status == 204 || status == 304 || unknown || name == "nothing" && bodiless:
							length = ""
						}
						if s := got.Header.Get("Content-Length"); s != length {
							t.Errorf("Content-Length %q, want %q", s, length)
						}
						chunked := unknown && minor == 1 && !bodiless
						if s := slices.Equal(got.TransferEncoding, []string{"chunked"}); s != chunked {
							t.Errorf("Transfer-Encoding %q", got.TransferEncoding)
						}
						byClose := unknown && minor == 0 && !bodiless
						connection := ""
						switch {
						case byClose:
							connection = "close"
						case minor == 0:
							connection = "keep-alive"
						}
						if s := headerLine(wire, "Connection"); s != connection {
							t.Errorf("Connection %q, want %q", s, connection)
						}
						if x.hasEnded() != byClose {
							t.Errorf("ended: %v", !byClose)
						}
						if d, ok := resp.Stream.(*droplet); ok && !d.closed {
							t.Error("the stream is open")
						}
						if resp.File != nil && !isClosed(resp.File.File) {
							t.Error("the file is open")
						}
					})
				}
			}
		}
	}
}

// headerLine returns the value of a field as it was sent.
func headerLine(wire, name string) string {
	head, _, _ := strings.Cut(wire, "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			return v
		}
	}
	return ""
}

// The Content-Length of a handler means something where there is no body.
func TestWriter_ToldLength(t *testing.T) {
	for _, c := range []struct {
		method string
		status int
		want   string
	}{
		{"HEAD", 200, "42"}, {"GET", 304, "42"}, {"GET", 204, ""}, {"HEAD", 204, ""}, {"GET", 200, "0"},
	} {
		inBubble(t, fmt.Sprint(c.method, " ", c.status), func(t *testing.T) {
			x := newAnswering(t)
			x.answer(&Response{Request: x.asked(&Request{Method: c.method}), Status: c.status, Header: Header{{"Content-Length", "42"}}})
			x.Settle()
			if got := headerLine(x.conn.String(), "Content-Length"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// Answers leave in the order of the requests, each once, whatever the handlers do.
func TestWriter_Order(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(r, "requests")
		order := rapid.Permutation(slices.Collect(rangeOf(n))).Draw(r, "order")
		twice := rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 5).Draw(r, "twice")
		x := newAnswering(t)
		reqs := make([]*Request, n)
		want, methods := make([]string, n), make([]string, n)
		for i := range reqs {
			reqs[i] = x.asked(&Request{Method: "GET"})
			want[i], methods[i] = fmt.Sprint("200 ", i), "GET"
		}
		var streams []*droplet
		for _, i := range append(order, twice...) {
			d := &droplet{Reader: strings.NewReader(fmt.Sprint(i))}
			streams = append(streams, d)
			x.answer(&Response{Request: reqs[i], Status: 200, Stream: d, Length: int64(len(fmt.Sprint(i)))})
		}
		x.Harness.Finish()
		if err := x.Wait(); err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(want, x.sent(methods...)); diff != "" {
			r.Fatalf("-want +got:\n%s", diff)
		}
		for i, d := range streams {
			if !d.closed {
				r.Fatalf("stream %d is open", i)
			}
		}
	})
}

func rangeOf(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// When nobody is left who could answer, the Writer does; what was answered
// meanwhile keeps its answer.
func TestWriter_Unanswered(t *testing.T) { synctest.Test(t, testUnanswered) }

func testUnanswered(t *testing.T) {
	x := newAnswering(t)
	reqs := []*Request{x.asked(&Request{Method: "GET"}), x.asked(&Request{Method: "GET"}), x.asked(&Request{Method: "GET"})}
	x.Flight.seal(false)
	d := &droplet{Reader: strings.NewReader("second")}
	x.answer(&Response{Request: reqs[1], Status: 200, Stream: d, Length: 6})
	x.Settle()
	if s := x.conn.String(); s != "" {
		t.Errorf("out of order: %q", s)
	}
	x.Harness.Finish()
	if err := x.Wait(); err != nil {
		t.Error(err)
	}
	want := []string{"500 Internal Server Error\n", "200 second", "500 Internal Server Error\n"}
	if diff := cmp.Diff(want, x.sent("GET", "GET", "GET")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !d.closed {
		t.Error("the stream is open")
	}
	if n := strings.Count(x.conn.String(), "Connection: close"); n != 1 {
		t.Errorf("%d times Connection: close in %q", n, x.conn)
	}
	if log := axontest.Rest(x.Harness, &x.Log); len(log) != 3 || log[0].Status != 500 || log[1].Status != 200 {
		t.Errorf("log %+v", log)
	}
}

// What ends the connection, and how.
func TestWriter_Closing(t *testing.T) {
	for name, c := range map[string]struct {
		req    Request
		resp   Response
		seal   bool
		linger bool
		want   string
	}{
		"keep-alive":           {want: "open"},
		"response wants it":    {resp: Response{Close: true}, want: "half closed"},
		"request wants it":     {req: Request{Close: true}, seal: true, want: "closed"},
		"last request":         {seal: true, want: "closed"},
		"client still sending": {seal: true, linger: true, want: "half closed"},
		"body not asked for":   {req: Request{Body: waitsFor100(), expect100: true}, want: "half closed"},
	} {
		inBubble(t, name, func(t *testing.T) {
			x := newAnswering(t)
			req := x.asked(&c.req)
			if c.seal {
				x.Flight.seal(c.linger)
			}
			c.resp.Request, c.resp.Status = req, 200
			x.answer(&c.resp)
			ended := x.hasEnded()
			if got := x.conn.ending(); got != c.want || ended != (c.want != "open") {
				t.Errorf("the connection is %s, ended %v; want %s", got, ended, c.want)
			}
			if got := headerLine(x.conn.String(), "Connection"); (got == "close") != (c.want != "open") {
				t.Errorf("Connection: %q", got)
			}
		})
	}
}

func waitsFor100() *Body {
	b := NewBody(0)
	b.onFirstRead = func() {}
	return b
}

// A 100 leaves when it is its request's turn, and not after the answer.
func TestWriter_Continue(t *testing.T) { inBubble(t, "", testWriterContinue) }

func testWriterContinue(t *testing.T) {
	const interim = "HTTP/1.1 100 Continue\r\n\r\n"
	x := newAnswering(t)
	a, b := x.asked(&Request{Method: "GET"}), x.asked(&Request{Method: "PUT"})
	x.answer(&Response{Request: b, interim: true})
	x.Settle()
	if s := x.conn.String(); s != "" {
		t.Errorf("before its turn: %q", s)
	}
	x.answer(Text(a, 200, "a"))
	x.Settle()
	if s := x.conn.String(); !strings.HasSuffix(s, "\r\n\r\na"+interim) {
		t.Errorf("sent %q", s)
	}
	x.answer(Text(b, 200, "b"), &Response{Request: b, interim: true})
	x.Settle()
	if n := strings.Count(x.conn.String(), interim); n != 1 {
		t.Errorf("%d times 100 in %q", n, x.conn)
	}
}

// A 100 that leaves alone leaves once.
func TestWriter_ContinueOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newAnswering(t)
		a := x.asked(&Request{Method: "PUT"})
		x.answer(&Response{Request: a, interim: true})
		x.Settle()
		x.answer(Text(a, 200, "a"))
		x.Settle()
		if n := strings.Count(x.conn.String(), "100 Continue"); n != 1 {
			t.Errorf("%d times 100 in %q", n, x.conn)
		}
	})
}

func TestWriter_ContinueWithoutFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newAnswering(t, func(w *Writer) { w.Flight = nil })
		x.answer(&Response{Request: &Request{}, interim: true})
		x.Settle()
		if f, ok := axontest.Try(x.Harness, &x.Failures); ok {
			t.Errorf("%v", f)
		}
	})
}

// A response that can not be sent is a failure, and its request gets another one.
func TestWriter_Unfit(t *testing.T) {
	for name, spoil := range map[string]func(*Response){
		"status 0":            func(r *Response) { r.Status = 0 },
		"status 100":          func(r *Response) { r.Status = 100 },
		"status 999":          func(r *Response) { r.Status = 999 },
		"CR LF in a value":    func(r *Response) { r.Header = Header{{"X", "a\r\nSet-Cookie: b"}} },
		"NUL in a value":      func(r *Response) { r.Header = Header{{"X", "a\x00"}} },
		"space in a name":     func(r *Response) { r.Header = Header{{"X Y", "a"}} },
		"no name":             func(r *Response) { r.Header = Header{{"", "a"}} },
		"CR LF in the reason": func(r *Response) { r.Reason = "OK\r\nX: y" },
		"two bodies":          func(r *Response) { r.Bytes = []byte("x") },
		"impossible section":  func(r *Response) { r.File = &Section{} },
		"negative size":       func(r *Response) { r.File, r.Stream = &Section{File: os.Stdin, Size: -1}, nil },
		"negative length":     func(r *Response) { r.Length = -1 },
		"file of nothing":     func(r *Response) { r.File, r.Stream = &Section{}, nil },
	} {
		inBubble(t, name, func(t *testing.T) {
			x := newAnswering(t)
			req, next := x.asked(&Request{Method: "GET"}), x.asked(&Request{Method: "GET"})
			d := &droplet{Reader: strings.NewReader("x")}
			resp := &Response{Request: req, Status: 200, Stream: d}
			spoil(resp)
			x.answer(resp, Text(next, 200, "next"))
			f := axontest.Recv(x.Harness, &x.Failures)
			if f.Status != 500 || f.Request != req || f.Cause == nil || f.Stage != axontest.Unit {
				t.Errorf("%+v", f)
			}
			if resp.Stream != nil && !d.closed {
				t.Error("the stream is open")
			}
			x.answer(Plain(f))
			if diff := cmp.Diff([]string{"500 Internal Server Error\n", "200 next"}, x.sent("GET", "GET")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	inBubble(t, "and nobody to tell", func(t *testing.T) {
		x := newAnswering(t)
		axontest.Gone(x.Harness, &x.Failures)
		x.answer(Text(x.asked(&Request{Method: "GET"}), 0, "x"))
		if got := x.sent("GET"); !slices.Equal(got, []string{"500 Internal Server Error\n"}) {
			t.Errorf("%q", got)
		}
	})
}

// A body that is shorter than was told cuts the connection.
func TestWriter_Cut(t *testing.T) {
	broken := errors.New("broken")
	large := strings.Repeat("x", 100_000)
	shrunk := func(size int64) func(t *testing.T, r *Response) {
		return func(t *testing.T, r *Response) {
			f := tempFile(t, large[:size])
			r.File = &Section{File: f, Size: size}
			if err := os.Truncate(f.Name(), 1000); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		set  func(t *testing.T, r *Response)
		sent int
	}{
		"short stream": {func(_ *testing.T, r *Response) { r.Stream, r.Length = io.NopCloser(strings.NewReader("abc")), 5 }, 3},
		"stream error": {func(_ *testing.T, r *Response) {
			r.Stream = io.NopCloser(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken)))
		}, 3},
		"error at once":  {func(_ *testing.T, r *Response) { r.Stream = io.NopCloser(iotest.ErrReader(broken)) }, 0},
		"file shrinks":   {shrunk(5000), 1000},
		"large one does": {shrunk(100_000), 1000},
	} {
		for minor := range 2 {
			inBubble(t, fmt.Sprintf("%s/1.%d", name, minor), func(t *testing.T) {
				x := newAnswering(t)
				req, next := x.asked(&Request{Method: "GET", Major: 1, Minor: minor}), x.asked(&Request{Method: "GET"})
				resp := &Response{Request: req, Status: 200}
				c.set(t, resp)
				later := &droplet{Reader: strings.NewReader("x")}
				x.answer(&Response{Request: next, Status: 200, Stream: later}, resp)
				if err := x.Wait(); err != nil {
					t.Errorf("a fault: %v", err)
				}
				if got := x.conn.ending(); got != "closed" {
					t.Errorf("the connection is %s", got)
				}
				log := axontest.Rest(x.Harness, &x.Log)
				if len(log) != 1 || log[0].Err == nil || log[0].Bytes != int64(c.sent) {
					t.Errorf("log %+v", log)
				}
				if !later.closed {
					t.Error("a stream that was never sent is open")
				}
				if s := x.conn.String(); strings.Contains(s, "\r\n0\r\n\r\n") {
					t.Errorf("the client takes it for the whole: %q", s)
				}
			})
		}
	}
}

// What is under way when the connection breaks is let go.
func TestWriter_ClientGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newAnswering(t)
		x.conn.err = errors.New("broken pipe")
		about := &Conn{}
		reqs := make([]*Request, 4)
		for i := range reqs {
			reqs[i] = x.asked(&Request{Method: "PUT", Conn: about, Body: NewBody(10)})
		}
		f := tempFile(t, "x")
		x.answer(&Response{Request: reqs[2], Status: 200, File: &Section{File: f, Size: 1}})
		blocked := NewBody(1)
		x.answer(&Response{Request: reqs[1], Status: 200, Stream: blocked})
		x.answer(Text(reqs[0], 200, "x"))
		if err := x.Wait(); err != nil {
			t.Error(err)
		}
		if !isClosed(f) {
			t.Error("the file of an answer is open")
		}
		if _, err := blocked.Write(t.Context(), []byte("ab")); !errors.Is(err, ErrAbandoned) {
			t.Errorf("who makes a stream is told %v", err)
		}
		if _, err := reqs[3].Body.Write(t.Context(), make([]byte, 11)); !errors.Is(err, ErrAbandoned) {
			t.Errorf("who reads a body is told %v", err)
		}
		if reqs[3].Context().Err() == nil {
			t.Error("the context of a request goes on")
		}
		if err := x.Flight.add(t.Context(), &Request{}, 100); err != errStop {
			t.Errorf("one more request: %v", err)
		}
	})
}

// A shutdown closes what waits for its turn, and a stream that is being read.
func TestWriter_Shutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newAnswering(t)
		a, b := NewBody(0), NewBody(0)
		first, second := x.asked(&Request{Method: "GET"}), x.asked(&Request{Method: "GET"})
		x.answer(&Response{Request: first, Status: 200, Stream: a}, &Response{Request: second, Status: 200, Stream: b})
		x.Settle()
		x.Shutdown()
		if err := x.Wait(); err != nil {
			t.Error(err)
		}
		for i, body := range []*Body{a, b} {
			select {
			case <-body.Abandoned():
			default:
				t.Errorf("stream %d is open", i+1)
			}
		}
		if x.conn.ending() != "closed" {
			t.Error("the connection is open")
		}
	})
}

// Small answers that are there together leave together, and a stream as it comes.
func TestWriter_Writes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newAnswering(t)
		body := NewBody(0)
		resp := &Response{Request: x.asked(&Request{Method: "GET"}), Status: 200, Stream: body}
		x.answer(resp)
		for _, s := range []string{"one", "two"} {
			_, _ = body.Write(t.Context(), []byte(s))
			x.Settle()
			if got := x.conn.String(); !strings.HasSuffix(got, "3\r\n"+s+"\r\n") {
				t.Errorf("sent so far: %q", got)
			}
		}
		body.CloseWrite(nil)
		x.Settle()
		if got := x.conn.String(); !strings.HasSuffix(got, "\r\n0\r\n\r\n") {
			t.Errorf("sent: %q", got)
		}
	})
}

func TestWriter_Log(t *testing.T) {
	for minor := range 2 {
		x := newAnswering(t)
		req := x.asked(&Request{Method: "GET", Major: 1, Minor: minor})
		x.answer(&Response{Request: req, Status: 201, Stream: io.NopCloser(strings.NewReader("hello"))})
		if e := axontest.Recv(x.Harness, &x.Log); e.Request != req || e.Status != 201 || e.Bytes != 5 || e.Err != nil {
			t.Errorf("HTTP/1.%d: %+v", minor, e)
		}
	}
}

// The client must take something now and then, and may take it slowly.
func TestWriter_Stall(t *testing.T) {
	const size = 4 << 20
	bodies := map[string]func(t *testing.T, r *Response){
		"bytes": func(_ *testing.T, r *Response) { r.Bytes = make([]byte, size) },
		"file": func(t *testing.T, r *Response) {
			r.File = &Section{File: tempFile(t, strings.Repeat("x", size)), Size: size}
		},
		"stream": func(_ *testing.T, r *Response) { r.Stream = io.NopCloser(bytes.NewReader(make([]byte, size))) },
	}
	for name, set := range bodies {
		t.Run("slow/"+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here, there := net.Pipe()
				w := &Writer{Conn: here, Limits: Limits{Stall: 30 * time.Second}}
				h := axontest.Run(t, w)
				resp := &Response{Request: &Request{Method: "GET", Minor: 1}, Status: 200, Close: true}
				set(t, resp)
				axontest.Send(h, &w.Inbox, resp)
				got, buf := 0, make([]byte, 64<<10)
				for {
					n, err := there.Read(buf)
					got += n
					if err != nil {
						break
					}
					time.Sleep(5 * time.Second)
				}
				if got < size {
					t.Errorf("a client that took all in %v got %d bytes", 64*5*time.Second, got)
				}
				if err := h.Wait(); err != nil {
					t.Error(err)
				}
			})
		})
		t.Run("stalled/"+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here, there := net.Pipe()
				defer there.Close()
				w := &Writer{Conn: here, Limits: Limits{Stall: 30 * time.Second}}
				h := axontest.Run(t, w)
				resp := &Response{Request: &Request{Method: "GET", Minor: 1}, Status: 200}
				set(t, resp)
				axontest.Send(h, &w.Inbox, resp)
				_, _ = io.ReadFull(there, make([]byte, 100_000))
				start := time.Now()
				if err := h.Wait(); err != nil {
					t.Error(err)
				}
				if d := time.Since(start); d < 30*time.Second || d > 100*time.Second {
					t.Errorf("gave up after %v", d)
				}
			})
		})
	}
}

func ExampleWriter() {
	conn := newPaper()
	writer := &Writer{Conn: conn, Flight: new(Flight)}
	first, second := &Request{Minor: 1}, &Request{Minor: 1}
	_ = writer.Flight.add(context.Background(), first, 16)
	_ = writer.Flight.add(context.Background(), second, 16)
	handlers := &answers{[]*Response{Text(second, 200, "two"), Text(first, 200, "one")}, axon.Outbox[*Response]{}}
	g := &axon.Graph{
		Name: "example",
		Parts: axon.Parts{
			{Name: "HANDLERS", Component: handlers},
			{Name: "WRITER", Component: writer},
		},
		Links: axon.Links{
			axon.Link(&handlers.Outbox, &writer.Inbox),
			axon.Discard(&writer.Failures),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	r := bufio.NewReader(strings.NewReader(conn.String()))
	for range 2 {
		resp, _ := http.ReadResponse(r, nil)
		body, _ := io.ReadAll(resp.Body)
		fmt.Println(resp.Proto, resp.Status, string(body))
	}
	// Output:
	// HTTP/1.1 200 OK one
	// HTTP/1.1 200 OK two
}

// answers sends some responses.
type answers struct {
	list   []*Response
	Outbox axon.Outbox[*Response]
}

func (a *answers) Main(ctx context.Context) error {
	for _, resp := range a.list {
		if err := a.Outbox.Send(ctx, resp); err != nil {
			return err
		}
	}
	return nil
}

// panicking is a stream that is a fault.
type panicking struct{ closing }

func (*panicking) Read([]byte) (int, error) { panic("as the test wants it") }

// A Writer that fails closes the answers that wait for their turn.
func TestWriter_FailsWithAnswersThatWait(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		x, closed := newAnswering(t), 0
		first, second, third := x.asked(&Request{Conn: &Conn{}}), x.asked(&Request{}), x.asked(&Request{Body: NewBody(0)})
		x.answer(&Response{Request: second, Status: 200, Stream: &closing{closed: &closed}})
		x.Settle()
		x.answer(&Response{Request: first, Status: 200, Stream: &panicking{closing{closed: &closed}}})
		if err := x.Wait(); err == nil {
			t.Error("it has not failed")
		}
		if closed != 2 {
			t.Errorf("%d of 2 streams were closed", closed)
		}
		if _, err := third.Body.Write(t.Context(), []byte("x")); !errors.Is(err, ErrAbandoned) {
			t.Errorf("the body of a request that will not be answered: %v", err)
		}
	})
}

// A response to no request is closed.
func TestWriter_ResponseToNoRequest(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		x, closed := newAnswering(t), 0
		x.answer(&Response{Status: 200, Stream: &closing{closed: &closed}})
		x.Settle()
		if closed != 1 {
			t.Error("what it holds stays open")
		}
	})
}

// The body of a request is given up with its answer, also if that answers a copy that has
// none; and if the client has held it back, the connection is closed.
func TestWriter_BodyOfTheOrigin(t *testing.T) {
	for name, expects := range map[string]bool{"sent": false, "held back": true} {
		inBubble(t, name, func(t *testing.T) {
			x := newAnswering(t)
			req := &Request{Method: "POST", Body: NewBody(0), ContentLength: 5, expect100: expects}
			if expects {
				req.Body.OnFirstRead(func() {})
			}
			x.asked(req)
			copied := req.Clone()
			copied.Body, copied.ContentLength = nil, 0
			x.answer(Text(copied, 200, "hello"))
			x.Settle()
			if _, err := req.Body.Write(t.Context(), []byte("hello")); !errors.Is(err, ErrAbandoned) {
				t.Errorf("the body is waited for: %v", err)
			}
			if closes := strings.Contains(x.conn.String(), "Connection: close"); closes != expects {
				t.Errorf("%q", x.conn)
			}
		})
	}
}
