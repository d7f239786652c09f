package gateway

import (
	"net"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// vars returns the variables of a request as a map. None is there twice.
func vars(t *testing.T, v *Variables, about About) map[string]string {
	t.Helper()
	all := map[string]string{}
	v.Each(&about, func(name, value string) {
		if _, twice := all[name]; twice {
			t.Errorf("%s is there twice", name)
		}
		all[name] = value
	})
	return all
}

func tcpAddr(ip string, port int) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: port} }

func TestVariables(t *testing.T) {
	for _, c := range []struct {
		name   string
		req    *http1.Request
		about  About
		length int64
		want   []string // NAME=value, or NAME for one that is not there
	}{
		{"GET", gatewaytest.Request("GET /cgi/a%20b.cgi/x%20y/?q=1&r", "Host: example.org:81"), About{Name: "/cgi/a b.cgi", Info: "/x y/", Translated: "/srv/www/x y/", File: "/srv/cgi/a b.cgi", Root: "/srv/www"}, -1, []string{
			"GATEWAY_INTERFACE=CGI/1.1", "SERVER_PROTOCOL=HTTP/1.1", "REQUEST_METHOD=GET", "REQUEST_URI=/cgi/a%20b.cgi/x%20y/?q=1&r",
			"QUERY_STRING=q=1&r", "SCRIPT_NAME=/cgi/a b.cgi", "PATH_INFO=/x y/", "PATH_TRANSLATED=/srv/www/x y/", "DOCUMENT_ROOT=/srv/www",
			"SCRIPT_FILENAME=/srv/cgi/a b.cgi", "SERVER_NAME=example.org", "SERVER_PORT=8080", "SERVER_ADDR=10.0.0.1", "REMOTE_ADDR=10.0.0.2",
			"REMOTE_HOST=10.0.0.2", "REMOTE_PORT=1234", "REQUEST_SCHEME=http", "HTTPS", "CONTENT_LENGTH", "CONTENT_TYPE", "AUTH_TYPE", "REMOTE_USER",
			"HTTP_HOST=example.org:81", "REDIRECT_STATUS=200", "SERVER_SOFTWARE=kamaelia", "REMOTE_IDENT",
		}},
		{"another host in the target", gatewaytest.Request("GET http://b.example:82/a?q", "Host: a.example:81"), About{}, -1, []string{
			"SERVER_NAME=b.example", "SERVER_PORT=8080", "HTTP_HOST=b.example:82", "QUERY_STRING=q",
		}},
		{"no path, no query", gatewaytest.Request("GET /a"), About{Name: "/a", File: "/srv/a"}, -1, []string{"QUERY_STRING=", "PATH_INFO", "PATH_TRANSLATED"}},
		{"POST", gatewaytest.Request("POST /a", "Content-Type: text/plain", "body"), About{}, 4, []string{
			"CONTENT_LENGTH=4", "CONTENT_TYPE=text/plain", "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH",
		}},
		{"empty body", gatewaytest.Request("POST /a"), About{}, 0, []string{"CONTENT_LENGTH=0"}},
		{"secrets", gatewaytest.Request("GET /", "Authorization: Basic eA==", "Proxy-Authorization: x", "Proxy: evil"), About{}, -1, []string{
			"HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION", "HTTP_PROXY",
		}},
		{"of the connection", gatewaytest.Request("GET /", "Connection: x", "TE: trailers", "Transfer-Encoding: chunked", "Upgrade: h2c", "Expect: 100-continue"), About{}, -1, []string{
			"HTTP_CONNECTION", "HTTP_TE", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE", "HTTP_EXPECT",
		}},
		{"repeated", gatewaytest.Request("GET /", "Accept: a", "Cookie: a=1", "accept: b", "Cookie: b=2"), About{}, -1, []string{"HTTP_ACCEPT=a, b", "HTTP_COOKIE=a=1; b=2"}},
		{"names that would be another's", gatewaytest.Request("GET /", "X-Real: 1", "X_Real: 2", "X.Real: 3"), About{}, -1, []string{"HTTP_X_REAL=1"}},
		{"its own", gatewaytest.Request("GET /", "X-Own: theirs"), About{}, -1, []string{"OWN=mine", "HTTP_X_OWN=mine", "HOME"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := &Variables{Env: []string{"OWN=mine", "HTTP_X_OWN=mine"}}
			c.req.Conn = &http1.Conn{Local: tcpAddr("10.0.0.1", 8080), Remote: tcpAddr("10.0.0.2", 1234)}
			c.about.Request, c.about.Length = c.req, c.length
			got := vars(t, v, c.about)
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
		{"TLS", &http1.Conn{Local: tcpAddr("10.0.0.1", 8443), Remote: tcpAddr("::1", 1), TLS: true}, "a.org", []string{"HTTPS=on", "REQUEST_SCHEME=https", "SERVER_PORT=8443", "REMOTE_ADDR=::1"}},
		{"mapped", &http1.Conn{Local: tcpAddr("::ffff:10.0.0.1", 80), Remote: tcpAddr("::ffff:10.0.0.2", 1)}, "", []string{"SERVER_NAME=10.0.0.1", "REMOTE_ADDR=10.0.0.2"}},
		{"zone", &http1.Conn{Local: &net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0", Port: 80}}, "[fe80::1]:80", []string{"SERVER_ADDR=fe80::1", "SERVER_NAME=[fe80::1]"}},
		{"a socket of Unix", &http1.Conn{Local: &net.UnixAddr{Net: "unix", Name: "/run/s"}, Remote: &net.UnixAddr{Net: "unix"}}, "a.org:81", []string{"REMOTE_ADDR=127.0.0.1", "SERVER_PORT=81", "SERVER_NAME=a.org"}},
		{"a socket of Unix, no port", &http1.Conn{Local: &net.UnixAddr{Net: "unix"}, TLS: true}, "a.org", []string{"SERVER_PORT=443"}},
	} {
		req := gatewaytest.Request("GET /")
		req.Conn, req.Host = c.conn, c.host
		got := vars(t, new(Variables), About{Request: req, Length: -1})
		for _, w := range c.want {
			if name, value, _ := strings.Cut(w, "="); got[name] != value {
				t.Errorf("%s: %s is %q, want %q", c.name, name, got[name], value)
			}
		}
	}
}

func TestVariables_Authenticated(t *testing.T) {
	req := gatewaytest.Request("GET /", "Authorization: Basic eA==")
	req.User, req.AuthType = "ada", "Basic"
	got := vars(t, &Variables{Authorization: true}, About{Request: req, Length: -1})
	if got["REMOTE_USER"] != "ada" || got["AUTH_TYPE"] != "Basic" || got["HTTP_AUTHORIZATION"] != "Basic eA==" {
		t.Errorf("%v", got)
	}
}
