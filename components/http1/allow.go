package http1

import (
	"cmp"
	"slices"
	"strings"
)

// An Allower is a handler that answers some methods alone and says which. The
// Router that leads to it answers the others with 405, and OPTIONS too, unless it
// is among them. GET stands for HEAD as well.
type Allower interface {
	// Allow returns the methods; who gets them does not change them.
	Allow() []string
}

// ordinary are the methods that go to every handler which does not say what it
// answers (RFC 9110 section 9.3, RFC 5789), in the order in which Allow has them.
// TRACE and CONNECT are not for handlers unless one claims them.
var ordinary = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}

func isOrdinary(method string) bool {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH":
		return true
	}
	return false
}

// allowed lists the methods that a path of a site may be asked with, as the value
// of an Allow field (RFC 9110 section 10.2.1): "" if there is no route. The path
// "*" is the whole site.
func (r *Router) allowed(site []route, path string) string {
	var all []string
	for i := range site {
		t := &site[i]
		if path != "*" && !underneath(path, t.path) {
			continue
		}
		all = append(all, t.allows(r.Methods)...)
		if path != "*" && t.methods == nil {
			break // what lies above is hidden
		}
	}
	if all == nil {
		return ""
	}
	if slices.Contains(all, "GET") {
		all = append(all, "HEAD")
	}
	if all = append(all, "OPTIONS"); r.Trace {
		all = append(all, "TRACE")
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(allowRank(a)-allowRank(b), strings.Compare(a, b))
	})
	return strings.Join(slices.Compact(all), ", ")
}

// allows returns the methods that the route takes.
func (t *route) allows(extra []string) []string {
	switch {
	case t.methods != nil:
		return t.methods
	case t.answers != nil:
		return t.answers
	}
	return slices.Concat(ordinary, extra)
}

// allowRank is a method's place in an Allow field.
func allowRank(method string) int {
	if i := slices.Index(ordinary, method); i >= 0 {
		return i
	}
	return len(ordinary)
}

// knows reports whether a method means something to any of the routes.
func (r *Router) knows(method string) bool {
	if isOrdinary(method) || method == "TRACE" || method == "CONNECT" || slices.Contains(r.Methods, method) {
		return true
	}
	return slices.ContainsFunc(r.routes, func(t route) bool {
		return slices.Contains(t.methods, method) || slices.Contains(t.answers, method)
	})
}
