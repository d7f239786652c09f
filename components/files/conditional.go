package files

import (
	"net/http"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Evaluate decides a conditional request: it returns 0 if the request is to be
// carried out, 304 (Not Modified) or 412 (Precondition Failed). It takes the
// steps 1 to 4 of RFC 9110 section 13.2.2 in their order, for every method but
// CONNECT, OPTIONS and TRACE, which have no use for them (section 13.2.1).
// If-Range, step 5, belongs to the handling of Range.
//
// The entity tag, with its quotes, and the time of modification are those of
// the selected representation. An unknown time is zero; if both are "" and
// zero, there is no representation, as before a PUT that creates one. Call
// Evaluate only if the answer without the preconditions would be 2xx.
func Evaluate(method string, h http1.Header, etag string, modified time.Time) int {
	if !conditional(h) {
		return 0
	}
	switch method {
	case http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return 0
	}
	reads := method == http.MethodGet || method == http.MethodHead
	exists := etag != "" || !modified.IsZero()

	if h.Has("If-Match") { // step 1
		if !matches(h.Joined("If-Match"), etag, exists, strongly) {
			return http.StatusPreconditionFailed
		}
	} else if d, ok := date(h, "If-Unmodified-Since"); ok && !modified.IsZero() { // step 2
		if modified.Unix() > d.Unix() {
			return http.StatusPreconditionFailed
		}
	}
	if h.Has("If-None-Match") { // step 3
		switch {
		case !matches(h.Joined("If-None-Match"), etag, exists, weakly):
		case reads:
			return http.StatusNotModified
		default:
			return http.StatusPreconditionFailed
		}
	} else if reads && !modified.IsZero() { // step 4
		if d, ok := date(h, "If-Modified-Since"); ok && modified.Unix() <= d.Unix() {
			return http.StatusNotModified
		}
	}
	return 0
}

// conditional reports whether h holds any of the four fields. Most requests
// hold none, and then this loop over a few bytes is all that Evaluate costs.
func conditional(h http1.Header) bool {
	for i := range h {
		n := h[i].Name
		if len(n) < len("If-Match") || n[0]|0x20 != 'i' || n[1]|0x20 != 'f' || n[2] != '-' {
			continue
		}
		switch len(n) {
		case len("If-Match"), len("If-None-Match"), len("If-Modified-Since"), len("If-Unmodified-Since"):
			return true
		}
	}
	return false
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
// and there is a representation, or holds a tag equal to etag. Members that are
// no entity tags equal none; "*" in a list is such a member.
func matches(list, etag string, exists bool, equal comparison) bool {
	if list == "*" {
		return exists
	}
	for {
		list = strings.TrimLeft(list, ", \t")
		if list == "" {
			return false
		}
		tag, rest, ok := cutTag(list)
		if ok && equal(tag, etag) {
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
