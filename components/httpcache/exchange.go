package httpcache

import (
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An exchange is a request that a Lookup has passed on, and of which a Keeper is
// to see the answer.
type exchange struct {
	key     string
	origin  *http1.Request // of the request as it was passed on: see Request.Origin
	client  *http1.Request // as it has come; nil if nobody waits for the answer
	stale   *entry         // the request asks whether it still holds; or nil
	wish    wish
	asked   time.Time
	changes uint64  // the key's mark, when it was asked
	flight  *flight // nil if nobody may wait for the answer
	why     string  // it was passed on, in the words of RFC 9211
	unsafe  bool    // it may change what is kept
	place   int     // in the ring of exchanges
}

// request is the client's, or the Lookup's own.
func (x *exchange) request() *http1.Request {
	if x.client != nil {
		return x.client
	}
	return x.origin
}

// A flight is a request that is on its way, for others that ask for the same.
type flight struct {
	done  chan struct{} // closed when there is an answer, or will be none
	begun time.Time
}

// exchanges are those that are on their way. An answer can go another way, such as
// that of a filter between Lookup and handler, so there is a bound, and the oldest
// are forgotten.
type exchanges struct {
	byOrigin map[*http1.Request]*exchange
	ring     []*exchange // in the order in which they have begun; nil: it has ended
	next     int         // place in the ring
}

// mostExchanges is how many may be on their way; each takes some 300 bytes, and
// holds its request.
const mostExchanges = 8 << 10

// begin notes an exchange. If lead, others may wait for it. The caller holds s.mu.
func (s *Store) begin(x *exchange, lead bool) {
	x.changes = s.mark(x.key).changes
	if lead {
		if s.flights == nil {
			s.flights = map[string]*flight{}
		}
		x.flight = &flight{make(chan struct{}), x.asked}
		s.flights[x.key] = x.flight
	}
	p := &s.pending
	if p.ring == nil {
		p.byOrigin, p.ring = map[*http1.Request]*exchange{}, make([]*exchange, mostExchanges)
	}
	if old := p.ring[p.next]; old != nil {
		delete(p.byOrigin, old.origin)
		s.land(old)
	}
	p.byOrigin[x.origin] = x
	x.place, p.ring[p.next] = p.next, x
	p.next = (p.next + 1) % len(p.ring)
}

// end returns the exchange that an answer belongs to, or nil, and forgets it.
// Others that wait go on waiting: see land.
func (s *Store) end(req *http1.Request) *exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.pending.byOrigin[req.Origin()]
	if x != nil {
		delete(s.pending.byOrigin, x.origin)
		s.pending.ring[x.place] = nil
	}
	return x
}

// land wakes those that wait for an exchange. The caller holds s.mu.
func (s *Store) land(x *exchange) {
	if x.flight == nil {
		return
	}
	if s.flights[x.key] == x.flight {
		delete(s.flights, x.key)
	}
	close(x.flight.done)
	x.flight = nil
}

// underway returns the flight that asks for a key, or nil. One that has taken too
// long counts as lost: others will not wait for it. The caller holds s.mu.
func (s *Store) underway(k string, now time.Time) *flight {
	f := s.flights[k]
	if f == nil || now.Sub(f.begun) > max(s.wait(), 0) {
		return nil
	}
	return f
}
