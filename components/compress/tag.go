package compress

import "strings"

// An entity tag tells one representation from another, and what is coded is
// another one (RFC 9110 section 8.8.3.3): "abc" becomes "abc-gzip".

// tagFor returns the entity tag of what is coded, made of that of what is not; ""
// if there is none, or if it is none. weak says that the coded bytes may differ
// from one time to the next.
func tagFor(tag, coding string, weak bool) string {
	whole, rest, ok := cutTag(tag)
	if !ok || rest != "" {
		return ""
	}
	tag = whole[:len(whole)-1] + "-" + coding + `"`
	if weak && !strings.HasPrefix(tag, "W/") {
		tag = "W/" + tag
	}
	return tag
}

// lists reports whether a list, the value of If-None-Match, holds a tag, by the
// weak comparison (RFC 9110 section 8.8.3.2).
func lists(list, tag string) bool {
	for list != "" {
		one, rest, ok := cutTag(list)
		if ok && strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
		list = rest
	}
	return false
}

// withPlain returns a list of tags, the value of If-Match or If-None-Match, in
// which for each tag that an Encoder may have made the one stands too that it was
// made of; "" if there is none to be added. The handler may have made a tag that
// looks the same, so nothing is taken away.
func withPlain(list string, codings []string) string {
	var added []string
	for rest := list; rest != ""; {
		var tag string
		var ok bool
		if tag, rest, ok = cutTag(rest); !ok {
			continue
		}
		for _, c := range codings {
			if plain, ok := strings.CutSuffix(tag[:len(tag)-1], "-"+c); ok && strings.Contains(plain, `"`) {
				added = append(added, plain+`"`)
			}
		}
	}
	if added == nil {
		return ""
	}
	return strings.TrimRight(list, ", \t") + ", " + strings.Join(added, ", ")
}

// cutTag cuts the first member off a list, with the comma behind it. It reports
// whether the member is an entity tag (RFC 9110 section 8.8.3); what is none ends
// at the next comma.
func cutTag(list string) (tag, rest string, ok bool) {
	list = strings.TrimLeft(list, ", \t")
	i := len(list) - len(strings.TrimPrefix(list, "W/"))
	if i < len(list) && list[i] == '"' {
		for i++; i < len(list) && isTagChar(list[i]); i++ {
		}
		if i < len(list) && list[i] == '"' {
			tag, rest = list[:i+1], strings.TrimLeft(list[i+1:], " \t")
			if rest == "" || rest[0] == ',' {
				return tag, strings.TrimLeft(rest, ", \t"), true
			}
		}
	}
	_, rest, _ = strings.Cut(list, ",")
	return "", rest, false
}

// isTagChar reports whether c is etagc: %x21, %x23-7E or obs-text.
func isTagChar(c byte) bool { return c == 0x21 || 0x23 <= c && c <= 0x7E || c >= 0x80 }
