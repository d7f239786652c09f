package redirect

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Rule says which paths lead where.
type Rule struct {
	// From is a path as a Request has it, decoded: "/old" is that path alone,
	// "/old/*" is it and all below it, and "/*" is all.
	From string

	// Pattern is a regular expression for the path, in place of From. It is to
	// fit the whole path; a dot fits any character.
	Pattern string

	// To is a path, or the URL of another place, with a query if that is to take
	// the place of the request's. A star stands for what the star of From stood
	// for; $1, ${1} and ${name} for groups of Pattern, and $$ for a dollar.
	To string

	// Status is 301, 302, 303, 307 or 308; 0 means 302 (RFC 9110 section 15.4).
	// A Rewrite has no use for it.
	Status int
}

// A Table finds the rule for a path. Any number of connections share one.
type Table struct {
	exact map[string]int // the first rule for a path
	rules []rule
	loose []int // the rules that are not for one path alone, in order
}

type rule struct {
	prefix  string // "/old" of "/old/*"
	pattern *regexp.Regexp
	to      template
	status  int
}

// NewTable compiles rules; of several that fit, the first counts. The error tells
// of all that make no sense, each as a *RuleError.
func NewTable(rules []Rule) (*Table, error) {
	t := &Table{exact: map[string]int{}}
	var errs []error
	for i, r := range rules {
		compiled, err := r.compile()
		if err != nil {
			errs = append(errs, &RuleError{i, err})
			continue
		}
		n := len(t.rules)
		t.rules = append(t.rules, compiled)
		if compiled.pattern != nil || strings.HasSuffix(r.From, "/*") {
			t.loose = append(t.loose, n)
		} else if _, ok := t.exact[r.From]; !ok {
			t.exact[r.From] = n
		}
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return t, nil
}

// A RuleError tells what is wrong with a rule.
type RuleError struct {
	Index int // of the rule
	Err   error
}

// Error tells what is wrong.
func (e *RuleError) Error() string { return fmt.Sprintf("redirect: rule %d: %v", e.Index+1, e.Err) }

// Unwrap returns Err.
func (e *RuleError) Unwrap() error { return e.Err }

func (r *Rule) compile() (c rule, err error) {
	switch c.status = r.Status; r.Status {
	case 0:
		c.status = 302
	case 301, 302, 303, 307, 308:
	default:
		return c, fmt.Errorf("status %d is not 301, 302, 303, 307 or 308", r.Status)
	}
	groups := []string{}
	switch {
	case (r.From == "") == (r.Pattern == ""):
		return c, errors.New("it takes a path (from) or a pattern, one of the two")
	case r.Pattern != "":
		if c.pattern, err = regexp.Compile(`\A(?s:` + r.Pattern + `)\z`); err != nil {
			return c, fmt.Errorf("pattern %q: %w", r.Pattern, err)
		}
		groups = c.pattern.SubexpNames()
	case r.From[0] != '/':
		return c, fmt.Errorf("%q does not begin with a slash", r.From)
	default:
		var star bool
		if c.prefix, star = strings.CutSuffix(r.From, "/*"); star {
			groups = []string{"", "*"}
		}
		if strings.Contains(c.prefix, "*") {
			return c, fmt.Errorf("%q: a star stands at the end alone, behind a slash", r.From)
		}
	}
	if c.to, err = parseTemplate(r.To, groups); err != nil {
		return c, fmt.Errorf("to %q: %w", r.To, err)
	}
	if r.To == r.From {
		return c, fmt.Errorf("%q leads to itself", r.To)
	}
	return c, nil
}

// find returns where a request is led by the first rule that fits.
func (t *Table) find(req *http1.Request) (target string, status int, ok bool) {
	if req.Path == "" || req.Path[0] != '/' {
		return "", 0, false // OPTIONS * and CONNECT have no path
	}
	first, ok := t.exact[req.Path]
	if !ok {
		first = len(t.rules)
	}
	for _, i := range t.loose {
		if i > first {
			break
		}
		if found := t.rules[i].match(req.Path); found != nil {
			return t.rules[i].to.expand(found, req.Query), t.rules[i].status, true
		}
	}
	if !ok {
		return "", 0, false
	}
	return t.rules[first].to.expand(nil, req.Query), t.rules[first].status, true
}

// match returns what the groups stand for, the whole first, or nil.
func (r *rule) match(path string) []string {
	if r.pattern != nil {
		return r.pattern.FindStringSubmatch(path)
	}
	rest, ok := strings.CutPrefix(path, r.prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return nil
	}
	return []string{path, strings.TrimPrefix(rest, "/")}
}
