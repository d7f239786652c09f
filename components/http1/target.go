package http1

import (
	"errors"
	"net/netip"
	"strings"
)

// SetTarget sets the Target of a request that no connection has brought, and what
// follows from it: Path, RawPath, Query, and Host where the target has one. Method
// must be set. The error is a *Failure.
func (r *Request) SetTarget(target string) error {
	r.Target = target
	for i := range len(target) {
		if !isTarget[target[i]] {
			return failure(r, 400, "target: %s", byteFault(target, i))
		}
	}
	if target == "" {
		return failure(r, 400, "target: empty")
	}
	return parseTarget(r)
}

// parseTarget fills in what the request-target says (RFC 9112 section 3.2):
// Path, RawPath and Query, and Host where the target has an authority.
func parseTarget(r *Request) error {
	target := r.Target
	switch {
	case r.Method == "CONNECT": // authority-form, section 3.2.3
		port, fault := checkAuthority(target)
		if fault != "" {
			return failure(r, 400, "target: %s", fault)
		}
		if port == "" {
			return failure(r, 400, "target: no port")
		}
		r.Host = target
		return nil
	case target == "*": // asterisk-form, section 3.2.4
		if r.Method != "OPTIONS" {
			return failure(r, 400, "target: * is for OPTIONS alone")
		}
		r.Path, r.RawPath = "*", "*"
		return nil
	case target[0] != '/': // absolute-form, section 3.2.2
		authority, rest, ok := cutScheme(target)
		if !ok {
			return failure(r, 400, "target: neither a path nor a http URI")
		}
		if _, fault := checkAuthority(authority); fault != "" {
			return failure(r, 400, "target: %s", fault)
		}
		r.Host = authority
		if target = rest; target == "" && r.Method == "OPTIONS" {
			r.Path, r.RawPath = "*", "*" // section 3.2.4
			return nil
		}
	}
	r.RawPath, r.Query, _ = strings.Cut(target, "?")
	if r.RawPath == "" {
		r.RawPath = "/" // RFC 9110 section 4.2.3
	}
	path, err := decodePath(r.RawPath)
	if err != nil {
		return failure(r, 400, "target: %w", err)
	}
	r.Path = path
	return nil
}

// cutScheme splits an absolute http or https URI behind its authority.
func cutScheme(uri string) (authority, rest string, ok bool) {
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return "", "", false
	}
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return rest[:i], rest[i:], true
	}
	return rest, "", true
}

// checkAuthority returns the port of a host with an optional port (RFC 9110
// section 7.2), and what is wrong with it, or "". User information is refused as
// section 4.2.4 advises; an empty host (section 4.2.1), a zone in an IPv6 address
// and percent-encoding are refused too.
func checkAuthority(authority string) (port, fault string) {
	end := 0
	if strings.HasPrefix(authority, "[") {
		if end = literalEnd(authority); end == 0 {
			return "", "bad IPv6 address"
		}
	} else {
		for end < len(authority) && isRegName[authority[end]] {
			end++
		}
	}
	switch {
	case end < len(authority) && authority[end] != ':':
		return "", byteFault(authority, end) + " in the host"
	case end == 0:
		return "", "empty host"
	case end == len(authority):
		return "", ""
	}
	port = authority[end+1:]
	for i, number := 0, 0; i < len(port); i++ {
		number = number*10 + int(port[i]) - '0'
		if !isDigit(port[i]) || number > 65535 {
			return "", "bad port"
		}
	}
	return port, ""
}

// literalEnd returns the index behind the IPv6 address in brackets that authority
// begins with, or 0 if that is none.
func literalEnd(authority string) int {
	end := strings.IndexByte(authority, ']')
	if end < 0 {
		return 0
	}
	address, err := netip.ParseAddr(authority[len("["):end])
	if err != nil || !address.Is6() || address.Zone() != "" {
		return 0
	}
	return end + 1
}

var (
	errEscape = errors.New("bad percent-encoding in the path")
	errNUL    = errors.New("NUL in the path")
)

// decodePath returns the path that raw, an encoded path that begins with a
// slash, stands for. It is decoded once; then segments "." and ".." are resolved
// as in RFC 3986 section 5.2.4, encoded ones too, and none climbs above the
// root. So the result always begins with a slash and has no dot segment.
//
//   - Repeated slashes count as one, as they do in a file system: no rule for
//     "/private/" is passed by with "//private/", and no result starts with the
//     "//" of another host's URI.
//   - An encoded slash stays encoded, as "%2F": it does not part segments (RFC
//     3986 section 2.2). Every other escape is decoded.
//   - A backslash, a control character or a byte that is not UTF-8 is an
//     ordinary character of a segment.
//   - A bad escape and NUL are errors.
func decodePath(raw string) (path string, err error) {
	if isPlain(raw) {
		return raw, nil
	}
	var room [256]byte
	decoded := room[:0]
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' {
			if i+2 >= len(raw) || !isHex(raw[i+1]) || !isHex(raw[i+2]) {
				return "", errEscape
			}
			c = hexValue(raw[i+1])<<4 | hexValue(raw[i+2])
			i += 2
			if c == '/' {
				decoded = append(decoded, "%2F"...)
				continue
			}
		}
		if c == 0 {
			return "", errNUL
		}
		decoded = append(decoded, c)
	}
	return string(resolveDots(decoded)), nil
}

// isPlain reports whether an encoded path is its own decoded form.
func isPlain(raw string) bool {
	for i := range len(raw) {
		switch raw[i] {
		case '%', 0:
			return false
		case '/':
			if i+1 < len(raw) && (raw[i+1] == '/' || raw[i+1] == '.' && mayBeDots(raw[i+1:])) {
				return false
			}
		}
	}
	return true
}

// mayBeDots reports whether s, which begins with a dot, may begin with a dot
// segment. Hidden files do not look like one.
func mayBeDots(s string) bool { return len(s) == 1 || s[1] == '/' || s[1] == '.' }

// resolveDots removes dot segments and empty segments from path, in place.
func resolveDots(path []byte) []byte {
	out := path[:0]
	for i := 0; i < len(path); {
		i++ // over the slash
		end := i
		for end < len(path) && path[end] != '/' {
			end++
		}
		last := end == len(path)
		switch segment := path[i:end]; string(segment) {
		case "", ".":
			if last {
				out = append(out, '/')
			}
		case "..":
			for len(out) > 0 {
				c := out[len(out)-1]
				if out = out[:len(out)-1]; c == '/' {
					break
				}
			}
			if last {
				out = append(out, '/')
			}
		default:
			out = append(append(out, '/'), segment...)
		}
		i = end
	}
	return out
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// hexValue returns the value of a hexadecimal digit.
func hexValue(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return (c | 0x20) - 'a' + 10
}
