package wsgi

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// unmarshal lets Python read messages, and returns what it sees, each in a line.
func unmarshal(t testing.TB, messages ...[]byte) []string {
	t.Helper()
	const program = `
import marshal, sys
data = sys.stdin.buffer.read()
while data:
    size, data = int(data[:8]), data[8:]
    print(ascii(marshal.loads(data[:size])))
    data = data[size:]
`
	var in bytes.Buffer
	for _, m := range messages {
		fmt.Fprintf(&in, "%08d%s", len(m), m)
	}
	cmd := exec.Command(Interpreter(t), "-c", program)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// TestMarshal shows strings of all kinds and lengths to Python itself.
func TestMarshal(t *testing.T) {
	long := strings.Repeat("x", 255)
	texts := []string{"", "a", long, long + "x", strings.Repeat("y", 70000), "caf\xe9", "\x00\x7f\x80\xff", long + "\xff", "\xe2\x82\xac"}
	var messages [][]byte
	for _, text := range texts {
		messages = append(messages, appendString(nil, text))
	}
	for i, got := range unmarshal(t, messages...) {
		var want strings.Builder
		for _, c := range []byte(texts[i]) {
			switch {
			case c < ' ' || c >= 0x7f:
				fmt.Fprintf(&want, `\x%02x`, c)
			default:
				want.WriteByte(c)
			}
		}
		if got != "'"+want.String()+"'" {
			t.Errorf("%.40q: Python reads %.60s", texts[i], got)
		}
	}
}

func TestEnviron(t *testing.T) {
	for _, c := range []struct {
		name, prefix string
		req          *http1.Request
		want         []string
		without      []string
	}{
		{"plain", "", request("GET /a?b=c"), []string{"'REQUEST_METHOD': 'GET'", "'SCRIPT_NAME': ''", "'PATH_INFO': '/a'", "'QUERY_STRING': 'b=c'",
			"'SERVER_NAME': 'example.org'", "'SERVER_PORT': '80'", "'wsgi.url_scheme': 'http'", "'SERVER_PROTOCOL': 'HTTP/1.1'", "b'', False)"},
			[]string{"CONTENT_LENGTH", "CONTENT_TYPE", "HTTPS"}},
		{"mounted", "/app", request("GET /app/x%20y/%C3%A9"), []string{"'SCRIPT_NAME': '/app'", `'PATH_INFO': '/x y/\xc3\xa9'`, "'REQUEST_URI': '/app/x%20y/%C3%A9'"}, nil},
		{"the mount itself", "/app", request("GET /app"), []string{"'SCRIPT_NAME': '/app'", "'PATH_INFO': ''"}, nil},
		{"fields", "", request("GET /", "X-One: 1", "accept: a", "Accept: b", "Cookie: c=1", "cookie: d=2", "Content-Type: text/x", "x-One: 3"),
			[]string{"'HTTP_X_ONE': '1, 3'", "'HTTP_ACCEPT': 'a, b'", "'HTTP_COOKIE': 'c=1; d=2'", "'CONTENT_TYPE': 'text/x'"}, []string{"HTTP_CONTENT_TYPE"}},
		{"not its business", "", request("GET /", "Connection: close", "Proxy: p", "TE: t", "X_One: u", "X.Y: v", "Upgrade: w", "Authorization: Basic x"),
			[]string{"'HTTP_AUTHORIZATION': 'Basic x'"}, []string{"HTTP_CONNECTION", "HTTP_PROXY", "HTTP_TE", "X_ONE", "X.Y", "HTTP_UPGRADE"}},
		{"latin-1", "", request("GET /", "X: caf\xe9"), []string{`'HTTP_X': 'caf\xe9'`}, nil},
		{"another host in the target", "", request("GET http://b.example:82/a", "host: a.example:81"),
			[]string{"'SERVER_NAME': 'b.example'", "'HTTP_HOST': 'b.example:82'", "'PATH_INFO': '/a'"}, []string{"a.example"}},
		{"body", "", request("POST /", "hello"), []string{"'CONTENT_LENGTH': '5'", "b'hello', False)"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := environ{prefix: c.prefix}
			message, err := e.append(nil, c.req)
			if err != nil {
				t.Fatal(err)
			}
			setNumber(message, 77)
			got := unmarshal(t, message)[0]
			if !strings.HasPrefix(got, "(77, {") || numberOf(message) != 77 {
				t.Errorf("number: %s", got)
			}
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in %s", want, got)
				}
			}
			for _, not := range c.without {
				if strings.Contains(got, not) {
					t.Errorf("%s in %s", not, got)
				}
			}
		})
	}
}

// TestEnviron_Again makes the environ of another connection by the same maker.
func TestEnviron_Again(t *testing.T) {
	e := environ{}
	one, two := request("GET /"), request("GET /")
	two.Conn = &http1.Conn{TLS: true}
	var messages [][]byte
	for _, req := range []*http1.Request{one, two, one} {
		m, err := e.append(nil, req)
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
	got := unmarshal(t, messages...)
	if !strings.Contains(got[1], "'HTTPS': 'on'") || !strings.Contains(got[1], "'wsgi.url_scheme': 'https'") || !strings.Contains(got[1], "'SERVER_PORT': '443'") {
		t.Errorf("encrypted: %s", got[1])
	}
	if got[0] != got[2] || strings.Contains(got[2], "https") {
		t.Errorf("not any more: %s", got[2])
	}
}

func BenchmarkEnviron(b *testing.B) {
	e := environ{prefix: "/app"}
	req := request("GET /app/some/page?x=1", "Host: example.org", "User-Agent: Mozilla/5.0 (X11; Linux x86_64)", "Accept: text/html,application/xhtml+xml",
		"Accept-Language: en", "Accept-Encoding: gzip, deflate, br", "Cookie: sessionid=0123456789abcdef")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = e.append(buf[:0], req)
	}
	b.SetBytes(int64(len(buf)))
}
