package cgi

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// vars returns the variables of a script as a map; of one that is there twice the
// last counts, as in the process.
func vars(d *Dir, req *http1.Request, s *script, length int64) map[string]string {
	all := map[string]string{}
	for _, kv := range d.variables(req, s, length) {
		name, value, _ := strings.Cut(kv, "=")
		all[name] = value
	}
	return all
}

func tcp(ip string, port int) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: port} }

func TestVariables(t *testing.T) {
	for _, c := range []struct {
		name   string
		req    *http1.Request
		script script
		length int64
		want   []string // NAME=value, or NAME for one that is not there
	}{
		{"GET", request("GET /cgi/a%20b.cgi/x%20y/?q=1&r", "Host: example.org:81"), script{name: "/cgi/a b.cgi", info: "/x y/", file: "/srv/cgi/a b.cgi"}, -1, []string{
			"GATEWAY_INTERFACE=CGI/1.1", "SERVER_PROTOCOL=HTTP/1.1", "REQUEST_METHOD=GET", "REQUEST_URI=/cgi/a%20b.cgi/x%20y/?q=1&r",
			"QUERY_STRING=q=1&r", "SCRIPT_NAME=/cgi/a b.cgi", "PATH_INFO=/x y/", "PATH_TRANSLATED=/srv/www/x y/", "DOCUMENT_ROOT=/srv/www",
			"SCRIPT_FILENAME=/srv/cgi/a b.cgi", "SERVER_NAME=example.org", "SERVER_PORT=8080", "SERVER_ADDR=10.0.0.1", "REMOTE_ADDR=10.0.0.2",
			"REMOTE_HOST=10.0.0.2", "REMOTE_PORT=1234", "REQUEST_SCHEME=http", "HTTPS", "CONTENT_LENGTH", "CONTENT_TYPE", "AUTH_TYPE", "REMOTE_USER",
			"HTTP_HOST=example.org:81", "REDIRECT_STATUS=200", "PATH=/bin", "SERVER_SOFTWARE=kamaelia", "REMOTE_IDENT",
		}},
		{"no path, no query", request("GET /a"), script{name: "/a"}, -1, []string{"QUERY_STRING=", "PATH_INFO", "PATH_TRANSLATED"}},
		{"POST", request("POST /a", "Content-Type: text/plain", "body"), script{}, 4, []string{
			"CONTENT_LENGTH=4", "CONTENT_TYPE=text/plain", "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH",
		}},
		{"empty body", request("POST /a"), script{}, 0, []string{"CONTENT_LENGTH=0"}},
		{"secrets", request("GET /", "Authorization: Basic eA==", "Proxy-Authorization: x", "Proxy: evil"), script{}, -1, []string{
			"HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION", "HTTP_PROXY",
		}},
		{"of the connection", request("GET /", "Connection: x", "TE: trailers", "Transfer-Encoding: chunked", "Upgrade: h2c", "Expect: 100-continue"), script{}, -1, []string{
			"HTTP_CONNECTION", "HTTP_TE", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE", "HTTP_EXPECT",
		}},
		{"repeated", request("GET /", "Accept: a", "Cookie: a=1", "accept: b", "Cookie: b=2"), script{}, -1, []string{"HTTP_ACCEPT=a, b", "HTTP_COOKIE=a=1; b=2"}},
		{"names that would be another's", request("GET /", "X-Real: 1", "X_Real: 2", "X.Real: 3"), script{}, -1, []string{"HTTP_X_REAL=1"}},
		{"the Dir's own", request("GET /", "X-Own: theirs"), script{}, -1, []string{"OWN=mine", "HTTP_X_OWN=mine", "HOME"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &Dir{docs: "/srv/www", Env: []string{"OWN=mine", "HTTP_X_OWN=mine"}}
			d.base = d.environment(func(name string) (string, bool) { return "/bin", name == "PATH" || name == "HOME" })
			c.req.Conn = &http1.Conn{Local: tcp("10.0.0.1", 8080), Remote: tcp("10.0.0.2", 1234)}
			got := vars(d, c.req, &c.script, c.length)
			for _, w := range c.want {
				name, value, there := strings.Cut(w, "=")
				if v, ok := got[name]; ok != there || v != value {
					t.Errorf("%s is %q (%v), want %q", name, v, ok, w)
				}
			}
		})
	}
}

func TestVariables_Ends(t *testing.T) {
	for _, c := range []struct {
		name string
		conn *http1.Conn
		host string
		want []string
	}{
		{"TLS", &http1.Conn{Local: tcp("10.0.0.1", 8443), Remote: tcp("::1", 1), TLS: true}, "a.org", []string{"HTTPS=on", "REQUEST_SCHEME=https", "SERVER_PORT=8443", "REMOTE_ADDR=::1"}},
		{"mapped", &http1.Conn{Local: tcp("::ffff:10.0.0.1", 80), Remote: tcp("::ffff:10.0.0.2", 1)}, "", []string{"SERVER_NAME=10.0.0.1", "REMOTE_ADDR=10.0.0.2"}},
		{"zone", &http1.Conn{Local: &net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0", Port: 80}}, "[fe80::1]:80", []string{"SERVER_ADDR=fe80::1", "SERVER_NAME=[fe80::1]"}},
		{"a socket of Unix", &http1.Conn{Local: &net.UnixAddr{Net: "unix", Name: "/run/s"}, Remote: &net.UnixAddr{Net: "unix"}}, "a.org:81", []string{"REMOTE_ADDR=127.0.0.1", "SERVER_PORT=81", "SERVER_NAME=a.org"}},
		{"a socket of Unix, no port", &http1.Conn{Local: &net.UnixAddr{Net: "unix"}, TLS: true}, "a.org", []string{"SERVER_PORT=443"}},
	} {
		req := request("GET /")
		req.Conn, req.Host = c.conn, c.host
		got := (&Dir{}).variables(req, &script{}, -1)
		for _, w := range c.want {
			if !slices.Contains(got, w) {
				t.Errorf("%s: no %s in %q", c.name, w, got)
			}
		}
	}
}

func TestVariables_Authenticated(t *testing.T) {
	req := request("GET /", "Authorization: Basic eA==")
	req.User, req.AuthType = "ada", "Basic"
	got := vars(&Dir{Authorization: true}, req, &script{}, -1)
	if got["REMOTE_USER"] != "ada" || got["AUTH_TYPE"] != "Basic" || got["HTTP_AUTHORIZATION"] != "Basic eA==" {
		t.Errorf("%v", got)
	}
}

func TestEnvironment(t *testing.T) {
	lookup := func(name string) (string, bool) {
		v, ok := map[string]string{"SECRET": "s", "LANG": "C", "TZ": ""}[name]
		return v, ok
	}
	d := &Dir{Pass: []string{"LANG", "TZ", "NONE"}}
	if got := d.environment(lookup); !slices.Equal(got, []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C", "TZ="}) {
		t.Errorf("%q", got)
	}
}

func TestArguments(t *testing.T) {
	d := &Dir{Arguments: true}
	for line, want := range map[string][]string{
		"GET /a?b+c%20d": {"b", "c d"}, "HEAD /a?b": {"b"}, "GET /a?b%3Dc": {"b=c"}, "GET /a?b=c": nil, "GET /a": nil, "POST /a?b": nil,
		"GET /a?b+%zz": nil, "GET /a?b+%00": nil, "GET /a?b+-rm": nil, "GET /a?%2Drm": nil,
	} {
		if got := d.arguments(request(line)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	if got := (&Dir{}).arguments(request("GET /a?b")); got != nil {
		t.Errorf("not asked for, and there are %q", got)
	}
}
