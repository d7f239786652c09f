package listing

import (
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// accepted returns which of the media types offered a client likes best, by the
// value of its Accept fields (RFC 9110 section 12.5.1): the first of those that
// are liked the same, and "" if it takes none. Of the ranges that fit a type, the
// most specific one counts. A member of the list that is malformed counts as not
// there, and a list of nothing else as none.
func accepted(accept string, offered ...string) string {
	type liking struct{ specific, q int }
	likes, any := make([]liking, len(offered)), false
	for accept != "" {
		var member string
		member, accept = cutMember(accept, ',')
		media, specific, q, ok := parseRange(member)
		if !ok {
			continue
		}
		any = true
		for i, offer := range offered {
			if l := &likes[i]; fits(media, offer) && specific > l.specific {
				*l = liking{specific, q}
			}
		}
	}
	if !any {
		return offered[0]
	}
	best, chosen := 0, ""
	for i, l := range likes {
		if l.q > best {
			best, chosen = l.q, offered[i]
		}
	}
	return chosen
}

// fits reports whether a media range holds a type.
func fits(media, offer string) bool {
	if media == "*/*" {
		return true
	}
	if kind, ok := strings.CutSuffix(media, "/*"); ok {
		have, _, _ := strings.Cut(offer, "/")
		return strings.EqualFold(kind, have)
	}
	return strings.EqualFold(media, offer)
}

// parseRange splits a member of Accept, "text/html;q=0.5", into its range, how
// specific that is, from 1, and its weight in thousandths. One with a parameter
// other than q is for a form that we do not have, and not ok.
func parseRange(member string) (media string, specific, q int, ok bool) {
	media, parameters := cutMember(member, ';')
	media = strings.Trim(media, " \t")
	kind, sub, both := strings.Cut(media, "/")
	if !both || !http1.IsToken(kind) || !http1.IsToken(sub) || kind == "*" && sub != "*" {
		return "", 0, 0, false
	}
	switch {
	case kind == "*":
		specific = 1
	case sub == "*":
		specific = 2
	default:
		specific = 3
	}
	q = 1000
	for parameters != "" {
		var p string
		p, parameters = cutMember(parameters, ';')
		name, value, _ := strings.Cut(strings.Trim(p, " \t"), "=")
		switch {
		case strings.EqualFold(name, "q"):
			// What stands behind the weight was an extension once, and is ignored.
			q, ok = parseWeight(value)
			return media, specific, q, ok
		case name != "" && !strings.EqualFold(name, "charset"):
			return "", 0, 0, false
		}
	}
	return media, specific, q, true
}

// parseWeight parses a qvalue, 0 to 1 with up to three decimals (RFC 9110 section
// 12.4.2), to thousandths.
func parseWeight(s string) (q int, ok bool) {
	whole, decimals, _ := strings.Cut(s, ".")
	if whole != "0" && whole != "1" || len(decimals) > 3 {
		return 0, false
	}
	for i := range 3 {
		q *= 10
		if i < len(decimals) {
			if decimals[i] < '0' || decimals[i] > '9' {
				return 0, false
			}
			q += int(decimals[i] - '0')
		}
	}
	if whole == "1" {
		return 1000, q == 0
	}
	return q, true
}

// cutMember cuts a list at its first separator that is not in quotes.
func cutMember(list string, separator byte) (member, rest string) {
	quoted := false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && c == separator:
			return list[:i], list[i+1:]
		}
	}
	return list, ""
}
