package wsgi

import (
	"net"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// TestScope reads messages by Python itself.
func TestScope(t *testing.T) {
	here := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8080}
	there := &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 50000}
	unix := &net.UnixAddr{Net: "unix", Name: "/run/site.sock"}
	for _, c := range []struct {
		name   string
		req    *http1.Request
		prefix string
		want   []string
	}{
		{"small", request("GET /a?b=c", "Host: example.org", "X-One: 1"), "", []string{
			"'type': 'http'", "'asgi': {'version': '3.0', 'spec_version': '2.4'}", "'http_version': '1.1'", "'method': 'GET'", "'scheme': 'http'", "'path': '/a'",
			"'raw_path': b'/a'", "'query_string': b'b=c'", "'root_path': ''", "'headers': [(b'host', b'example.org'), (b'x-one', b'1')]", "'client': None",
		}},
		{"below a path", request("GET /caf%C3%A9/%ff%2Fx"), "/caf\u00e9", []string{
			`'root_path': '/caf\xe9'`, `'path': '/caf\xe9/\ufffd%2Fx'`, "'raw_path': b'/caf%C3%A9/%ff%2Fx'", "'headers': [(b'host', b'example.org')]",
		}},
		{"a body", request("post /", "Content-Length: 5", "hello"), "", []string{"'method': 'POST'", "b'hello', False)"}},
		{"ends", &http1.Request{Method: "GET", Path: "/", RawPath: "/", Major: 1, Conn: &http1.Conn{Local: here, Remote: there, TLS: true}}, "", []string{
			"'scheme': 'https'", "'server': ('192.0.2.1', 8080)", "'client': ('2001:db8::1', 50000)", "'http_version': '1.0'", "'headers': []",
		}},
		{"a socket of Unix", &http1.Request{Method: "GET", Path: "/", RawPath: "/", Major: 2, Conn: &http1.Conn{Local: unix, Remote: unix}}, "", []string{
			"'server': ('/run/site.sock', None)", "'client': None", "'http_version': '2'",
		}},
		{"another host", &http1.Request{Method: "GET", Host: "b.example", Path: "/", Major: 1, Header: http1.Header{{Name: "HOST", Value: "a.example"}}}, "", []string{
			"'headers': [(b'host', b'b.example')]",
		}},
		{"a user", &http1.Request{Method: "GET", Path: "/", Major: 1, User: "ada", AuthType: "Basic"}, "", []string{
			"'extensions': {'kamaelia': {'auth_type': 'Basic', 'user': 'ada'}}",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := scope{prefix: c.prefix}
			m, err := s.append(nil, c.req)
			if err != nil {
				t.Fatal(err)
			}
			got := unmarshal(t, m)[0]
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in %s", want, got)
				}
			}
		})
	}
}

func BenchmarkScope(b *testing.B) {
	s := scope{prefix: "/app"}
	req := request("GET /app/some/page?x=1", "Host: example.org", "User-Agent: Mozilla/5.0 (X11; Linux x86_64)", "Accept: text/html,application/xhtml+xml",
		"Accept-Language: en", "Accept-Encoding: gzip, deflate, br", "Cookie: sessionid=0123456789abcdef")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = s.append(buf[:0], req)
	}
	b.SetBytes(int64(len(buf)))
}
