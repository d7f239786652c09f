package http1

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A route is a pattern of a Router, taken apart.
type route struct {
	pattern string
	out     *axon.Outbox[*Request]
	answers []string // what the handler says it answers; nil: it did not say
	later   int      // 1 and more: which of the Router's later ones; 0: out is linked

	methods []string // what it claims; nil: the path is its own
	host    string   // in small letters; ".example.org" for those below, "" for all others
	path    string
}

// parse takes the pattern apart: [METHOD[,METHOD...] ][HOST]/[PATH].
func (t *route) parse() error {
	slash := strings.IndexByte(t.pattern, '/')
	if slash < 0 {
		return fmt.Errorf("http1: route %q has no path: it begins with a slash", t.pattern)
	}
	head, path := t.pattern[:slash], t.pattern[slash:]
	t.path, t.host, t.methods = path, head, nil
	if path != "/" && (path[len(path)-1] == '/' || !isPlain(path) && string(resolveDots([]byte(path))) != path) {
		return fmt.Errorf("http1: route %q: a path has no slash at its end, no empty and no dot segment", t.pattern)
	}
	if methods, host, ok := strings.Cut(head, " "); ok {
		t.host, t.methods = host, strings.Split(methods, ",")
	}
	for _, m := range t.methods {
		if m == "" || strings.ContainsFunc(m, func(c rune) bool { return c > 127 || !isToken[byte(c)] }) {
			return fmt.Errorf("http1: route %q: %q is not a method", t.pattern, m)
		}
	}
	return t.parseHost()
}

func (t *route) parseHost() error {
	if t.host == "" {
		return nil
	}
	host, wild := strings.CutPrefix(t.host, "*.")
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if name := hostName(host); name != host || strings.Contains(host, "*") {
		return fmt.Errorf("http1: route %q: a host has no port, and a star only as in *.example.org", t.pattern)
	}
	if _, fault := checkAuthority(host); fault != "" {
		return fmt.Errorf("http1: route %q: host: %s", t.pattern, fault)
	}
	if t.host = host; wild {
		t.host = "." + host
	}
	return nil
}

// fits reports whether the route is for a host, as hostName returns it.
func (t *route) fits(host string) bool {
	if t.host != "" && t.host[0] == '.' {
		above := len(host) - len(t.host)
		return above > 0 && strings.EqualFold(host[above:], t.host)
	}
	return t.host == "" || strings.EqualFold(host, t.host)
}

// takes reports whether requests with a method go by this route. extra are
// methods that count as ordinary ones.
func (t *route) takes(method string, extra []string) bool {
	list := t.methods
	if list == nil {
		list = t.answers
	}
	if list == nil {
		return isOrdinary(method) || slices.Contains(extra, method)
	}
	for _, m := range list {
		if m == method || m == "GET" && method == "HEAD" {
			return true
		}
	}
	return false
}

// compareRoutes puts routes into the order in which they are looked through: by
// host, the longest path first, and on the same path what is claimed before what
// is left.
func compareRoutes(a, b route) int {
	rest := func(t route) int {
		if t.methods == nil {
			return 1
		}
		return 0
	}
	return cmp.Or(
		hostRank(a.host)-hostRank(b.host),
		len(b.host)-len(a.host),
		strings.Compare(a.host, b.host),
		len(b.path)-len(a.path),
		strings.Compare(a.path, b.path),
		rest(a)-rest(b),
	)
}

// hostRank: a name comes before a name with a star, and that before none.
func hostRank(host string) int {
	switch {
	case host == "":
		return 2
	case host[0] == '.':
		return 1
	}
	return 0
}

// overlaps reports every two routes, of a sorted list, that want the same
// requests.
func overlaps(routes []route) error {
	var errs []error
	for i, a := range routes {
		for _, b := range routes[i+1:] {
			if a.host != b.host || a.path != b.path {
				break
			}
			if a.methods == nil && b.methods == nil {
				errs = append(errs, fmt.Errorf("http1: the routes %q and %q are the same", a.pattern, b.pattern))
			}
			if a.methods == nil || b.methods == nil {
				continue
			}
			for _, m := range b.methods {
				if a.takes(m, nil) || m == "GET" && slices.Contains(a.methods, "HEAD") {
					errs = append(errs, fmt.Errorf("http1: the routes %q and %q both take %s", a.pattern, b.pattern, m))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// find returns the route of a site that takes a request, or nil.
func find(site []route, method, path string, extra []string) *route {
	for i := range site {
		t := &site[i]
		switch {
		case !underneath(path, t.path):
		case t.takes(method, extra):
			return t
		case t.methods == nil:
			return nil // the path is its own, and its handler has no such method
		}
	}
	return nil
}

// underneath reports whether path is the route or lies below it.
func underneath(path, route string) bool {
	if route == "/" {
		return true
	}
	return strings.HasPrefix(path, route) && (len(path) == len(route) || path[len(route)] == '/')
}

// hostName returns an authority's host, without port and final dot.
func hostName(authority string) string {
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.LastIndexByte(authority, ']') {
		authority = authority[:colon]
	}
	return strings.TrimSuffix(authority, ".")
}
