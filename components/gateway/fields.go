package gateway

import (
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// withheld are the fields that are no script's business: those of the connection,
// those that have a variable of their own, and those with secrets. HTTP_PROXY is
// taken by many programs for the address of a proxy to use.
var withheld = map[string]bool{
	"HTTP_CONNECTION": true, "HTTP_KEEP_ALIVE": true, "HTTP_PROXY_CONNECTION": true, "HTTP_TE": true, "HTTP_TRAILER": true,
	"HTTP_TRANSFER_ENCODING": true, "HTTP_UPGRADE": true, "HTTP_EXPECT": true,
	"HTTP_CONTENT_LENGTH": true, "HTTP_CONTENT_TYPE": true,
	"HTTP_PROXY": true, "HTTP_PROXY_AUTHORIZATION": true, "HTTP_AUTHORIZATION": true,
}

// usual are the variables of fields that most requests have, by the name that most
// clients write: a lookup is cheaper than a conversion.
var usual = map[string]string{
	"Host": "HTTP_HOST", "User-Agent": "HTTP_USER_AGENT", "Accept": "HTTP_ACCEPT", "Accept-Encoding": "HTTP_ACCEPT_ENCODING",
	"Accept-Language": "HTTP_ACCEPT_LANGUAGE", "Cookie": "HTTP_COOKIE", "Referer": "HTTP_REFERER", "Origin": "HTTP_ORIGIN",
	"Cache-Control": "HTTP_CACHE_CONTROL", "If-None-Match": "HTTP_IF_NONE_MATCH", "If-Modified-Since": "HTTP_IF_MODIFIED_SINCE",
	"Connection": "HTTP_CONNECTION", "Content-Type": "HTTP_CONTENT_TYPE", "Content-Length": "HTTP_CONTENT_LENGTH",
	"X-Forwarded-For": "HTTP_X_FORWARDED_FOR", "X-Requested-With": "HTTP_X_REQUESTED_WITH", "Range": "HTTP_RANGE",
}

// fields calls set with the HTTP_ variables (RFC 3875 section 4.1.18). Repeated
// fields are joined, and names that would become another's are left out.
func (v *Variables) fields(req *http1.Request, set func(name, value string)) {
	var few [32]string
	names := few[:0]
	for _, f := range req.Header {
		name, known := usual[f.Name]
		if !known {
			name = variable(f.Name)
		}
		if withheld[name] && !(name == "HTTP_AUTHORIZATION" && v.Authorization) {
			name = ""
		}
		names = append(names, name)
	}
	for i, name := range names {
		if name == "" {
			continue
		}
		value := req.Header[i].Value
		for j := i + 1; j < len(names); j++ {
			if names[j] != name {
				continue
			}
			between := ", "
			if name == "HTTP_COOKIE" {
				between = "; " // RFC 9113 section 8.2.3
			}
			value += between + req.Header[j].Value
			names[j] = ""
		}
		set(name, value)
	}
}

// variable makes a variable's name of a field's, "" if it has none. A field whose
// own name has an underscore could pass for another.
func variable(field string) string {
	var sb strings.Builder
	sb.Grow(len("HTTP_") + len(field))
	sb.WriteString("HTTP_")
	for i := range len(field) {
		switch c := field[i]; {
		case 'a' <= c && c <= 'z':
			sb.WriteByte(c - 'a' + 'A')
		case 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			sb.WriteByte(c)
		case c == '-':
			sb.WriteByte('_')
		default:
			return ""
		}
	}
	return sb.String()
}
