package files

import (
	"hash/maphash"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// overhead is what an entry costs in bytes beside its content, head and path,
// about. It bounds the number of entries when files are empty or too large to
// be kept.
const overhead = 512

// A cache keeps entries by path, up to a number of bytes. To make room it drops
// what was not asked for lately (CLOCK: a hand goes round the entries, and drops
// each that was not used since it last came by).
//
// A hit takes no lock and, as a rule, writes nothing, so any number of cores can
// hit the same entry without disturbing each other. That is why this is a hash
// table of its own and not a map, which would need a lock even for reading, and
// why the order of use is not kept exactly.
type cache struct {
	seed    maphash.Seed
	buckets []atomic.Pointer[slot] // each the head of a chain; their number is a power of 2

	// mu guards what follows, and is held for every change to a chain.
	mu    sync.Mutex
	limit int64 // bytes
	size  int64 // bytes, the sum of the slots' costs
	hand  *slot // the slot that is looked at next, in a ring; nil if there is none
}

// A slot is an entry's place in the cache.
type slot struct {
	key     string // the entry's
	entry   *Entry
	cost    int64        // bytes
	checked atomic.Int64 // when the entry was known to be right, as Tree.elapsed
	used    atomic.Bool  // since the hand last came by

	// chain is the next slot in the bucket. A slot that is dropped keeps it, so
	// that a reader who stands on it finds the rest of the chain.
	chain atomic.Pointer[slot]

	prev, next *slot // in the ring; guarded by the cache's mu
}

// touch notes that the slot was used. It reads first: a write would take the
// cache line from other cores at each hit.
func (s *slot) touch() {
	if !s.used.Load() {
		s.used.Store(true)
	}
}

// open makes an empty cache of limit bytes. It has a bucket for each 4 KiB, a
// small file's size, but at least 64 and at most 64 Ki. The fewest bytes an
// entry can count for are an eighth of that, so chains remain short.
func (c *cache) open(limit int64) {
	n := min(max(limit>>12, 64), 1<<16)
	c.seed = maphash.MakeSeed()
	c.buckets = make([]atomic.Pointer[slot], 1<<bits.Len64(uint64(n-1)))
	c.hand, c.size, c.limit = nil, 0, limit
}

// close empties the cache; nothing can be put into it afterwards.
func (c *cache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.buckets {
		c.buckets[i].Store(nil)
	}
	c.hand, c.size, c.limit = nil, 0, 0
}

// bucket returns the head of the chain that key belongs to.
func (c *cache) bucket(key string) *atomic.Pointer[slot] {
	return &c.buckets[maphash.String(c.seed, key)&uint64(len(c.buckets)-1)]
}

// lookup returns the slot of key, or nil.
func (c *cache) lookup(key string) *slot {
	for s := c.bucket(key).Load(); s != nil; s = s.chain.Load() {
		if s.key == key {
			return s
		}
	}
	return nil
}

// put keeps e, which was right at the time checked, in place of an older entry
// of the same path. An entry that would not fit if it were alone is not kept.
func (c *cache) put(e *Entry, checked time.Duration) {
	cost := e.cost()
	s := &slot{key: e.key, entry: e, cost: cost}
	s.checked.Store(int64(checked))

	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.lookup(e.key); old != nil {
		if old.checked.Load() > int64(checked) {
			return // another goroutine looked later than this one
		}
		s.used.Store(old.used.Load())
		c.drop(old)
	}
	if cost <= c.limit {
		c.makeRoom(cost)
		c.insert(s)
	}
}

// cost is what an entry counts for, in bytes, with its variants.
func (e *Entry) cost() int64 {
	n := int64(overhead + cap(e.Content) + cap(e.Head) + 2*len(e.key))
	if e.expires != 0 {
		n += int64(cap(e.Head)) // for the dated one
	}
	for _, v := range e.variants {
		n += v.cost()
	}
	return n
}

// remove forgets e, unless another entry has taken its place.
func (c *cache) remove(e *Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.lookup(e.key); s != nil && s.entry == e {
		c.drop(s)
	}
}

// makeRoom drops slots until n bytes more fit. c.mu is held.
func (c *cache) makeRoom(n int64) {
	for c.size+n > c.limit && c.hand != nil {
		if s := c.hand; s.used.Swap(false) {
			c.hand = s.next
		} else {
			c.drop(s)
		}
	}
}

// insert puts a slot into its chain, and into the ring right behind the hand,
// so that it is the last to be looked at. c.mu is held.
func (c *cache) insert(s *slot) {
	c.size += s.cost
	if c.hand == nil {
		s.prev, s.next, c.hand = s, s, s
	} else {
		s.prev, s.next = c.hand.prev, c.hand
		s.prev.next, s.next.prev = s, s
	}
	head := c.bucket(s.key)
	s.chain.Store(head.Load())
	head.Store(s)
}

// drop takes a slot out of its chain and out of the ring. c.mu is held.
func (c *cache) drop(s *slot) {
	link := c.bucket(s.key)
	for link.Load() != s {
		link = &link.Load().chain
	}
	link.Store(s.chain.Load())

	c.size -= s.cost
	switch {
	case s.next == s:
		c.hand = nil
	case c.hand == s:
		c.hand = s.next
	}
	s.prev.next, s.next.prev = s.next, s.prev
}
