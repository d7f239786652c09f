package httpcache

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// finish deals with the answer to an exchange: it keeps it, or updates what is
// kept, and returns what the client gets. An error says that the answer makes no
// sense.
func (s *Store) finish(x *exchange, resp *http1.Response) (*http1.Response, error) {
	now := time.Now()
	switch {
	case resp.Status == 304 && x.stale != nil && x.stale.status == 200:
		return s.confirmed(x, resp, now)
	case x.client != nil && x.excuses(resp.Status, now):
		s.landed(x)
		resp.Discard()
		return s.instead(x, resp.Status)
	case x.head():
		s.compare(x, resp, now)
		s.landed(x)
	case s.keep(x, resp, now):
		x.why += "; stored"
	}
	if x.client == nil {
		return resp, nil
	}
	resp.Request = x.client
	if resp.Status == 304 && !conditional(x.client.Header) {
		return nil, errUnasked
	}
	s.status(resp, "fwd="+x.why)
	if resp.Status == 200 && conditional(x.client.Header) {
		// The handler was not told of the client's conditions.
		current := currentOf(resp)
		if current.Evaluate(x.client.Method, x.client.Header) == 304 {
			notModified(resp)
		}
	}
	return resp, nil
}

// head reports whether the answer has no body, as it is to HEAD.
func (x *exchange) head() bool { return x.client != nil && x.client.Method == "HEAD" }

// conditional reports whether a request can be answered with 304.
func conditional(h http1.Header) bool { return h.Has("If-None-Match") || h.Has("If-Modified-Since") }

func currentOf(resp *http1.Response) files.Current {
	c := files.Current{Exists: true, ETag: resp.Field("ETag")}
	c.ModTime, _ = http1.ParseDate(resp.Field("Last-Modified"))
	return c
}

// confirmed deals with a 304: what is kept still holds, and is freshened (RFC 9111
// section 4.3.4).
func (s *Store) confirmed(x *exchange, resp *http1.Response, now time.Time) (*http1.Response, error) {
	defer s.landed(x)
	defer resp.Discard()
	if tag := resp.Field("ETag"); tag != "" && x.stale.current.ETag != "" && plain(tag) != plain(x.stale.current.ETag) {
		// It speaks of another one than it was asked for.
		s.mu.Lock()
		defer s.mu.Unlock()
		s.drop(x.stale)
		return nil, errUnasked
	}
	e, fits := s.updated(x.stale, resp, x, now)
	s.mu.Lock()
	s.stats.Validated++
	switch {
	case s.mark(x.key).changes != x.changes:
	case e.terms.noStore || e.terms.private || !fits:
		s.drop(x.stale)
	case x.wish.noStore: // nothing of this answer is kept: section 5.2.1.5
	default:
		s.drop(x.stale)
		s.put(e)
	}
	s.mu.Unlock()
	if x.client == nil {
		return nil, nil
	}
	out, err := e.respond(x.client, now)
	if err == nil {
		for f := range resp.Fields() {
			if strings.EqualFold(f.Name, "Set-Cookie") {
				out.Header = append(out.Header, f) // for this client, and no other
			}
		}
		s.status(out, "fwd="+x.why+"; fwd-status=304")
	}
	return out, err
}

// still returns the answer to a request of which the handler says that what is kept
// holds, or nil if that is not kept any more.
func (s *Store) still(req *http1.Request, tag string) *http1.Response {
	s.mu.Lock()
	e, _ := s.find(keyOf(req), req)
	s.mu.Unlock()
	if e == nil || tag != "" && plain(tag) != plain(e.current.ETag) {
		return nil
	}
	resp, _ := e.respond(req, time.Now())
	return resp
}

func plain(tag string) string { return strings.TrimPrefix(tag, "W/") }

// excuses reports whether what is kept may be sent in place of an answer with some
// status (RFC 5861 section 4). The handler's terms count, or else the client's.
func (x *exchange) excuses(status int, now time.Time) bool {
	e := x.stale
	if e == nil || status != 500 && status != 502 && status != 503 && status != 504 || e.terms.noCache || e.terms.mustRevalidate {
		return false
	}
	limit := max(e.terms.staleIfError, x.wish.staleIfError)
	return limit != unset && e.ageAt(now)-e.lifetime <= limit
}

// instead answers a request with what is kept, since the handler can not.
func (s *Store) instead(x *exchange, status int) (*http1.Response, error) {
	resp, err := x.stale.respond(x.client, time.Now())
	if err == nil {
		s.count(&s.stats.Stale)
		s.status(resp, "hit; fwd="+x.why+"; fwd-status="+strconv.Itoa(status))
	}
	return resp, err
}

// compare updates what is kept by an answer to HEAD, or drops it (RFC 9111 section
// 4.3.5).
func (s *Store) compare(x *exchange, resp *http1.Response, now time.Time) {
	e := x.stale
	if e == nil || resp.Status != 200 {
		return
	}
	c, length := currentOf(resp), resp.Field("Content-Length")
	same := c.ETag == e.current.ETag && c.ModTime.Equal(e.current.ModTime) && (c.ETag != "" || !c.ModTime.IsZero()) &&
		(length == "" || length == strconv.Itoa(len(e.body)))
	updated, fits := s.updated(e, resp, x, now)
	s.mu.Lock()
	defer s.mu.Unlock()
	if same && x.wish.noStore {
		return
	}
	s.drop(e)
	if same && fits && s.mark(x.key).changes == x.changes {
		s.put(updated)
	}
}

// keep keeps a response, or begins to, if that is a stream. It reports whether it
// is kept already.
func (s *Store) keep(x *exchange, resp *http1.Response, now time.Time) bool {
	e := s.storable(x, resp, now)
	if e == nil && resp.Status >= 500 {
		s.landed(x) // the handler is in trouble: that says nothing of what is kept
		return false
	}
	if e == nil {
		s.refused(x, now)
		return false
	}
	switch {
	case resp.Stream != nil:
		resp.Stream = newTee(s, x, e, resp)
		return false
	case resp.File != nil:
		b := make([]byte, resp.File.Size)
		if _, err := io.ReadFull(io.NewSectionReader(resp.File.File, resp.File.Offset, resp.File.Size), b); err != nil {
			s.landed(x)
			return false // the Writer will see the same, and say so
		}
		resp.Discard()
		resp.File, resp.Bytes = nil, b
	}
	e.body = resp.Bytes
	return s.commit(x, e)
}

// commit keeps an entry that is whole, unless what it tells of has changed since
// it was asked for.
func (s *Store) commit(x *exchange, e *entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.land(x)
	if s.mark(x.key).changes != x.changes || !s.put(e) {
		return false
	}
	s.stats.Kept++
	return true
}

// landed wakes those that wait for an exchange.
func (s *Store) landed(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.land(x)
}

// unwaitedFor is how long nobody waits for what turned out not to be for keeping.
const unwaitedFor = 30 * time.Second

// refused lets those that wait for a response which may not be kept ask for
// themselves, and the next ones at once.
func (s *Store) refused(x *exchange, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mark(x.key).unwaited = now.Add(unwaitedFor)
	if x.stale != nil {
		s.drop(x.stale) // there is something else now
	}
	s.land(x)
}
