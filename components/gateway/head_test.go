package gateway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// parse parses output that comes in pieces of a size, and describes the result.
func parse(output string, nph bool, size int) string {
	p := &headParser{most: 1000, nph: nph}
	for at := 0; at < len(output); at += size {
		end := min(at+size, len(output))
		h, rest, err := p.write([]byte(output[at:end]))
		switch {
		case err != nil:
			return "error: " + err.Error()
		case h != nil:
			var sb strings.Builder
			fmt.Fprintf(&sb, "%d|%s|%s|%d|", h.status, h.reason, h.location, h.length)
			for _, f := range h.header {
				fmt.Fprintf(&sb, "%s=%s|", f.Name, f.Value)
			}
			return sb.String() + string(rest) + output[end:]
		}
	}
	return "more"
}

func TestHead(t *testing.T) {
	for _, c := range []struct {
		name, output, want string
	}{
		{"LF", "Content-Type: text/plain\n\nbody\n\n", "0|||-1|Content-Type=text/plain|body\n\n"},
		{"CR LF", "Content-Type: text/plain\r\n\r\nbody", "0|||-1|Content-Type=text/plain|body"},
		{"both", "Status: 404 Not here\r\nContent-Type: text/plain\n\r\nbody", "404|Not here||-1|Content-Type=text/plain|body"},
		{"no body", "Status: 204\n\n", "204|||-1|"},
		{"no space behind the colon", "Content-Type:text/plain\n\n", "0|||-1|Content-Type=text/plain|"},
		{"spaces", "Content-Type: \ttext/plain \t\n\n", "0|||-1|Content-Type=text/plain|"},
		{"any case", "cOntent-type: a/b\nSTATUS: 201\n\n", "201|||-1|cOntent-type=a/b|"},
		{"location", "Location: http://a/b\n\n", "0||http://a/b|-1|Location=http://a/b|"},
		{"length", "Content-Type: a/b\nContent-Length: 12\n\n", "0|||12|Content-Type=a/b|Content-Length=12|"},
		{"repeated", "Content-Type: a/b\nSet-Cookie: a=1\nSet-Cookie: b=2\n\n", "0|||-1|Content-Type=a/b|Set-Cookie=a=1|Set-Cookie=b=2|"},
		{"the server's own", "Content-Type: a/b\nConnection: close\nTransfer-Encoding: chunked\nX-CGI-Foo: 1\n\n", "0|||-1|Content-Type=a/b|"},
		{"empty value", "Content-Type: a/b\nX-A:\n\n", "0|||-1|Content-Type=a/b|X-A=|"},
		{"incomplete", "Content-Type: a/b\n", "more"},
		{"nothing", "", "more"},
		{"empty head", "\nbody", "error: " + errNoField.Error()},
		{"no field of CGI", "X-A: 1\n\n", "error: " + errNoField.Error()},
		{"no field at all", "Traceback (most recent call last)\n\n", `error: its head has a line that is no field: "Traceback (most recent call last)"`},
		{"space before the colon", "Content-Type : a/b\n\n", `error: its head has a line that is no field: "Content-Type : a/b"`},
		{"folded", "Content-Type: a/b\n c\n\n", `error: its head has a line that is no field: " c"`},
		{"CR inside", "Content-Type: a\rb\n\n", "error: its field Content-Type has a control character: \"a\\rb\""},
		{"NUL", "Content-Type: a\x00b\n\n", "error: its field Content-Type has a control character: \"a\\x00b\""},
		{"two types", "Content-Type: a/b\nContent-Type: a/b\n\n", "error: its head has more than one Content-Type"},
		{"two lengths", "Content-Type: a/b\nContent-Length: 1\nContent-Length: 1\n\n", "error: its head has more than one Content-Length"},
		{"status below", "Status: 199\n\n", `error: its status is none from 200 to 599: "199"`},
		{"status above", "Status: 600\n\n", `error: its status is none from 200 to 599: "600"`},
		{"status of four digits", "Status: 0200\n\n", `error: its status is none from 200 to 599: "0200"`},
		{"status in words", "Status: OK\n\n", `error: its status is none from 200 to 599: "OK"`},
		{"negative length", "Content-Type: a/b\nContent-Length: -1\n\n", `error: its Content-Length is no number: "-1"`},
		{"length of all", "Content-Type: a/b\nContent-Length: 1, 1\n\n", `error: its Content-Length is no number: "1, 1"`},
		{"empty location", "Location:\n\n", "error: its Location is empty"},
		{"too large", "Content-Type: " + strings.Repeat("x", 1000) + "\n\n", "error: " + errHeadSize.Error()},
		{"too large and endless", strings.Repeat("x", 1001), "error: " + errHeadSize.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			for size := range len(c.output) + 1 {
				if got := parse(c.output, false, size+1); got != c.want {
					t.Fatalf("in pieces of %d: %q, want %q", size+1, got, c.want)
				}
			}
		})
	}
}

func TestHead_NPH(t *testing.T) {
	for _, c := range []struct{ name, output, want string }{
		{"all", "HTTP/1.1 404 Not here\r\nContent-Type: a/b\r\n\r\nbody", "404|Not here||-1|Content-Type=a/b|body"},
		{"old", "HTTP/1.0 200 OK\n\nbody", "200|OK||-1|body"},
		{"no reason", "HTTP/1.1 200\n\n", "200|||-1|"},
		{"none", "Content-Type: a/b\n\n", `error: its first line is no status line: "Content-Type: a/b"`},
		{"empty", "\n", "error: " + errNoField.Error()},
	} {
		for size := range len(c.output) + 1 {
			if got := parse(c.output, true, size+1); got != c.want {
				t.Errorf("%s, in pieces of %d: %q, want %q", c.name, size+1, got, c.want)
			}
		}
	}
}

// A raw answer is taken as soon as its first line is there, and none of it is lost.
func TestHead_Raw(t *testing.T) {
	for _, c := range []struct{ name, output, want string }{
		{"all", "HTTP/1.1 404 Not here\r\nA : b\r\n", "404|Not here|HTTP/1.1 404 Not here\r\nA : b\r\n"},
		{"a line", "HTTP/1.0 200\n", "200||HTTP/1.0 200\n"},
		{"not yet", "HTTP/1.0 200", "more"},
		{"no status line", "Content-Type: a/b\n\n", `error: its first line is no status line: "Content-Type: a/b"`},
		{"interim", "HTTP/1.1 103 Early\n\n", `error: its status is none from 200 to 599: "103 Early"`},
		{"endless", strings.Repeat("x", 5000), "error: " + errLineSize.Error()},
	} {
		for _, size := range []int{1, 2, 7, len(c.output)} {
			p, got := &headParser{most: 1000, nph: true, raw: true}, "more"
			for at := 0; at < len(c.output) && got == "more"; at += size {
				end := min(at+size, len(c.output))
				h, rest, err := p.write([]byte(c.output[at:end]))
				switch {
				case err != nil:
					got = "error: " + err.Error()
				case h != nil:
					got = fmt.Sprintf("%d|%s|%s%s", h.status, h.reason, rest, c.output[end:])
				}
			}
			if got != c.want {
				t.Errorf("%s, in pieces of %d: %q, want %q", c.name, size, got, c.want)
			}
		}
	}
}

// Where the output breaks means nothing, and nothing gets through that could not
// be sent.
func FuzzHead(f *testing.F) {
	f.Add("Content-Type: text/plain\nStatus: 200 OK\n\nbody", false, 3)
	f.Add("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", true, 1)
	f.Add("Location: /a\r\n\n\n", false, 2)
	f.Fuzz(func(t *testing.T, output string, nph bool, size int) {
		if size < 1 || len(output) > 2000 {
			return
		}
		whole := parse(output, nph, len(output)+1)
		if got := parse(output, nph, size); got != whole {
			t.Errorf("%q: %q whole, %q in pieces of %d", output, whole, got, size)
		}
		p := &headParser{most: 1000, nph: nph}
		if h, _, err := p.write([]byte(output)); err == nil && h != nil {
			resp := h.response(&http1.Request{Method: "GET", Path: "/"})
			if err := resp.Validate(); err != nil {
				t.Errorf("%q: %v", output, err)
			}
		}
	})
}
