package httpcache

import (
	"hash/maphash"
	"slices"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// find returns the entry for a request, or nil; if there are several, the one that
// was made last (RFC 9111 section 4). known says that there are some for its URI.
// The caller holds s.mu.
func (s *Store) find(k string, req *http1.Request) (e *entry, known bool) {
	for _, x := range s.table[k] {
		if fit(x.traits, req.Header) && (e == nil || !x.made.Before(e.made)) {
			e = x
		}
	}
	if e != nil {
		s.order.MoveToFront(e.place)
	}
	return e, len(s.table[k]) > 0
}

// put keeps an entry, in place of those for the same requests, and reports whether
// there was room. The caller holds s.mu.
func (s *Store) put(e *entry) bool {
	if e.cost() > s.memory()-s.reading {
		return false
	}
	if s.table == nil {
		s.table = map[string][]*entry{}
	}
	for _, old := range slices.Clone(s.table[e.key]) {
		if slices.EqualFunc(old.traits, e.traits, trait.same) {
			s.drop(old)
		}
	}
	if rest := s.table[e.key]; len(rest) >= orDefault(s.Variants, defaultVariants) {
		s.drop(rest[0])
	}
	if !s.makeRoom(e.cost()) {
		return false
	}
	s.size += e.cost()
	s.table[e.key] = append(s.table[e.key], e)
	e.place = s.order.PushFront(e)
	return true
}

// makeRoom drops what was not used for longest until n bytes more fit. The caller
// holds s.mu.
func (s *Store) makeRoom(n int64) bool {
	for s.size+n > s.memory() {
		last := s.order.Back()
		if last == nil {
			return false
		}
		s.drop(last.Value.(*entry))
		s.stats.Evicted++
	}
	return true
}

// drop takes an entry out. The caller holds s.mu.
func (s *Store) drop(e *entry) {
	if e.place == nil {
		return
	}
	s.order.Remove(e.place)
	e.place = nil
	s.size -= e.cost()
	rest := slices.DeleteFunc(s.table[e.key], func(x *entry) bool { return x == e })
	if len(rest) == 0 {
		delete(s.table, e.key)
	} else {
		s.table[e.key] = rest
	}
}

// invalidate drops what is kept for a key, and keeps away what was asked for
// before (RFC 9111 section 4.4). The caller holds s.mu.
func (s *Store) invalidate(k string) int {
	s.mark(k).changes++
	all := slices.Clone(s.table[k])
	for _, e := range all {
		s.drop(e)
	}
	s.stats.Invalidated += uint64(len(all))
	return len(all)
}

// A mark is what is remembered of URIs of which nothing may be there. Several
// share one: what goes wrong then is that a response is not kept, or not waited
// for.
type mark struct {
	changes  uint64    // how often something was invalidated
	unwaited time.Time // until then nobody waits for what may not be kept anyway
}

// mark returns the mark of a key. The caller holds s.mu.
func (s *Store) mark(k string) *mark {
	if s.marks == nil {
		s.marks, s.seed = make([]mark, 1<<10), maphash.MakeSeed()
	}
	return &s.marks[maphash.String(s.seed, k)%uint64(len(s.marks))]
}

// reserve sets bytes aside for a body that is being read. Half of the memory may
// be.
func (s *Store) reserve(n int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reading+n > s.memory()/2 || !s.makeRoom(n) {
		return false
	}
	s.reading += n
	s.size += n
	return true
}

// release gives back what reserve has set aside.
func (s *Store) release(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading -= n
	s.size -= n
}
