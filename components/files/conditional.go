package files

import (
	"net/http"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Current is what a request's conditions are compared with: the representation
// of a resource that there is now, before the request is carried out. The zero
// Current says that there is none, as before a PUT that creates one.
type Current struct {
	// Exists says that there is one. It may have neither of the validators.
	Exists bool

	// ETag is its entity tag with the quotes, or "".
	ETag string

	// ModTime is when it was modified, to the second; zero if that is not known.
	ModTime time.Time

	// Settled says that it has not changed twice within the second of ModTime, as
	// far as can be told: only then is ModTime a strong validator (RFC 9110
	// section 8.8.2.2).
	Settled bool
}

// Evaluate is Current.Evaluate for a representation that has one of the
// validators at least, or for none, if both are "" and zero.
func Evaluate(method string, h http1.Header, etag string, modified time.Time) int {
	return Current{Exists: etag != "" || !modified.IsZero(), ETag: etag, ModTime: modified}.Evaluate(method, h)
}

// Evaluate decides a conditional request: it returns 0 if the request is to be
// carried out, 304 (Not Modified) or 412 (Precondition Failed). It takes the
// steps 1 to 4 of RFC 9110 section 13.2.2 in their order, for every method but
// CONNECT, OPTIONS and TRACE, which have no use for them (section 13.2.1). Step
// 5 is IfRange.
//
// Call it only if the answer without the conditions would be 2xx.
func (c Current) Evaluate(method string, h http1.Header) int {
	if conditions, _ := asks(h); !conditions {
		return 0
	}
	switch method {
	case http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return 0
	}
	reads := method == http.MethodGet || method == http.MethodHead
	dated := c.Exists && !c.ModTime.IsZero()

	if h.Has("If-Match") { // step 1
		if !matches(h.Joined("If-Match"), c, strongly) {
			return http.StatusPreconditionFailed
		}
	} else if d, ok := date(h, "If-Unmodified-Since"); ok && dated { // step 2
		if c.ModTime.Unix() > d.Unix() {
			return http.StatusPreconditionFailed
		}
	}
	if h.Has("If-None-Match") { // step 3
		switch {
		case !matches(h.Joined("If-None-Match"), c, weakly):
		case reads:
			return http.StatusNotModified
		default:
			return http.StatusPreconditionFailed
		}
	} else if reads && dated { // step 4
		if d, ok := date(h, "If-Modified-Since"); ok && c.ModTime.Unix() <= d.Unix() {
			return http.StatusNotModified
		}
	}
	return 0
}

// IfRange is step 5 of RFC 9110 section 13.2.2, for a GET with a Range field: it
// reports whether the ranges are to be answered. If not, the client's copy is
// not what there is now, or may not be, and it gets the whole. A tag must be the
// same and strong; a date must be the very date of Last-Modified, and that must
// be strong too (section 13.1.5).
func (c Current) IfRange(h http1.Header) bool {
	if !h.Has("If-Range") {
		return true
	}
	v := h.Joined("If-Range")
	if tag, rest, ok := cutTag(v); ok {
		return c.Exists && rest == "" && strongly(tag, c.ETag)
	}
	d, err := http1.ParseDate(v)
	return err == nil && c.Exists && c.Settled && d.Unix() == c.ModTime.Unix()
}

// asks reports whether h holds any of the four fields of Evaluate, and whether
// it holds Range. Most requests hold none, and then this loop over a few bytes is
// all that they cost.
func asks(h http1.Header) (conditions, ranges bool) {
	for i := range h {
		n := h[i].Name
		switch len(n) {
		case len("Range"):
			ranges = ranges || n[0]|0x20 == 'r' && strings.EqualFold(n, "Range")
		case len("If-Match"), len("If-None-Match"), len("If-Modified-Since"), len("If-Unmodified-Since"):
			conditions = conditions || n[0]|0x20 == 'i' && n[1]|0x20 == 'f' && n[2] == '-'
		}
	}
	return conditions, ranges
}

// date returns the date in the field called name. A field that is repeated, or
// is not a date in one of the three formats of RFC 9110 section 5.6.7, is to be
// ignored (sections 13.1.3 and 13.1.4). A date in the future is as good as any.
func date(h http1.Header, name string) (time.Time, bool) {
	v := h.Joined(name)
	if v == "" {
		return time.Time{}, false
	}
	d, err := http1.ParseDate(v)
	return d, err == nil
}

// A comparison is one of the two functions of RFC 9110 section 8.8.3.2.
type comparison func(a, b string) bool

// strongly: both tags are strong and they are the same.
func strongly(a, b string) bool { return a == b && !strings.HasPrefix(a, "W/") }

// weakly: they are the same, whether weak or strong.
func weakly(a, b string) bool {
	return strings.TrimPrefix(a, "W/") == strings.TrimPrefix(b, "W/")
}

// matches reports whether list, the value of If-Match or If-None-Match, is "*"
// and there is a representation, or holds a tag equal to its own. Members that
// are no entity tags equal none; "*" in a list is such a member.
func matches(list string, c Current, equal comparison) bool {
	if list == "*" {
		return c.Exists
	}
	if !c.Exists || c.ETag == "" {
		return false
	}
	for {
		list = strings.TrimLeft(list, ", \t")
		if list == "" {
			return false
		}
		tag, rest, ok := cutTag(list)
		if ok && equal(tag, c.ETag) {
			return true
		}
		list = rest
	}
}

// cutTag cuts the first member off a list. It reports whether the member is an
// entity tag: [ "W/" ] DQUOTE *etagc DQUOTE (RFC 9110 section 8.8.3), where
// etagc may be a comma but not a space. What is no tag ends at the next comma.
func cutTag(list string) (tag, rest string, ok bool) {
	i := len(list) - len(strings.TrimPrefix(list, "W/"))
	if i < len(list) && list[i] == '"' {
		for i++; i < len(list) && isTagChar(list[i]); i++ {
		}
		if i < len(list) && list[i] == '"' {
			tag, rest = list[:i+1], strings.TrimLeft(list[i+1:], " \t")
			if rest == "" || rest[0] == ',' {
				return tag, rest, true
			}
		}
	}
	_, rest, _ = strings.Cut(list, ",")
	return "", rest, false
}

// isTagChar reports whether c is etagc: %x21, %x23-7E or obs-text.
func isTagChar(c byte) bool { return c == 0x21 || 0x23 <= c && c <= 0x7E || c >= 0x80 }
