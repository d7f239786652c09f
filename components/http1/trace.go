package http1

import (
	"fmt"
	"strings"
)

// trace answers a TRACE: the request's head as it came (RFC 9110 section 9.3.8),
// but for what is not to be shown to a script in a browser.
func trace(req *Request) *Response {
	b := fmt.Appendf(nil, "%s %s HTTP/%d.%d\r\n", req.Method, req.Target, req.Major, req.Minor)
	for _, f := range req.Header {
		if isCredential(f.Name) {
			continue
		}
		b = fmt.Appendf(b, "%s: %s\r\n", f.Name, f.Value)
	}
	return &Response{
		Request: req,
		Status:  200,
		Header:  Header{{"Content-Type", "message/http"}},
		Bytes:   append(b, "\r\n"...),
	}
}

// isCredential reports whether a field is one that "might contain sensitive
// data".
func isCredential(name string) bool {
	for _, secret := range []string{"Authorization", "Cookie", "Cookie2", "Proxy-Authorization"} {
		if strings.EqualFold(name, secret) {
			return true
		}
	}
	return false
}
