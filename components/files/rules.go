package files

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"
)

// Immutable is a Cache-Control value for files whose name changes with their
// content: kept for a year, and not asked for again (RFC 8246).
const Immutable = "public, max-age=31536000, immutable"

// A Rule tells caches how long files may be kept.
type Rule struct {
	// Pattern says which files: see Tree.Rules.
	Pattern string

	// CacheControl is the value of the Cache-Control field (RFC 9111 section
	// 5.2), such as "no-cache" or Immutable; "" leaves the field out.
	CacheControl string

	// Expires, if it is not 0, is how long after the answer the Expires field
	// says that the file is stale (RFC 9111 section 5.3). It is for caches of
	// HTTP/1.0: where Cache-Control has max-age, others do not look at it.
	Expires time.Duration
}

// A rule is a Rule in the form in which it is used.
type rule struct {
	pattern *regexp.Regexp
	name    bool // the pattern is for the last part of the path alone
	control string
	expires time.Duration
}

// rule returns the first rule that fits a file; the zero rule if none does. It
// is the rule of its variants too.
func (o *options) rule(e *Entry) rule {
	if e.of != nil {
		e = e.of
	}
	for _, r := range o.rules {
		name := e.Path
		if r.name {
			name = path.Base(name)
		}
		if r.pattern.MatchString(name) {
			return r
		}
	}
	return rule{}
}

// compile checks a rule.
func (r *Rule) compile() (rule, error) {
	compiled := rule{name: !strings.Contains(r.Pattern, "/"), control: r.CacheControl, expires: r.Expires}
	var errs []error
	var err error
	if compiled.pattern, err = compilePattern(r.Pattern); err != nil {
		errs = append(errs, fmt.Errorf("files: Rules: pattern %q: %w", r.Pattern, err))
	}
	for i := range len(r.CacheControl) {
		if c := r.CacheControl[i]; c < ' ' || c > '~' {
			errs = append(errs, fmt.Errorf("files: Rules: %q can not be the value of a field", r.CacheControl))
			break
		}
	}
	if r.Expires < 0 {
		errs = append(errs, fmt.Errorf("files: Rules: a file can not expire %v before it is asked for", -r.Expires))
	}
	return compiled, errors.Join(errs...)
}

// hashDigits is what {hash} stands for.
const hashDigits = `[0-9A-Fa-f]{8,}`

// compilePattern turns a pattern into an expression for a whole path, or a whole
// name. Whatever it is, matching takes time linear in the path's length.
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
