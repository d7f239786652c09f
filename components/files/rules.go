package files

import (
	"errors"
	"fmt"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
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
	pattern *http1.Pattern
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
		if r.pattern.Match(e.Path) {
			return r
		}
	}
	return rule{}
}

// compile checks a rule.
func (r *Rule) compile() (rule, error) {
	compiled := rule{control: r.CacheControl, expires: r.Expires}
	var errs []error
	var err error
	if compiled.pattern, err = http1.ParsePattern(r.Pattern); err != nil {
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
