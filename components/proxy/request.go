package proxy

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// outgoing makes the request that the Upstream gets. up is its body if that is still
// to come; late is called when the Upstream does not take it.
func (h *Handler) outgoing(ctx context.Context, req *http1.Request, late func()) (out *http.Request, up *upload) {
	u := h.Upstream
	to := *u.base
	path := h.path(req)
	to.RawPath = u.base.EscapedPath() + path // which counts if it stands for the Path, as it does
	if decoded, err := url.PathUnescape(to.RawPath); err == nil {
		to.Path = decoded
	}
	to.RawQuery = req.Query
	out = &http.Request{
		Method: req.Method, URL: &to, Header: make(http.Header, len(req.Header)+4), Host: u.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if out.Host == "" {
		out.Host = req.Host
	}
	out.Close = req.Method == "HEAD" // some applications answer that with a body, which nobody is to take for the next answer
	h.fields(out.Header, req)
	if repeatable(req) {
		out.Header["X-Idempotency-Key"] = []string{} // which is how net/http is told, and is not sent
	}
	out = out.WithContext(ctx)
	if req.Body != nil && req.ContentLength != 0 {
		return h.attach(out, req, late)
	}
	return out, nil
}

// repeatable reports whether a request that is not safe may be sent once more, when
// the connection was lost before there was an answer (RFC 9110 section 9.2.2). One
// with conditions may not: they need not hold any more when it was carried out.
func repeatable(req *http1.Request) bool {
	switch req.Method {
	case "PUT", "DELETE":
		return !req.Header.Has("If-Match") && !req.Header.Has("If-None-Match") && !req.Header.Has("If-Unmodified-Since")
	}
	return false
}

// path returns the path that the Upstream is asked for, encoded: the client's own
// words if they still mean what is asked for, and lead nowhere else there.
func (h *Handler) path(req *http1.Request) string {
	prefix := h.dropped()
	raw, own := strings.CutPrefix(req.RawPath, prefix)
	as := http1.Request{Method: "GET"}
	if !own || dotted(raw) || as.SetTarget(req.RawPath) != nil || as.Path != req.Path {
		plain := url.URL{Path: strings.TrimPrefix(req.Path, prefix)}
		raw = strings.NewReplacer("%252F", "%2F", "%252f", "%2F").Replace(plain.EscapedPath()) // a slash that was encoded is so in the Path
	}
	raw = unfit.Replace(raw)
	if raw == "" {
		return "/"
	}
	return raw
}

// unfit encodes what clients should have encoded in a path. net/http would encode all
// of it anew for one of these, and a slash that was encoded would be one.
var unfit = strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E", `\`, "%5C", "^", "%5E", "`", "%60", "{", "%7B", "|", "%7C", "}", "%7D")

// dropped returns the prefix that the Upstream's paths are without, "" if it stays.
func (h *Handler) dropped() string {
	if h.Upstream.base.Path != "" || strings.HasSuffix(h.Upstream.URL, "/") {
		return h.Prefix
	}
	return ""
}

// dotted reports whether a path has segments that lead up, or nowhere.
func dotted(raw string) bool {
	plain := strings.NewReplacer("%2e", ".", "%2E", ".").Replace(raw)
	for segment := range strings.SplitSeq(plain, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// fields sets the fields of a request that are not about the connection of the
// client.
func (h *Handler) fields(to http.Header, req *http1.Request) {
	named := strings.ToLower(req.Header.Joined("Connection"))
	left, bounded := hops(req)
	for _, f := range req.Header {
		switch name := strings.ToLower(f.Name); {
		case hopByHop(name, named), name == "host", name == "content-length", name == "expect":
		case name == "authorization" && req.User != "" && !h.Upstream.Authorization:
		case !h.Upstream.TrustForwarded && saysWho(name):
		case name == "max-forwards" && bounded:
			to[f.Name] = []string{strconv.FormatUint(left-1, 10)}
		case name == "idempotency-key", name == "x-idempotency-key":
			to[name] = append(to[name], f.Value) // under its usual name it would make net/http send a POST again
		case name == "user-agent":
			to["User-Agent"] = append(to["User-Agent"], f.Value) // net/http looks for it under this name alone
		default:
			to[f.Name] = append(to[f.Name], f.Value)
		}
	}
	if !req.Header.Has("User-Agent") {
		to["User-Agent"] = nil // else there would be that of net/http
	}
	h.forwarded(to, req)
}

// saysWho reports whether a field is one of those that forwarded sets, in small
// letters. To many programs an underscore in it is the same as a hyphen.
func saysWho(name string) bool {
	name = strings.ReplaceAll(name, "_", "-")
	return name == "forwarded" || strings.HasPrefix(name, "x-forwarded-")
}

// forwarded tells who has asked, and for what (RFC 7239, and the fields that were
// usual before it).
func (h *Handler) forwarded(to http.Header, req *http1.Request) {
	proto, client := "http", ""
	if c := req.Conn; c != nil {
		if c.TLS {
			proto = "https"
		}
		if c.Remote != nil {
			if at, err := netip.ParseAddrPort(c.Remote.String()); err == nil {
				client = at.Addr().Unmap().WithZone("").String()
			}
		}
	}
	node := client
	switch {
	case client == "":
		node = "unknown"
	case strings.Contains(client, ":"):
		node = `"[` + client + `]"`
	}
	element := "for=" + node + ";proto=" + proto
	if req.Host != "" {
		element += `;host="` + quote(req.Host) + `"`
	}
	add := func(name, value string) { // behind what was said before, if that counts
		var before []string
		for key, values := range to {
			if strings.EqualFold(key, name) {
				before = append(before, values...)
				delete(to, key)
			}
		}
		to[name] = []string{strings.Join(append(before, value), ", ")}
	}
	once := func(name, value string) {
		for key := range to {
			if strings.EqualFold(key, name) {
				return
			}
		}
		if value != "" {
			to[name] = []string{value}
		}
	}
	add("Via", fmt.Sprintf("%d.%d kamaelia", req.Major, req.Minor)) // RFC 9110 section 7.6.3
	add("Forwarded", element)
	if client != "" {
		add("X-Forwarded-For", client)
	}
	once("X-Forwarded-Proto", proto)
	once("X-Forwarded-Host", req.Host)
	once("X-Forwarded-Prefix", h.dropped()) // one that stays would be put before paths that have it
}

// quote escapes what may not stand in a quoted string (RFC 9110 section 5.6.4).
func quote(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }

// hopByHop reports whether a field is about one connection (RFC 9110 section 7.6.1).
// name is in small letters, and so is named, the list in Connection.
func hopByHop(name, named string) bool {
	if http1.OfConnection(name) || name == "proxy-authenticate" || name == "proxy-authorization" {
		return true
	}
	for option := range strings.SplitSeq(named, ",") {
		if strings.TrimSpace(option) == name {
			return true
		}
	}
	return false
}
