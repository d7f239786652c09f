package tcp

import (
	"net"
	"reflect"
	"slices"
	"sync"
)

// A Rota lets the graph of a connection serve another one when its connection
// has ended well: making a graph, and ending it, costs more than accepting the
// connection. A Listener and the Readers of its graphs share one. Its zero value
// is ready.
type Rota struct {
	// Most is how many graphs may wait for a connection; 0 means 64. When there
	// are as many, a graph whose connection ends, ends too.
	Most int

	mu      sync.Mutex
	seats   map[net.Conn]*seat // by the connection that the graph had last
	waiting []*seat            // the last to come is the first to go
	age     int                // how often Dismiss was called
}

// A seat is a graph's place in the Rota.
type seat struct {
	conn      net.Conn
	ended     func(error)   // to be called when conn has ended, nil if it was
	next      chan net.Conn // closed when there will be none
	dismissed bool
	age       int // of the Rota when the graph was new
}

// take gives a connection to a graph that waits for one, and reports whether
// there is one. ended is called when the connection has ended.
func (r *Rota) take(conn net.Conn, ended func(error)) bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.waiting)
	if n == 0 || !reflect.TypeOf(conn).Comparable() {
		return false
	}
	s := r.waiting[n-1]
	r.waiting[n-1], r.waiting = nil, r.waiting[:n-1]
	delete(r.seats, s.conn)
	s.conn, s.ended = conn, ended
	r.seats[conn] = s
	s.next <- conn // there is room
	return true
}

// enter notes a new graph and its first connection. It returns what is to be
// called when the graph has ended.
func (r *Rota) enter(conn net.Conn, ended func(error)) func(error) {
	if r == nil || !reflect.TypeOf(conn).Comparable() {
		return ended
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &seat{conn: conn, ended: ended, age: r.age}
	if r.seats == nil {
		r.seats = map[net.Conn]*seat{}
	}
	r.seats[conn] = s
	return func(err error) {
		r.mu.Lock()
		delete(r.seats, s.conn)
		ended := s.ended
		r.mu.Unlock()
		if ended != nil {
			ended(err)
		}
	}
}

// wait says that a connection has ended, and waits for the next one of its graph.
// It returns nil if there will be none.
func (r *Rota) wait(conn net.Conn) net.Conn {
	r.mu.Lock()
	s := r.seats[conn]
	if s == nil || r.over(s) || len(r.waiting) >= r.most() {
		r.mu.Unlock()
		return nil
	}
	ended := s.ended
	s.ended = nil
	r.mu.Unlock()
	ended(nil)

	r.mu.Lock()
	if r.over(s) {
		r.mu.Unlock()
		return nil
	}
	if s.next == nil {
		s.next = make(chan net.Conn, 1)
	}
	r.waiting = append(r.waiting, s)
	r.mu.Unlock()
	return <-s.next
}

func (r *Rota) most() int {
	if r.Most > 0 {
		return r.Most
	}
	return 64
}

// over reports whether a graph takes no more connections. The caller holds r.mu.
func (r *Rota) over(s *seat) bool { return s.dismissed || s.age != r.age }

// Dismiss ends the graphs that wait. Those that serve a connection now do not wait for
// another one.
func (r *Rota) Dismiss() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age++
	for _, s := range r.waiting {
		s.dismissed = true
		close(s.next)
	}
	r.waiting = nil
}

// dismiss lets a graph's connection be its last.
func (r *Rota) dismiss(conn net.Conn) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.seats[conn]
	if s == nil {
		return
	}
	s.dismissed = true
	if i := slices.Index(r.waiting, s); i >= 0 {
		r.waiting = slices.Delete(r.waiting, i, i+1)
		close(s.next)
	}
}
