package httpcache

import (
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A decision is what becomes of a request.
type decision struct {
	answer *entry         // it is answered with this, if it is not nil
	word   string         // for Cache-Status, with an answer
	on     *http1.Request // what the handler is asked; nil if it is not
	wait   *flight        // all waits for this, if it is not nil
}

// decide decides what becomes of a GET or HEAD (RFC 9111 section 4). If wait, it
// may have to wait for another one that asks for the same, and be decided again.
func (s *Store) decide(req *http1.Request, w wish, wait bool) (d decision) {
	now, k := time.Now(), keyOf(req)
	s.mu.Lock()
	defer s.mu.Unlock()
	e, known := s.find(k, req)
	if e != nil && !e.fitsUser(req) {
		e = nil
	}
	x := &exchange{key: k, client: req, wish: w, asked: now, stale: e}
	switch {
	case e == nil && known:
		x.why = "vary-miss"
	case e == nil:
		x.why = "uri-miss"
	case w.noCache:
		x.why = "request"
	default:
		switch use(e, w, now) {
		case fresh:
			s.stats.Hits++
			d.answer, d.word = e, "hit; ttl="+wholeSeconds(e.lifetime-e.ageAt(now))
			return d
		case allowed:
			s.stats.Stale++
			d.answer, d.word = e, "hit; ttl="+wholeSeconds(e.lifetime-e.ageAt(now))
			return d
		case meanwhile:
			s.stats.Stale++
			d.answer, d.word = e, "hit; ttl="+wholeSeconds(e.lifetime-e.ageAt(now))
			if s.underway(k, now) == nil {
				x.client = nil
				d.on = x.ask(req.Apart())
				s.begin(x, true)
			}
			return d
		}
		x.why = "stale"
	}
	if w.onlyIfCached {
		return d
	}
	return s.fetch(req, x, wait)
}

// fetch decides on a request that the handler has to be asked for. The caller
// holds s.mu.
func (s *Store) fetch(req *http1.Request, x *exchange, wait bool) (d decision) {
	s.stats.Misses++
	if req.Header.Has("Range") || req.Method == "HEAD" && x.stale == nil {
		// The answer can not be kept: it would be a part, or have no body.
		s.stats.Misses--
		s.stats.Passed++
		d.on = req
		return d
	}
	// Whoever wants a new answer, or one that is not kept, does not want another's;
	// and where each answer holds but once, all would wait for each other.
	joins := wait && s.wait() > 0 && req.Method == "GET" && !personal(req) && !x.wish.noCache && !x.wish.noStore && x.wish.maxAge == unset &&
		(x.stale == nil || !x.stale.terms.noCache && x.stale.lifetime > 0) && x.asked.After(s.mark(x.key).unwaited)
	if joins {
		if f := s.underway(x.key, x.asked); f != nil {
			s.stats.Misses--
			d.wait = f
			return d
		}
	}
	d.on = x.ask(req)
	s.begin(x, joins)
	return d
}

// ask returns the request by which the handler is asked: without the client's own
// conditions, which the Keeper looks to, and with those that tell whether what is
// kept still holds (RFC 9111 section 4.3.1).
func (x *exchange) ask(req *http1.Request) *http1.Request {
	on := req
	conditional := req.Header.Has("If-None-Match") || req.Header.Has("If-Modified-Since") || req.Header.Has("If-Range")
	if x.stale != nil || conditional || req.Header.Has("Range") {
		if x.client != nil {
			on = req.Clone()
		}
		for _, name := range []string{"If-None-Match", "If-Modified-Since", "If-Range", "Range"} {
			on.Header.Del(name)
		}
	}
	if x.client == nil && on.Method == "HEAD" {
		on.Method = "GET"
	}
	x.origin = on.Origin()
	if e := x.stale; e != nil && e.status == 200 {
		if e.current.ETag != "" {
			on.Header.Add("If-None-Match", e.current.ETag)
		}
		if !e.current.ModTime.IsZero() {
			on.Header.Add("If-Modified-Since", string(http1.AppendDate(nil, e.current.ModTime)))
		}
	}
	return on
}

// A usage says how an entry may be used.
type usage uint8

const (
	check     usage = iota // if the handler says that it holds
	fresh                  // as it is
	allowed                // as it is, though it is stale
	meanwhile              // as it is, while the handler is asked
)

// use says how an entry may be used for a request (RFC 9111 sections 4.2, 5.2.1).
func use(e *entry, w wish, now time.Time) usage {
	age := e.ageAt(now)
	left := e.lifetime - age
	switch {
	case e.terms.noCache:
		return check
	case w.maxAge != unset && age > w.maxAge:
		if w.maxStale == unset {
			return check
		}
		// What max-stale allows is counted from the client's own limit.
		left = min(left, w.maxAge-age)
	case w.minFresh != unset && left < w.minFresh:
		return check
	}
	switch {
	case left > 0:
		return fresh
	case e.terms.mustRevalidate:
		return check
	case w.maxStale != unset && (w.maxStale == unbounded || -left <= w.maxStale):
		return allowed
	case w.maxAge == unset && e.terms.staleWhileRevalidate != unset && -left <= e.terms.staleWhileRevalidate:
		return meanwhile
	}
	return check
}

// note notes a request with another method, if what it does may change what is
// kept.
func (s *Store) note(req *http1.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Passed++
	if !safe(req.Method) {
		s.begin(&exchange{key: keyOf(req), origin: req.Origin(), client: req, asked: time.Now(), unsafe: true}, false)
	}
}

// ledOn ends the exchange of a request that its handler has led on to another
// resource: the answer is that one's, and may come from here. What the request may
// have changed is not kept any more.
func (s *Store) ledOn(req *http1.Request) {
	x := s.end(req)
	s.mu.Lock()
	defer s.mu.Unlock()
	if x == nil {
		return
	}
	if s.land(x); x.unsafe {
		s.invalidate(x.key)
	}
}

// forget ends an exchange that did not take place.
func (s *Store) forget(on *http1.Request) {
	x := s.end(on)
	s.mu.Lock()
	defer s.mu.Unlock()
	if x != nil {
		s.land(x)
	}
}
