package wsgi

import (
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestParseHead(t *testing.T) {
	for _, c := range []struct {
		name, head string
		status     int
		reason     string
		length     int64
		header     string // "name: value, ..."
		wrong      string
	}{
		{name: "usual", head: "200 OK\nContent-Type\x00text/plain\nContent-Length\x0012", status: 200, length: 12, header: "Content-Type: text/plain, Content-Length: 12"},
		{name: "bare", head: "404 Not Found", status: 404, reason: "Not Found", length: -1},
		{name: "no words", head: "503", status: 503, length: -1},
		{name: "words", head: "299 Of Its Own", status: 299, reason: "Of Its Own", length: -1},
		{name: "twice", head: "200 OK\nSet-Cookie\x00a\nSet-Cookie\x00b", status: 200, length: -1, header: "Set-Cookie: a, Set-Cookie: b"},
		{name: "white space", head: "200 OK\nA\x00 b \t", status: 200, length: -1, header: "A: b"},
		{name: "empty value", head: "200 OK\nA\x00", status: 200, length: -1, header: "A: "},
		{name: "no status", head: "", wrong: "status"},
		{name: "words first", head: "OK 200", wrong: "status"},
		{name: "interim", head: "100 Continue", wrong: "status"},
		{name: "four digits", head: "2000 OK", wrong: "status"},
		{name: "line break", head: "200 OK\nA\x00b\nSet-Cookie: c", wrong: "in one line"},
		{name: "three of a pair", head: "200 OK\nA\x00b\x00c", wrong: "in one line"},
		{name: "hop by hop", head: "200 OK\ntransfer-encoding\x00chunked", wrong: "server's business"},
		{name: "hop by hop, too", head: "200 OK\nConnection\x00close", wrong: "server's business"},
		{name: "length of words", head: "200 OK\nContent-Length\x00many", wrong: "no number"},
		{name: "negative length", head: "200 OK\nContent-Length\x00-1", wrong: "no number"},
		{name: "two lengths", head: "200 OK\nContent-Length\x001\nContent-Length\x002", wrong: "another one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, length, err := parseHead(request("GET /"), c.head, false)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("%v, want %s", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var header []string
			for _, f := range resp.Header {
				header = append(header, f.Name+": "+f.Value)
			}
			if got := strings.Join(header, ", "); resp.Status != c.status || resp.Reason != c.reason || length != c.length || got != c.header {
				t.Errorf("%d %q %d %q", resp.Status, resp.Reason, length, got)
			}
		})
	}
}

// FuzzParseHead: whatever a worker says, no line of it becomes two, and the status
// is one that can be sent.
func FuzzParseHead(f *testing.F) {
	f.Add("200 OK\nContent-Type\x00text/plain\nContent-Length\x0012")
	f.Add("404\nA\x00b\n\x00")
	f.Add("200 OK\n\n")
	f.Fuzz(func(t *testing.T, head string) {
		req := &http1.Request{Method: "GET", Major: 1, Minor: 1}
		resp, length, err := parseHead(req, head, false)
		if err != nil {
			return
		}
		if resp.Status < 200 || resp.Status > 599 || length < -1 {
			t.Errorf("%d, %d", resp.Status, length)
		}
		if lines := strings.Count(head, "\n"); len(resp.Header) != lines {
			t.Errorf("%d fields of %d lines", len(resp.Header), lines)
		}
		for _, f := range resp.Header {
			if strings.ContainsAny(f.Name+f.Value, "\n\x00") || hopByHop(f.Name) {
				t.Errorf("%q: %q", f.Name, f.Value)
			}
		}
	})
}
