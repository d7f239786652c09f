package wsgi

import (
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// withheld are the fields that are not the application's business: those of the
// connection (RFC 9110 section 7.6.1), and Proxy, which libraries would take for
// the address of a proxy to use.
var withheld = []string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect",
	"Content-Length", // said already
}

// appendFields appends the fields of a request: as HTTP_ and the name, and
// CONTENT_TYPE. Repeated fields are joined, and those are left out whose name would
// become another's. The host is the one that the request is for, whichever way that was
// said (RFC 9112 section 3.2.2).
func appendFields(b []byte, req *http1.Request) []byte {
	h := req.Header
	var seen uint64 // a bit for each kind of name that there was
	for i := range h {
		f := &h[i]
		bit := kind(f.Name)
		again := seen&bit != 0 && slices.ContainsFunc(h[:i], func(o http1.Field) bool { return strings.EqualFold(o.Name, f.Name) })
		seen |= bit
		if again || bit&withheldKinds != 0 && withholds(f.Name) {
			continue
		}
		at := len(b)
		if len(f.Name) == len("Content-Type") && strings.EqualFold(f.Name, "Content-Type") {
			b = appendPair(b, "CONTENT_TYPE", f.Value)
			continue
		}
		var fit bool
		if b, fit = appendName(b, f.Name); !fit {
			b = b[:at]
			continue
		}
		value := joined(h[i:], f)
		if req.Host != "" && len(f.Name) == len("Host") && strings.EqualFold(f.Name, "Host") {
			value = req.Host
		}
		b = appendString(b, value)
	}
	return b
}

// kind returns a bit for the length and the first letter of a name.
func kind(name string) uint64 {
	if name == "" {
		return 1
	}
	return 1 << ((uint(name[0]|0x20)*7 + uint(len(name))) % 64)
}

// withheldKinds are the bits of withheld.
var withheldKinds = kinds(withheld)

func kinds(names []string) (all uint64) {
	for _, name := range names {
		all |= kind(name)
	}
	return all
}

func withholds(name string) bool {
	return slices.ContainsFunc(withheld, func(other string) bool { return strings.EqualFold(name, other) })
}

// appendName appends HTTP_ and the name of a field in capitals. A field whose own
// name has an underscore could pass for another, so it is not fit.
func appendName(b []byte, name string) (_ []byte, fit bool) {
	const prefix = "HTTP_"
	if len(name) > 255-len(prefix) {
		return b, false
	}
	b = append(b, typeShortASCII, byte(len(prefix)+len(name)))
	b = append(b, prefix...)
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		case 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-':
			c = '_'
		default:
			return b, false
		}
		b = append(b, c)
	}
	return b, true
}

// joined returns the values of a field, the first of some, and of those behind it
// with its name (RFC 9110 section 5.3, and for Cookie RFC 9113 section 8.2.3).
func joined(h http1.Header, f *http1.Field) string {
	value := f.Value
	for i := range h[1:] {
		if o := &h[1+i]; len(o.Name) == len(f.Name) && strings.EqualFold(o.Name, f.Name) {
			between := ", "
			if strings.EqualFold(f.Name, "Cookie") {
				between = "; "
			}
			value += between + o.Value
		}
	}
	return value
}
