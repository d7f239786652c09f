package redirect

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A template is a target with places for what the groups of a rule stand for.
type template struct {
	pieces   []piece
	path     bool   // it begins with a path, not with a scheme
	query    bool   // it has a query of its own
	fragment string // with its #
}

type piece struct {
	literal string
	group   int  // 0 for a literal
	query   bool // it stands in the query
}

var (
	errAuthority = errors.New("what a client sends has no place in the scheme or the host")
	errTarget    = errors.New("it is neither a path nor a URL such as https://example.org/")
)

// parseTemplate takes a target apart. groups are the names of what may stand in
// it; "*" is written as a star.
func parseTemplate(to string, groups []string) (t template, err error) {
	rest, fragment, ok := strings.Cut(to, "#")
	if ok {
		t.fragment = "#" + encode(fragment, false)
	}
	t.path = strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "//")
	if !t.path {
		if u, err := url.Parse(rest[:authorityEnd(rest)]); err != nil || u.Scheme == "" || u.Host == "" || u.User != nil {
			if strings.ContainsAny(rest[:authorityEnd(rest)], "$*") {
				return t, errAuthority
			}
			return t, errTarget
		}
	}
	for rest != "" {
		i := strings.IndexAny(rest, "$*?")
		if i < 0 {
			i = len(rest)
		}
		if i > 0 {
			t.literal(rest[:i])
		}
		if rest = rest[i:]; rest == "" {
			break
		}
		n, err := t.mark(rest, groups)
		if err != nil {
			return t, err
		}
		rest = rest[n:]
	}
	if !t.path && len(t.pieces) > 0 && strings.ContainsAny(to[:authorityEnd(to)], "$*") {
		return t, errAuthority
	}
	return t, nil
}

// authorityEnd returns where the path of a URL begins.
func authorityEnd(to string) int {
	start := strings.Index(to, "://") + 3
	if start < 3 {
		return len(to)
	}
	if n := strings.IndexAny(to[start:], "/?#"); n >= 0 {
		return start + n
	}
	return len(to)
}

// mark adds what begins with a star, a dollar or the first question mark, and
// returns how long that is.
func (t *template) mark(s string, groups []string) (int, error) {
	switch {
	case s[0] == '?':
		if t.query {
			t.literal("?")
			return 1, nil
		}
		t.literal("?")
		t.query = true
		return 1, nil
	case s[0] == '*':
		group := slices.Index(groups, "*")
		if group < 0 {
			return 0, errors.New("it has a star, and what leads there has none")
		}
		t.pieces = append(t.pieces, piece{group: group, query: t.query})
		return 1, nil
	case strings.HasPrefix(s, "$$"):
		t.literal("$")
		return 2, nil
	}
	name := s[1:]
	var n int
	if strings.HasPrefix(name, "{") {
		end := strings.IndexByte(name, '}')
		if end < 0 {
			return 0, errors.New("a brace is not closed")
		}
		name, n = name[1:end], end+2
	} else {
		digits := len(name) - len(strings.TrimLeft(name, "0123456789"))
		name, n = name[:digits], 1+digits
	}
	group := slices.Index(groups, name)
	if i, err := strconv.Atoi(name); err == nil && i < len(groups) && groups[i] != "*" {
		group = i
	}
	if group < 1 || name == "" || name == "*" {
		return 0, fmt.Errorf("%s stands for no group; $$ is a dollar", s[:n])
	}
	t.pieces = append(t.pieces, piece{group: group, query: t.query})
	return n, nil
}

// literal adds text. What can not stand in a URL is encoded; what may be encoded
// already is left.
func (t *template) literal(s string) {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	if n := len(t.pieces); n > 0 && t.pieces[n-1].group == 0 && t.pieces[n-1].query == t.query {
		t.pieces[n-1].literal += b.String()
		return
	}
	t.pieces = append(t.pieces, piece{literal: b.String(), query: t.query})
}

// expand returns the target for what was found and the query of a request. The
// text of a client is encoded, and can not lead to another host.
func (t *template) expand(found []string, query string) string {
	var b strings.Builder
	for _, p := range t.pieces {
		switch {
		case p.group == 0:
			b.WriteString(p.literal)
		case p.group < len(found):
			b.WriteString(encode(found[p.group], p.query))
		}
	}
	s := b.String()
	if t.path { // "//host" would be one
		s = "/" + strings.TrimLeft(s, "/")
	}
	if !t.query && query != "" {
		s += "?" + query
	}
	return s + t.fragment
}

// encode encodes text for a path, or for a value in a query (RFC 3986 section
// 3.3 and 3.4). A slash that was sent encoded is %2F in a Request's Path, and
// stays that.
func encode(s string, query bool) string {
	const hex = "0123456789ABCDEF"
	marks := "-._~!$&'()*+,;=:@/"
	if query {
		marks = "-._~!$'()*,:@/"
	}
	b := make([]byte, 0, len(s)+8)
	for i := range len(s) {
		c := s[i]
		if c == '%' && strings.HasPrefix(s[i:], "%2F") {
			b = append(b, c)
		} else if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(marks, c) >= 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}
