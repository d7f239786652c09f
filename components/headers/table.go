package headers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Rule changes the fields of the responses to some requests. Of one rule,
// Remove comes first, then Set, then Add.
type Rule struct {
	// Paths are patterns for the request's path, of which one must fit; see
	// http1.Pattern. None means that the rule is for all paths.
	Paths []string

	// Remove names fields that are left out.
	Remove []string

	// Set holds fields that take the place of all of the same name.
	Set http1.Header

	// Add holds fields that come beside those of the same name.
	Add http1.Header
}

// A Table holds the rules for an Editor. Any number of connections share one.
type Table struct{ rules []rule }

type rule struct {
	paths []*http1.Pattern // none: all
	Rule
}

// NewTable compiles rules. All that fit a request are applied, in their order.
// The error tells of all that make no sense, each as a *RuleError.
func NewTable(rules []Rule) (*Table, error) {
	t := new(Table)
	var errs []error
	for i, r := range rules {
		c := rule{Rule: r}
		for _, err := range c.compile() {
			errs = append(errs, &RuleError{i, err})
		}
		t.rules = append(t.rules, c)
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
func (e *RuleError) Error() string { return fmt.Sprintf("headers: rule %d: %v", e.Index+1, e.Err) }

// Unwrap returns Err.
func (e *RuleError) Unwrap() error { return e.Err }

// framing are the fields that a response has from the Writer, whatever a rule
// says.
var framing = []string{"Connection", "Content-Length", "Date", "Keep-Alive", "Transfer-Encoding"}

func (r *rule) compile() (errs []error) {
	for _, text := range r.Paths {
		p, err := http1.ParsePattern(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("path %q: %w", text, err))
			continue
		}
		r.paths = append(r.paths, p)
	}
	fields := slices.Concat(r.Set, r.Add)
	for _, name := range r.Remove {
		fields.Add(name, "")
	}
	if len(fields) == 0 {
		errs = append(errs, errors.New("it changes nothing"))
	}
	for _, f := range fields {
		one := http1.Response{Request: new(http1.Request), Status: 200, Header: http1.Header{f}}
		if err := one.Validate(); err != nil {
			errs = append(errs, errors.New(strings.TrimPrefix(err.Error(), "http1: ")))
		} else if slices.ContainsFunc(framing, func(name string) bool { return strings.EqualFold(name, f.Name) }) {
			errs = append(errs, fmt.Errorf("%s is the server's own business", f.Name))
		}
	}
	return errs
}

// fits reports whether the rule is for a path.
func (r *rule) fits(path string) bool {
	return len(r.paths) == 0 || slices.ContainsFunc(r.paths, func(p *http1.Pattern) bool { return p.Match(path) })
}

// apply changes a response. Fields that were rendered once for all responses are
// taken apart only if one of them changes.
func (r *rule) apply(resp *http1.Response) {
	for _, name := range r.Remove {
		if has(resp, name) {
			resp.Header.Del(name)
		}
	}
	for _, f := range r.Set {
		if has(resp, f.Name) {
			resp.Header.Set(f.Name, f.Value)
		} else {
			resp.Header = append(resp.Header, f)
		}
	}
	resp.Header = append(resp.Header, r.Add...)
}

// has reports whether a response has a field, and if so brings it into Header.
func has(resp *http1.Response, name string) bool {
	for f := range resp.Fields() {
		if strings.EqualFold(f.Name, name) {
			resp.Unrender()
			return true
		}
	}
	return false
}
