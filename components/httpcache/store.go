package httpcache

import (
	"container/list"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Store holds the responses that are kept, for the Lookups and Keepers of all
// connections of one site. Set the fields before it is used first, and do not
// change them after. The zero Store is ready.
type Store struct {
	// Memory is how many bytes all that is kept may take; 0 means 64 MiB.
	Memory int64

	// Largest is the largest body in bytes that is kept; 0 means 1 MiB.
	Largest int64

	// Variants is how many responses are kept for one URI, which differ by what
	// their Vary names; 0 means 16. The oldest makes room for a new one.
	Variants int

	// Heuristic is how long a response is taken to be fresh that does not say so:
	// this part of the time since its Last-Modified, and a day at most (RFC 9111
	// section 4.2.2). 0, as it is unless set, means not at all; 0.1 is common.
	Heuristic float64

	// Wait is how long a request may wait while another one asks the handler for
	// the same; 0 means 5 seconds, less than 0 that none waits.
	Wait time.Duration

	// Deaf says that the Cache-Control of requests does not count, so that a client
	// can not make the handler work by asking for no-cache.
	Deaf bool

	// Name, if set, is what the cache calls itself in a Cache-Status field (RFC
	// 9211), which says what it did; it is a token.
	Name string

	mu      sync.Mutex
	seed    maphash.Seed
	table   map[string][]*entry // by key
	order   list.List           // of *entry, the last one used in front
	size    int64               // of the entries, and of what is being read
	reading int64               // bytes of bodies that are being read
	pending exchanges
	flights map[string]*flight
	marks   []mark // by a part of the key's hash
	stats   Stats
}

// Stats count what a Store has done.
type Stats struct {
	Hits        uint64 // answered from the Store, fresh
	Stale       uint64 // answered from the Store, stale but allowed
	Misses      uint64 // passed on, for want of a response
	Validated   uint64 // passed on, and found to hold
	Passed      uint64 // passed on, not for the cache
	Kept        uint64 // responses that were kept
	Invalidated uint64 // responses that were dropped for what another request did
	Evicted     uint64 // responses that were dropped for want of room
	Entries     int    // responses that are there
	Bytes       int64  // what they take
}

const (
	defaultMemory   = 64 << 20
	defaultLargest  = 1 << 20
	defaultVariants = 16
	defaultWait     = 5 * time.Second
)

// Validate reports every mistake in the fields at once.
func (s *Store) Validate() error {
	var errs []error
	if s.Memory < 0 {
		errs = append(errs, fmt.Errorf("httpcache: Memory: %d is negative", s.Memory))
	}
	if s.Largest < 0 {
		errs = append(errs, fmt.Errorf("httpcache: Largest: %d is negative", s.Largest))
	}
	if s.Variants < 0 {
		errs = append(errs, fmt.Errorf("httpcache: Variants: %d is negative", s.Variants))
	}
	if !(s.Heuristic >= 0 && s.Heuristic <= 1) {
		errs = append(errs, fmt.Errorf("httpcache: Heuristic: %v is not from 0 to 1", s.Heuristic))
	}
	if s.Name != "" && !http1.IsToken(s.Name) {
		errs = append(errs, fmt.Errorf("httpcache: Name: %q is not a token", s.Name))
	}
	return errors.Join(errs...)
}

func (s *Store) memory() int64  { return orDefault(s.Memory, defaultMemory) }
func (s *Store) largest() int64 { return min(orDefault(s.Largest, defaultLargest), s.memory()/2) }
func (s *Store) wait() time.Duration {
	if s.Wait == 0 {
		return defaultWait
	}
	return s.Wait
}

func orDefault[T int | int64](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

// Stats returns what the Store has done so far.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Entries, stats.Bytes = s.order.Len(), s.size
	return stats
}

// count adds to one of the counters.
func (s *Store) count(n *uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*n++
}

// Purge drops what is kept for the URI of a request, whatever its method, and
// returns how many responses that were. What is on its way is not kept either.
func (s *Store) Purge(req *http1.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.invalidate(keyOf(req))
}

// Clear drops all that is kept.
func (s *Store) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for e := s.order.Front(); e != nil; e = s.order.Front() {
		s.drop(e.Value.(*entry))
	}
	for i := range s.marks {
		s.marks[i].changes++
	}
}
