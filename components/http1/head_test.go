package http1

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	smallHead   = "GET /small.html HTTP/1.1\r\nHost: 127.0.0.1:18201\r\n\r\n"
	browserHead = "GET /static/css/main.7d2b.css?v=12 HTTP/1.1\r\n" +
		"Host: www.example.com\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
		"Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n" +
		"Accept-Encoding: gzip, deflate, br, zstd\r\n" +
		"Referer: https://www.example.com/articles/2026/a-page.html\r\n" +
		"Connection: keep-alive\r\n" +
		"Cookie: session=6f1c2a9be0d44b6ab8d3; theme=dark\r\n" +
		"Upgrade-Insecure-Requests: 1\r\n" +
		"Sec-Fetch-Dest: document\r\n" +
		"Sec-Fetch-Mode: navigate\r\n" +
		"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"
)

// compareRequests compares what a head decides, not where it came from.
var compareRequests = cmp.Options{
	cmpopts.IgnoreUnexported(Request{}),
	cmpopts.EquateEmpty(),
}

// parseHead parses the head at the start of s and checks on the way that it does
// not matter in which pieces s comes.
func parseHead(t testing.TB, limits Limits, s string) (*Request, int, error) {
	t.Helper()
	whole := headParser{limits: &limits}
	req, n, err := whole.parse([]byte(s))

	pieces := headParser{limits: &limits}
	for end := range len(s) + 1 {
		got, gotN, gotErr := pieces.parse([]byte(s[:end]))
		if got == nil && gotErr == nil && end < len(s) {
			continue
		}
		if gotN != n || fmt.Sprint(gotErr) != fmt.Sprint(err) {
			t.Fatalf("after %d bytes: %d, %v; of all at once: %d, %v", end, gotN, gotErr, n, err)
		}
		if diff := cmp.Diff(req, got, compareRequests); diff != "" {
			t.Fatalf("after %d bytes (+) and of all at once (-):\n%s", end, diff)
		}
		if err != nil {
			checkFailure(t, err, gotErr)
		}
		break
	}
	return req, n, err
}

// checkFailure checks that two errors are the same *Failure, fit for an answer.
func checkFailure(t testing.TB, err, other error) {
	t.Helper()
	f, ok := errors.AsType[*Failure](err)
	g, same := errors.AsType[*Failure](other)
	if !ok || !same {
		t.Fatalf("%T and %T are not failures", err, other)
	}
	if f.Request == nil || f.Cause == nil || !f.Close || !f.Request.Close {
		t.Fatalf("incomplete failure: %+v", f)
	}
	if diff := cmp.Diff(f.Request, g.Request, compareRequests); diff != "" {
		t.Fatalf("the requests of two failures differ:\n%s", diff)
	}
}

func TestHeadAccepts(t *testing.T) {
	get := func(path string) Request {
		return Request{Method: "GET", Target: path, Path: path, RawPath: path, Host: "a", Major: 1, Minor: 1,
			Header: Header{{"Host", "a"}}}
	}
	for _, test := range []struct {
		name, head string
		want       func(*Request) // from GET / with Host: a
	}{
		{"smallest", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", func(r *Request) {}},
		{"RFC 9112 2.2: bare LF ends a line", "GET / HTTP/1.1\nHost: a\n\n", func(r *Request) {}},
		{"RFC 9112 2.2: empty lines before the request line", "\r\n\n\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", func(r *Request) {}},
		{"RFC 9112 2.3: HTTP/1.0 needs no Host", "GET / HTTP/1.0\r\n\r\n",
			func(r *Request) { r.Minor, r.Host, r.Header, r.Close = 0, "", nil, true }},
		{"RFC 9110 2.5: HTTP/1.7 is like HTTP/1.1", "GET / HTTP/1.7\r\nHost: a\r\n\r\n", func(r *Request) { r.Minor = 7 }},
		{"RFC 9110 9.1: any token is a method", "g!T / HTTP/1.1\r\nHost: a\r\n\r\n", func(r *Request) { r.Method = "g!T" }},
		{"RFC 9110 5.1: names in any case", "GET / HTTP/1.1\r\nhOST: a\r\n\r\n", func(r *Request) { r.Header[0].Name = "hOST" }},
		{"RFC 9110 5.5: white space around a value", "GET / HTTP/1.1\r\nHost:\t a \t \r\n\r\n", func(r *Request) {}},
		{"RFC 9110 5.5: empty value, inner space, HTAB and obs-text", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \t \r\nZ: b \t c\xff\r\n\r\n",
			func(r *Request) {
				r.Header = append(r.Header, Field{"X", ""}, Field{"Y", ""}, Field{"Z", "b \t c\xff"})
			}},
		{"RFC 9110 5.3: repeated fields stay apart", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nx: 2\r\n\r\n",
			func(r *Request) { r.Header = append(r.Header, Field{"X", "1"}, Field{"x", "2"}) }},
		{"RFC 9112 6.2: Content-Length", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0012\r\n\r\n",
			func(r *Request) { r.Header.Add("Content-Length", "0012"); r.ContentLength = 12 }},
		{"RFC 9110 8.6: largest Content-Length", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n",
			func(r *Request) {
				r.Header.Add("Content-Length", "9223372036854775807")
				r.ContentLength = 1<<63 - 1
			}},
		{"RFC 9112 6.1: chunked in any case", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-encoding: CHUNKED\r\n\r\n",
			func(r *Request) { r.Header.Add("Transfer-encoding", "CHUNKED"); r.ContentLength = -1 }},
		{"RFC 9112 9.6: close among other options", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x,\tCLOSE , keep-alive\r\n\r\n",
			func(r *Request) { r.Header.Add("Connection", "x,\tCLOSE , keep-alive"); r.Close = true }},
		{"RFC 9112 9.6: close in a second field", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n",
			func(r *Request) {
				r.Header = append(r.Header, Field{"Connection", "x"}, Field{"Connection", "close"})
				r.Close = true
			}},
		{"RFC 9110 7.6.1: an option that only contains close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: enclose\r\n\r\n",
			func(r *Request) { r.Header.Add("Connection", "enclose") }},
		{"RFC 9112 9.3: keep-alive in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n",
			func(r *Request) { r.Minor = 0; r.Header.Add("Connection", "Keep-Alive") }},
		{"RFC 9112 9.3: close beats keep-alive in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n",
			func(r *Request) { r.Minor = 0; r.Header.Add("Connection", "keep-alive, close"); r.Close = true }},
		{"RFC 9110 10.1.1: an expectation in HTTP/1.0 is ignored", "GET / HTTP/1.0\r\nHost: a\r\nExpect: wonders\r\n\r\n",
			func(r *Request) { r.Minor = 0; r.Header.Add("Expect", "wonders"); r.Close = true }},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := get("/")
			test.want(&want)
			got, n, err := parseHead(t, Limits{}, test.head+"next")
			if err != nil || n != len(test.head) {
				t.Fatalf("parse returned %d, %v; the head has %d bytes", n, err, len(test.head))
			}
			if diff := cmp.Diff(&want, got, compareRequests); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestHeadExpectContinue(t *testing.T) {
	for _, test := range []struct {
		name, fields string
		want         bool
	}{
		{"with a length", "Expect: 100-Continue\r\nContent-Length: 5\r\n", true},
		{"chunked", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", true},
		{"without a body", "Expect: 100-continue\r\n", false},
		{"with an empty body", "Expect: 100-continue\r\nContent-Length: 0\r\n", false},
		{"empty list", "Expect:\r\nContent-Length: 5\r\n", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, _, err := parseHead(t, Limits{}, "PUT / HTTP/1.1\r\nHost: a\r\n"+test.fields+"\r\n")
			if err != nil || r.expect100 != test.want {
				t.Errorf("got %v, %v; want expect100 to be %v", r, err, test.want)
			}
		})
	}
}

// One parser takes one head after the other from the same bytes.
func TestHeadPipelined(t *testing.T) {
	rest := []byte(strings.Repeat(smallHead, 3))
	p := headParser{limits: &Limits{}}
	for i := range 3 {
		r, n, err := p.parse(rest)
		if err != nil || n != len(smallHead) || r.Path != "/small.html" {
			t.Fatalf("head %d: %v, %d, %v", i, r, n, err)
		}
		clear(rest[:n]) // the request must keep nothing of it
		if r.Host != "127.0.0.1:18201" {
			t.Fatalf("head %d: host %q", i, r.Host)
		}
		rest = rest[n:]
	}
	if r, n, err := p.parse(rest); r != nil || n != 0 || err != nil {
		t.Fatalf("behind the last head: %v, %d, %v", r, n, err)
	}
}

func TestHeadAllocates(t *testing.T) {
	p, b := headParser{limits: &Limits{}}, []byte(browserHead)
	if n := testing.AllocsPerRun(100, func() { p.parse(b) }); n > 3 {
		t.Errorf("%v allocations for a head; want the Request, its text and its Header", n)
	}
}

func BenchmarkHead(b *testing.B) {
	for _, bench := range []struct{ name, head string }{
		{"small", smallHead},
		{"browser", browserHead},
	} {
		b.Run(bench.name, func(b *testing.B) {
			p, head := headParser{limits: &Limits{}}, []byte(bench.head)
			b.SetBytes(int64(len(head)))
			b.ReportAllocs()
			for b.Loop() {
				if _, n, err := p.parse(head); n != len(head) || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}
