package tcp

import (
	"context"
	"net"
	"net/netip"
	"sync"
)

// A Quota bounds how many connections are open at once, and counts them. Several
// Listeners may share one; it is used by pointer.
type Quota struct {
	// Most is how many connections may be open at once; 0 means no limit.
	Most int

	// Each is how many of them may come from one address: from one IPv4 address,
	// or one IPv6 network of 64 bits, which is what a single customer has. 0
	// means no limit: behind a proxy all come from one address. Unix sockets have
	// no address, and do not count.
	Each int

	mu       sync.Mutex
	open     int
	each     map[netip.Prefix]int
	room     chan struct{} // closed when there is room; made by who waits for it
	accepted uint64
	refused  uint64
	refusing int
}

// Limit changes the bounds. Connections that are open stay.
func (q *Quota) Limit(most, each int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.Most, q.Each = most, each
	q.makeRoom()
}

// makeRoom wakes those who wait for room. The caller holds q.mu.
func (q *Quota) makeRoom() {
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
}

// Usage tells what became of the connections of a Quota.
type Usage struct {
	Open     int    // now
	Accepted uint64 // in all
	Refused  uint64 // in all: turned away since a limit was reached
}

// Usage returns the counts.
func (q *Quota) Usage() Usage {
	q.mu.Lock()
	defer q.mu.Unlock()
	return Usage{Open: q.open, Accepted: q.accepted, Refused: q.refused}
}

// wait returns when one more connection may be open, or with the cause when ctx
// has ended.
func (q *Quota) wait(ctx context.Context) error {
	for {
		q.mu.Lock()
		if q.Most <= 0 || q.open < q.Most {
			q.mu.Unlock()
			return nil
		}
		if q.room == nil {
			q.room = make(chan struct{})
		}
		room := q.room
		q.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// A place is what one connection takes of a Quota.
type place struct {
	whose netip.Prefix // invalid if its address does not count
}

// A verdict is what a Quota says to a connection.
type verdict uint8

const (
	welcome verdict = iota
	full            // too many are open
	tooMany         // of this address
)

// enter takes a place for a connection, unless a limit is reached.
func (q *Quota) enter(remote net.Addr) (place, verdict) {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := place{}
	if q.Each > 0 {
		p.whose = network(remote)
	}
	switch {
	case p.whose.IsValid() && q.each[p.whose] >= q.Each:
		return p, tooMany
	case q.Most > 0 && q.open >= q.Most:
		return p, full
	}
	q.open++
	q.accepted++
	if p.whose.IsValid() {
		if q.each == nil {
			q.each = map[netip.Prefix]int{}
		}
		q.each[p.whose]++
	}
	return p, welcome
}

// leave gives a place back.
func (q *Quota) leave(p place) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open--
	if p.whose.IsValid() {
		if q.each[p.whose]--; q.each[p.whose] == 0 {
			delete(q.each, p.whose)
		}
	}
	q.makeRoom()
}

// mostRefusals is how many connections may be told at once that there is no room
// for them. The others are closed without a word.
const mostRefusals = 64

// refuse counts a connection that is turned away. It reports whether it may be
// told why; done is to be called then when it was.
func (q *Quota) refuse() (done func(), told bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.refused++
	if q.refusing >= mostRefusals {
		return nil, false
	}
	q.refusing++
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.refusing--
	}, true
}

// network returns what counts as one address, or nothing.
func network(a net.Addr) netip.Prefix {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
