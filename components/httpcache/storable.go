package httpcache

import (
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// storable returns the entry for a response, without its body, or nil if the
// response may not be kept, or if that would be of no use (RFC 9111 section 3).
func (s *Store) storable(x *exchange, resp *http1.Response, now time.Time) *entry {
	if resp.Validate() != nil || resp.Raw != nil || resp.Status == 206 || resp.Status == 304 || x.wish.noStore || s.sizeOf(resp) > s.largest() {
		return nil
	}
	f := fieldsOf(resp)
	for _, name := range []string{"Set-Cookie", "Content-Range"} {
		if f.h.Has(name) {
			// A cookie is for one client, whatever the handler says of the rest.
			return nil
		}
	}
	req := resp.Request
	if x.client != nil {
		req = x.client
	}
	e := s.newEntry(x.key, req, resp, &f, x.asked, now)
	if e == nil {
		return nil
	}
	t := &e.terms
	understood := t.mustUnderstand && heuristic(resp.Status) // section 5.2.2.3
	switch {
	case t.noStore && !understood, t.mustUnderstand && !understood, t.private:
		return nil
	case (personal(req) || personal(resp.Request)) && !t.shared: // section 3.5
		return nil
	}
	if e.lifetime <= 0 && !s.useful(e, &f) {
		return nil
	}
	return e
}

// useful reports whether a response that is stale from the start is worth keeping:
// the handler has spoken of caches, and can say later that it still holds.
func (s *Store) useful(e *entry, f *fields) bool {
	validator := e.status == 200 && (e.current.ETag != "" || !e.current.ModTime.IsZero())
	meanwhile := e.terms.staleWhileRevalidate != unset || e.terms.staleIfError != unset
	return validator && (e.terms.said || f.expires != "") || meanwhile
}

// sizeOf returns the size of a response's body, as far as it is known.
func (s *Store) sizeOf(resp *http1.Response) int64 {
	switch {
	case resp.File != nil && (resp.File.Next != nil || resp.File.Before != nil):
		return s.largest() + 1
	case resp.File != nil:
		return resp.File.Size
	case resp.Stream != nil:
		return resp.Length
	}
	return int64(len(resp.Bytes))
}

// safe reports whether a method changes nothing (RFC 9110 section 9.2.1).
func safe(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY":
		return true
	}
	return false
}

// changed makes what is kept invalid for the URIs that a request has changed, if
// it has: that of the request, and those of Location and Content-Location (RFC
// 9111 section 4.4), and where WebDAV moves or copies to (RFC 4918 section 10.3).
func (s *Store) changed(x *exchange, resp *http1.Response) {
	if resp.Status < 200 || resp.Status > 399 {
		return
	}
	keys := []string{x.key}
	for _, reference := range []string{resp.Field("Location"), resp.Field("Content-Location"), resp.Request.Header.Get("Destination")} {
		if k, ok := related(resp.Request, strings.Trim(reference, " \t")); ok {
			keys = append(keys, k)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		s.invalidate(k)
	}
}
