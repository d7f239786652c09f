package http1

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A Pattern says which paths a rule is for. A pattern without a slash is for the
// last part of a path, the name. One with a slash begins with the slash, and is for
// the whole path:
//
//	?           one character but a slash
//	*           any characters but slashes
//	**          any characters; **/ any directories or none
//	[a-z] [!a]  one character that is, or is not, in the class
//	{css,js}    one of these
//	{hash}      8 or more hexadecimal digits, as in app.3f9c2b1a.js
//
// A match takes time linear in the length of the path, whatever the pattern. A
// Pattern may be used by any number of goroutines.
type Pattern struct {
	text string
	expr *regexp.Regexp
	name bool // it is for the last part of the path alone
}

// ParsePattern returns the pattern that a text describes.
func ParsePattern(text string) (*Pattern, error) {
	expr, err := compilePattern(text)
	if err != nil {
		return nil, err
	}
	return &Pattern{text, expr, !strings.Contains(text, "/")}, nil
}

// Match reports whether the pattern fits a path.
func (p *Pattern) Match(path string) bool {
	if p.name {
		path = path[strings.LastIndexByte(path, '/')+1:]
	}
	return p.expr.MatchString(path)
}

// String returns the text that describes the pattern.
func (p *Pattern) String() string { return p.text }

// hashDigits is what {hash} stands for.
const hashDigits = `[0-9A-Fa-f]{8,}`

// compilePattern turns a pattern into an expression for a whole path, or a whole
// name.
func compilePattern(pattern string) (*regexp.Regexp, error) {
	switch {
	case pattern == "":
		return nil, errors.New("it is empty")
	case strings.Contains(pattern, "/") && pattern[0] != '/':
		return nil, errors.New("one with a slash begins with a slash")
	}
	var b strings.Builder
	depth := 0 // of braces
	for s := pattern; s != ""; {
		literal, expr := 1, ""
		switch {
		case strings.HasPrefix(s, "{hash}"):
			literal, expr = len("{hash}"), hashDigits
		case strings.HasPrefix(s, "**/"):
			literal, expr = 3, `(?:.*/)?`
		case strings.HasPrefix(s, "**"):
			literal, expr = 2, `.*`
		case s[0] == '*':
			expr = `[^/]*`
		case s[0] == '?':
			expr = `[^/]`
		case s[0] == '{':
			depth, expr = depth+1, `(?:`
		case s[0] == '}' && depth > 0:
			depth, expr = depth-1, `)`
		case s[0] == ',' && depth > 0:
			expr = `|`
		case s[0] == '[':
			var err error
			if literal, expr, err = compileClass(s); err != nil {
				return nil, err
			}
		default:
			literal = 1 + strings.IndexAny(s[1:]+"*", "*?{},[")
			expr = regexp.QuoteMeta(s[:literal])
		}
		b.WriteString(expr)
		s = s[literal:]
	}
	if depth > 0 {
		return nil, errors.New("a brace is not closed")
	}
	return regexp.Compile(`(?s)\A(?:` + b.String() + `)\z`)
}

// compileClass turns the class of characters at the beginning of s into an
// expression, and tells how long it is.
func compileClass(s string) (length int, expr string, err error) {
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return 0, "", errors.New("a bracket is not closed")
	}
	members, not := s[1:end], ""
	if strings.HasPrefix(members, "!") || strings.HasPrefix(members, "^") {
		members, not = members[1:], "^/"
	}
	if members == "" || strings.ContainsAny(members, `/[\^&~`) {
		return 0, "", fmt.Errorf("%q is not a class of characters", s[:end+1])
	}
	return end + 1, "[" + not + members + "]", nil
}
