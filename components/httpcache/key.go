package httpcache

import (
	"net/url"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// keyOf is the primary key of a request (RFC 9111 section 2): the URI that it is
// for. Only what GET gives is kept, so the method is not in it. What another
// stage has made of the path is, since the handler answers that.
func keyOf(req *http1.Request) string {
	query := ""
	if req.Query != "" || strings.HasSuffix(req.Target, "?") {
		query = "?" + req.Query
	}
	return key(req.Conn != nil && req.Conn.TLS, req.Host, req.RawPath, query, req.Path)
}

func key(secure bool, host, raw, query, path string) string {
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	k := scheme + strings.ToLower(host) + raw + query
	if path != raw {
		k += "\x00" + path // it is in no URI
	}
	return k
}

// related returns the key of a URI in a field of a response, if it is of the same
// origin as the request's (RFC 9111 section 4.4).
func related(req *http1.Request, reference string) (string, bool) {
	if reference == "" {
		return "", false
	}
	secure := req.Conn != nil && req.Conn.TLS
	base := &url.URL{Scheme: "http", Host: req.Host, Path: req.Path}
	if secure {
		base.Scheme = "https"
	}
	u, err := base.Parse(reference)
	if err != nil || u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host) {
		return "", false
	}
	query := ""
	if u.RawQuery != "" || u.ForceQuery {
		query = "?" + u.RawQuery
	}
	path := u.Path
	if path == "" {
		path = "/"
	}
	raw := u.EscapedPath()
	if raw == "" {
		raw = "/"
	}
	return key(secure, req.Host, raw, query, path), true
}

// A trait is a field of the request that a response depends on, by its Vary.
type trait struct {
	name  string // in lower case
	value string // in normal form
	raw   string // as it was
}

// same reports whether two traits are met by the same requests.
func (t trait) same(other trait) bool { return t.name == other.name && t.value == other.value }

// traitsOf reads a Vary field for a request (RFC 9111 section 4.1). It reports
// false if the response fits no other request.
func traitsOf(vary string, h http1.Header) ([]trait, bool) {
	var all []trait
	for name := range strings.SplitSeq(vary, ",") {
		name = strings.ToLower(strings.Trim(name, " \t"))
		switch {
		case name == "":
			continue
		case name == "*":
			return nil, false
		}
		t := trait{name, normal(name, h), h.Joined(name)}
		if !slices.ContainsFunc(all, t.same) {
			all = append(all, t)
		}
	}
	return all, true
}

// keptTraits is traitsOf, for what is kept for longer than the request.
func keptTraits(vary string, h http1.Header) ([]trait, bool) {
	all, ok := traitsOf(vary, h)
	for i := range all {
		t := &all[i]
		t.value, t.raw = strings.Clone(t.value), strings.Clone(t.raw) // they are parts of a whole head
	}
	return all, ok
}

// fit reports whether a request has all of some traits.
func fit(traits []trait, h http1.Header) bool {
	for i := range traits {
		t := &traits[i]
		// Most clients say it just as the first one did.
		if raw := h.Joined(t.name); raw != "" && raw == t.raw {
			continue
		}
		if normal(t.name, h) != t.value {
			return false
		}
	}
	return true
}

// normal returns the value of a field, in a form that is the same for values
// which mean the same (RFC 9111 section 4.1): the lines as one list, without
// white space around its members. The codings in Accept-Encoding, and they alone
// of what is common here, mean the same in any order.
func normal(name string, h http1.Header) string {
	if !h.Has(name) {
		return "\x00" // absent is not the same as empty
	}
	value := h.Joined(name)
	if strings.IndexByte(value, ',') < 0 && name != "accept-encoding" {
		return value
	}
	var members []string
	for rest := value; rest != ""; {
		var m string
		if m, rest = cutMember(rest); strings.Trim(m, " \t") != "" {
			members = append(members, strings.Trim(m, " \t"))
		}
	}
	if name == "accept-encoding" {
		for i := range members {
			members[i] = strings.ToLower(strings.ReplaceAll(members[i], " ", ""))
		}
		slices.Sort(members)
	}
	return strings.Join(members, ",")
}
