package http1

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestToTLS_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &ToTLS{} },
		axontest.FeedFunc("inbox", func() []*Request {
			return []*Request{{Method: "GET", Host: "a", Path: "/"}, {Method: "GET", Host: "a", Path: "/", Conn: &Conn{TLS: true}}}
		}))
}

func TestToTLS(t *testing.T) {
	for _, c := range []struct {
		name   string
		port   string
		req    *Request
		target string
		status int // 0: it is passed on
		to     string
	}{
		{"plain", "", &Request{Host: "example.org", Minor: 1}, "/a/%C3%A4?b=c&d", 308, "https://example.org/a/%C3%A4?b=c&d"},
		{"another port", "8443", &Request{Host: "example.org:8080", Minor: 1}, "/", 308, "https://example.org:8443/"},
		{"the usual port", "443", &Request{Host: "example.org:8080", Minor: 1}, "/", 308, "https://example.org/"},
		{"IPv6", "8443", &Request{Host: "[::1]:8080", Minor: 1}, "/x", 308, "https://[::1]:8443/x"},
		{"IPv6 without a port", "", &Request{Host: "[::1]", Minor: 1}, "/x", 308, "https://[::1]/x"},
		{"HTTP/1.0", "", &Request{Host: "example.org"}, "/", 301, "https://example.org/"},
		{"an absolute target", "", &Request{Host: "other.example", Minor: 1}, "http://example.org/a?b", 308, "https://example.org/a?b"},
		{"two slashes", "", &Request{Host: "example.org", Minor: 1}, "//evil.example/a", 308, "https://example.org//evil.example/a"},
		{"over TLS", "", &Request{Host: "example.org", Minor: 1, Conn: &Conn{TLS: true}}, "/", 0, ""},
		{"no host", "", &Request{}, "/", 0, ""},
		{"an exception", "", &Request{Host: "example.org", Minor: 1}, "/.well-known/acme-challenge/x", 0, ""},
		{"beside an exception", "", &Request{Host: "example.org", Minor: 1}, "/.well-known/acme-challengex", 308, "https://example.org/.well-known/acme-challengex"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &ToTLS{Port: c.port, Except: []string{"/.well-known/acme-challenge/"}}
			h := axontest.Run(t, f)
			c.req.Method, c.req.Major = "GET", 1
			if err := c.req.SetTarget(c.target); err != nil {
				t.Fatal(err)
			}
			axontest.Send(h, &f.Inbox, c.req)
			if c.status == 0 {
				if got := axontest.Recv(h, &f.Outbox); got != c.req {
					t.Error("another request goes on")
				}
				return
			}
			resp := axontest.Recv(h, &f.Answers)
			if resp.Status != c.status || resp.Header.Get("Location") != c.to || resp.Validate() != nil {
				t.Errorf("%d %v", resp.Status, resp.Header)
			}
		})
	}
}
