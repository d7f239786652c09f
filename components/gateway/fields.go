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

// usual returns the variable of a field that many requests have, by the name that most
// clients write; it is "" for one that is withheld. That is cheaper than a conversion.
func usual(field string) (variable string, ok bool) {
	switch field {
	case "Connection", "Content-Type", "Content-Length":
		return "", true
	case "Host":
		return "HTTP_HOST", true
	case "User-Agent":
		return "HTTP_USER_AGENT", true
	case "Accept":
		return "HTTP_ACCEPT", true
	case "Accept-Encoding":
		return "HTTP_ACCEPT_ENCODING", true
	case "Accept-Language":
		return "HTTP_ACCEPT_LANGUAGE", true
	case "Cookie":
		return "HTTP_COOKIE", true
	case "Referer":
		return "HTTP_REFERER", true
	case "Origin":
		return "HTTP_ORIGIN", true
	case "Range":
		return "HTTP_RANGE", true
	case "Cache-Control":
		return "HTTP_CACHE_CONTROL", true
	case "If-None-Match":
		return "HTTP_IF_NONE_MATCH", true
	case "If-Modified-Since":
		return "HTTP_IF_MODIFIED_SINCE", true
	case "X-Forwarded-For":
		return "HTTP_X_FORWARDED_FOR", true
	case "X-Requested-With":
		return "HTTP_X_REQUESTED_WITH", true
	}
	return "", false
}

// fields calls set with the HTTP_ variables (RFC 3875 section 4.1.18). Repeated
// fields are joined, and names that would become another's are left out. The host is
// the one that the request is for, whichever way that was said (RFC 9112 section 3.2.2).
func (v *Variables) fields(req *http1.Request, set func(name, value string)) {
	var few [32]string
	names := few[:0]
	for _, f := range req.Header {
		name, known := usual(f.Name)
		if !known {
			name = variable(f.Name)
			if withheld[name] && !(name == "HTTP_AUTHORIZATION" && v.Authorization) {
				name = ""
			}
		}
		names = append(names, name)
	}
	for i, name := range names {
		if name == "" {
			continue
		}
		value := req.Header[i].Value
		if name == "HTTP_HOST" && req.Host != "" {
			value = req.Host
		}
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
