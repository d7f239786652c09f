package http1

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// HostNames tells which of several sites a host belongs to, by the rules of the
// Router: the name itself, else the longest star that fits, else the site that
// has the rest. Any number of connections share one.
type HostNames struct {
	exact map[string]int
	below []wildHost // the longest first
	rest  int        // -1 if no site has it
}

type wildHost struct {
	suffix string // ".example.org"
	site   int
}

// NewHostNames takes the names of each site: "example.org", "*.example.org" for
// all hosts below that, or "*" for all that no other site has, and for requests
// that name none. The error tells of all names that are none, or are there twice,
// each as a *HostError.
func NewHostNames(sites [][]string) (*HostNames, error) {
	h := &HostNames{exact: map[string]int{}, rest: -1}
	var errs []error
	for i, names := range sites {
		for j, name := range names {
			if err := h.add(i, name); err != nil {
				errs = append(errs, &HostError{i, j, err})
			}
		}
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	slices.SortFunc(h.below, func(a, b wildHost) int { return len(b.suffix) - len(a.suffix) })
	return h, nil
}

// A HostError tells what is wrong with a name.
type HostError struct {
	Site, Name int // which name of which site
	Err        error
}

// Error tells what is wrong.
func (e *HostError) Error() string {
	return fmt.Sprintf("http1: site %d: name %d: %v", e.Site+1, e.Name+1, e.Err)
}

// Unwrap returns Err.
func (e *HostError) Unwrap() error { return e.Err }

func (h *HostNames) add(site int, name string) error {
	taken := func(by int) error {
		if by == site {
			return fmt.Errorf("%q is there twice", name)
		}
		return fmt.Errorf("%q belongs to site %d already", name, by+1)
	}
	if name == "*" {
		if h.rest >= 0 {
			return taken(h.rest)
		}
		h.rest = site
		return nil
	}
	r := route{pattern: name, host: name}
	if name == "" {
		return errors.New("a host without a name")
	}
	if err := r.parseHost(); err != nil {
		if strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) {
			return fmt.Errorf("%q is a name as people see it: give the one that is asked for, which begins with xn-- (RFC 5890)", name)
		}
		return fmt.Errorf("%q is not a host such as example.org or *.example.org", name)
	}
	if r.host[0] != '.' {
		if by, ok := h.exact[r.host]; ok {
			return taken(by)
		}
		h.exact[r.host] = site
		return nil
	}
	if i := slices.IndexFunc(h.below, func(w wildHost) bool { return w.suffix == r.host }); i >= 0 {
		return taken(h.below[i].site)
	}
	h.below = append(h.below, wildHost{r.host, site})
	return nil
}

// Find returns the site of a request's Host, or -1.
func (h *HostNames) Find(authority string) int {
	if authority == "" {
		return h.rest
	}
	name := strings.ToLower(hostName(authority)) // which allocates nothing if it is lower case
	if i, ok := h.exact[name]; ok {
		return i
	}
	for _, w := range h.below {
		if len(name) > len(w.suffix) && strings.HasSuffix(name, w.suffix) {
			return w.site
		}
	}
	return h.rest
}
