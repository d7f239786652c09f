package compress

import (
	"container/list"
	"sync"
	"weak"
)

// A memory keeps coded bodies, up to a number of bytes. To make room it drops
// what was not asked for longest.
//
// A body is known by where its bytes are, not by its tag or path: nobody writes
// to Response.Bytes, so the same place is the same content, whatever a handler
// says. The memory does not keep these bytes alive; when they are gone, nothing
// finds the coded ones any more, and they are dropped when their turn comes.
type memory struct {
	mu    sync.Mutex
	limit int64
	size  int64
	table map[key]*list.Element
	order list.List // of *item, the last one used in front
}

// A key tells a body and a coding from all others.
type key struct {
	first  weak.Pointer[byte]
	length int
	coding coding
}

// An item is a body that was coded; it is not changed.
type item struct {
	key   key
	bytes []byte // nil if the body does not get smaller

	// The fields of an answer with it, made of what the handler had rendered.
	plain    weak.Pointer[byte]
	length   int // of plain
	rendered []byte
}

// overhead is what an item takes beside its bytes, about.
const overhead = 256

func (i *item) cost() int64 { return int64(len(i.bytes)+len(i.rendered)) + overhead }

func keyOf(b []byte, c coding) key { return key{weak.Make(&b[0]), len(b), c} }

// find returns the item for a key, or nil.
func (m *memory) find(k key) *item {
	if m.limit <= 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.table[k]
	if e == nil {
		return nil
	}
	m.order.MoveToFront(e)
	return e.Value.(*item)
}

// keep keeps an item, in place of an older one with the same key.
func (m *memory) keep(i *item) {
	if i.cost() > m.limit/8 {
		return // it would push out too much else
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.table == nil {
		m.table = map[key]*list.Element{}
	}
	if old := m.table[i.key]; old != nil {
		m.drop(old)
	}
	for m.size+i.cost() > m.limit {
		m.drop(m.order.Back())
	}
	m.table[i.key] = m.order.PushFront(i)
	m.size += i.cost()
}

func (m *memory) drop(e *list.Element) {
	i := m.order.Remove(e).(*item)
	delete(m.table, i.key)
	m.size -= i.cost()
}
