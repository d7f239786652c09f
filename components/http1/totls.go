package http1

import (
	"context"
	"net"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// ToTLS is a filter that sends clients to the same place by https, unless they
// already use TLS.
//
//	*Request ──▶ [ ToTLS ] ──▶ *Request, those that came by TLS
//	                 └── answers ──▶ *Response, 308 for the others
//
// The answer is 308 (Permanent Redirect), so that a POST stays a POST; 301 for
// HTTP/1.0, which does not know that. A request that names no host is passed on.
type ToTLS struct {
	RequestFilter

	// Port is where https is served; "" means 443, which is not said.
	Port string

	// Except are paths that are served without TLS all the same, and what lies
	// below them, such as /.well-known/acme-challenge.
	Except []string
}

var (
	_ RequestFilterPart = (*ToTLS)(nil)
	_ axon.Component    = (*ToTLS)(nil)
)

// Main implements axon.Component.
func (t *ToTLS) Main(ctx context.Context) error {
	for req := range t.Inbox.All(ctx) {
		var err error
		if t.passes(req) {
			err = t.Pass(ctx, req)
		} else {
			err = t.Answer(ctx, t.redirect(req))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *ToTLS) passes(req *Request) bool {
	if req.Host == "" || req.Conn != nil && req.Conn.TLS || !strings.HasPrefix(req.Path, "/") {
		return true
	}
	for _, path := range t.Except {
		if underneath(req.Path, strings.TrimSuffix(path, "/")) {
			return true
		}
	}
	return false
}

// redirect answers with the target's place by https. The path is the one that was
// sent: nothing is decoded on the way.
func (t *ToTLS) redirect(req *Request) *Response {
	host := req.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		if host = h; strings.Contains(h, ":") {
			host = "[" + h + "]"
		}
	}
	if t.Port != "" && t.Port != "443" {
		host += ":" + t.Port
	}
	to := "https://" + host + req.RawPath
	if req.Query != "" {
		to += "?" + req.Query
	}
	status := 308
	if req.Major == 1 && req.Minor == 0 {
		status = 301
	}
	resp := Text(req, status, "This is served at "+to+"\n")
	resp.Header.Add("Location", to)
	return resp
}
