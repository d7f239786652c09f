package http1

import (
	"fmt"
	"strings"
)

// What those who pass messages on, or answer below a route, have to know of names.

// IsToken reports whether s is a token, as names of fields and methods are (RFC 9110
// section 5.6.2).
func IsToken(s string) bool {
	for i := range len(s) {
		if !isToken[s[i]] {
			return false
		}
	}
	return s != ""
}

// OfConnection reports whether a field is about one connection, by its name alone, so
// that nobody passes it on (RFC 9110 section 7.6.1). The fields of proxies'
// authentication are not among them: who passes those on is the proxy's business.
func OfConnection(name string) bool {
	switch len(name) {
	case len("TE"):
		return isName(name, "TE")
	case len("Trailer"): // and Upgrade
		return isName(name, "Trailer") || isName(name, "Upgrade")
	case len("Connection"): // and Keep-Alive
		return isName(name, "Connection") || isName(name, "Keep-Alive")
	case len("Proxy-Connection"):
		return isName(name, "Proxy-Connection")
	case len("Transfer-Encoding"):
		return isName(name, "Transfer-Encoding")
	}
	return false
}

// CheckPrefix reports what is wrong with the route that a handler is said to be served
// below; "" is the whole site.
func CheckPrefix(prefix string) error {
	if prefix != "" && (prefix[0] != '/' || strings.HasSuffix(prefix, "/")) {
		return fmt.Errorf("the prefix %q does not begin with a slash, or ends with one", prefix)
	}
	return nil
}
