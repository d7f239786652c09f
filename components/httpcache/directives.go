package httpcache

import (
	"iter"
	"math"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// unset is the value of a directive with a time that is not there, unbounded that
// of one that is there without a time.
const (
	unset     time.Duration = -1
	unbounded time.Duration = math.MaxInt64
)

// A wish is what a request asks of caches (RFC 9111 section 5.2.1, RFC 5861).
type wish struct {
	maxAge, maxStale, minFresh, staleIfError time.Duration
	noCache, noStore, onlyIfCached           bool
}

// wishOf reads the Cache-Control fields of a request, or Pragma where there are
// none (RFC 9111 section 5.4).
func wishOf(h http1.Header) wish {
	w := wish{maxAge: unset, maxStale: unset, minFresh: unset, staleIfError: unset}
	control := h.Joined("Cache-Control")
	if control == "" && !h.Has("Cache-Control") {
		w.noCache = strings.EqualFold(h.Joined("Pragma"), "no-cache")
		return w
	}
	for name, value := range directives(control) {
		switch name {
		case "max-age":
			w.maxAge = seconds(value, w.maxAge)
		case "max-stale":
			if value == "" {
				w.maxStale = unbounded
			} else if d, ok := parseSeconds(value); ok {
				w.maxStale = d
			}
		case "min-fresh":
			w.minFresh = seconds(value, w.minFresh)
		case "stale-if-error":
			if d, ok := parseSeconds(value); ok {
				w.staleIfError = d
			}
		case "no-cache":
			w.noCache = true
		case "no-store":
			w.noStore = true
		case "only-if-cached":
			w.onlyIfCached = true
		}
	}
	return w
}

// terms are what a response allows caches (RFC 9111 section 5.2.2, RFC 5861).
type terms struct {
	maxAge, sMaxAge                    time.Duration
	staleWhileRevalidate, staleIfError time.Duration
	noCache, noStore, private          bool
	shared                             bool // it is for all, even if asked for by one who is known: section 3.5
	mustRevalidate, mustUnderstand     bool
	said                               bool // anything at all
}

// termsOf reads the Cache-Control fields of a response. no-cache and private that
// name fields count as those that do not (sections 5.2.2.4 and 5.2.2.7).
func termsOf(control string) terms {
	t := terms{maxAge: unset, sMaxAge: unset, staleWhileRevalidate: unset, staleIfError: unset}
	for name, value := range directives(control) {
		t.said = true
		switch name {
		case "max-age":
			t.maxAge = seconds(value, t.maxAge)
		case "s-maxage":
			t.sMaxAge = seconds(value, t.sMaxAge)
		case "stale-while-revalidate":
			if d, ok := parseSeconds(value); ok {
				t.staleWhileRevalidate = d
			}
		case "stale-if-error":
			if d, ok := parseSeconds(value); ok {
				t.staleIfError = d
			}
		case "no-cache":
			t.noCache = true
		case "no-store":
			t.noStore = true
		case "private":
			t.private = true
		case "public":
			t.shared = true
		case "must-revalidate":
			t.mustRevalidate, t.shared = true, true
		case "proxy-revalidate":
			t.mustRevalidate = true
		case "must-understand":
			t.mustUnderstand = true
		}
	}
	if t.sMaxAge != unset {
		t.mustRevalidate, t.shared = true, true // section 5.2.2.10
	}
	return t
}

// seconds reads the argument of a directive that makes responses fresh. One that
// makes no sense means that they are not, and of two the shorter one counts (RFC
// 9111 section 4.2.1).
func seconds(value string, before time.Duration) time.Duration {
	d, ok := parseSeconds(value)
	if !ok {
		d = 0
	}
	if before != unset {
		d = min(d, before)
	}
	return d
}

// parseSeconds reads delta-seconds (RFC 9111 section 1.2.2). More than 2^31 is
// 2^31.
func parseSeconds(s string) (time.Duration, bool) {
	const most = 1 << 31
	n := int64(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = min(10*n+int64(s[i]-'0'), most)
	}
	return time.Duration(n) * time.Second, s != ""
}

// directives yields what stands in a Cache-Control field: names in lower case,
// and their arguments without quotes, "" for none. What is malformed is passed
// over as far as the next comma.
func directives(control string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for rest := control; rest != ""; {
			var member string
			member, rest = cutMember(rest)
			name, value, _ := strings.Cut(member, "=")
			name = strings.Trim(name, " \t")
			if !http1.IsToken(name) {
				continue
			}
			if !yield(strings.ToLower(name), unquoted(strings.Trim(value, " \t"))) {
				return
			}
		}
	}
}

// cutMember cuts a list at its first comma that is not in quotes.
func cutMember(list string) (member, rest string) {
	quoted := false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && c == ',':
			return list[:i], list[i+1:]
		}
	}
	return list, ""
}

// unquoted undoes a quoted-string (RFC 9110 section 5.6.4).
func unquoted(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}
