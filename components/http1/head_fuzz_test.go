package http1

import (
	"bufio"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// FuzzHead checks that it does not matter in which pieces a head comes, and that
// what is accepted means the same to net/http.
func FuzzHead(f *testing.F) {
	f.Add(smallHead)
	f.Add(browserHead)
	f.Add("\r\nOPTIONS * HTTP/1.1\nHost: [::1]:80\nExpect: 100-continue\nTransfer-Encoding: chunked\n\n")
	f.Add("CONNECT a:443 HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello")
	f.Add("GET HTTP://a/%2e%2e//x?y HTTP/1.1\r\nHost: b\r\nPragma: no-cache\r\n\r\n")
	for _, refused := range refusals {
		f.Add(wholeHead(refused.head))
	}
	f.Fuzz(func(t *testing.T, s string) { checkHead(t, s) })
}

func checkHead(t *testing.T, s string) {
	t.Helper()
	ours, n, err := parseHead(t, Limits{Head: 700, Target: 100, Fields: 20}, s)
	if ours == nil || err != nil {
		return
	}
	if ours.Header.Has("Trailer") {
		return // net/http refuses some announcements, which mean nothing to us
	}
	head := strings.TrimLeft(s[:n], "\r\n") // net/http takes no empty lines before a request
	theirs, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
	if err != nil {
		t.Fatalf("net/http refuses %q: %v", head, err)
	}
	compareWithNetHTTP(t, ours, theirs)
}

func compareWithNetHTTP(t *testing.T, ours *Request, theirs *http.Request) {
	t.Helper()
	if ours.Method != theirs.Method || ours.Target != theirs.RequestURI ||
		ours.Major != theirs.ProtoMajor || ours.Minor != theirs.ProtoMinor {
		t.Fatalf("request line: %+v\nnet/http: %+v", ours, theirs)
	}
	if ours.Host != theirs.Host || ours.ContentLength != theirs.ContentLength || ours.Close != theirs.Close {
		t.Fatalf("host, length or close: %+v\nnet/http: %+v", ours, theirs)
	}
	if ours.RawPath != "" && ours.RawPath != "*" {
		if ours.Query != theirs.URL.RawQuery {
			t.Fatalf("query %q, net/http: %q", ours.Query, theirs.URL.RawQuery)
		}
		// net/http leaves dots and slashes; FuzzDecodePath is about those.
		path, err := url.PathUnescape(ours.RawPath)
		if err != nil || path != max(theirs.URL.Path, "/") {
			t.Fatalf("path %q, %v, net/http: %q", path, err, theirs.URL.Path)
		}
	}
	// net/http moves these out of the header, and puts one in beside Pragma.
	moved := map[string]bool{"Host": true, "Transfer-Encoding": true, "Content-Length": true, "Cache-Control": true}
	if theirs.Header.Get("Pragma") != "no-cache" {
		moved["Cache-Control"] = false
	}
	header := http.Header{}
	for _, f := range ours.Header {
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		header[name] = append(header[name], f.Value)
	}
	for name := range moved {
		if moved[name] {
			delete(header, name)
			delete(theirs.Header, name)
		}
	}
	if diff := cmp.Diff(theirs.Header, header, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("fields, -net/http +ours:\n%s", diff)
	}
}
