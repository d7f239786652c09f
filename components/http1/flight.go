package http1

import (
	"context"
	"sync"
)

// A Flight is the list of requests of one connection that are under way, in
// their order. The Parser adds to it and the Writer takes from it; so answers
// leave in the order of the requests whatever the handlers between them do, no
// more than Limits.Pipeline requests are under way, and none is forgotten.
//
// Its zero value is ready. One connection's Parser and Writer share one.
type Flight struct {
	mu     sync.Mutex
	slots  []slot // a ring
	head   int
	n      int
	next   uint64        // turn of the next request to be added
	room   chan struct{} // made by a Parser that waits for room
	sealed bool          // no request will be added
	linger bool          // the client may still be sending
	closed bool          // no answer will be sent any more
	parked bool          // the Parser waits for the next connection
	free   bool          // so does the Writer
	told   bool          // and the Reader knows: it may have taken one
	handed bool          // the connection goes on with another graph
}

// A slot is a request and, when that came before its turn, its answer.
type slot struct {
	req      *Request
	resp     *Response
	wants100 bool
}

// add waits for room and adds a request. It returns errStop if no answer will be
// sent any more.
func (f *Flight) add(ctx context.Context, req *Request, most int) error {
	f.mu.Lock()
	for f.n >= most && !f.closed {
		if f.room == nil {
			f.room = make(chan struct{})
		}
		room := f.room
		f.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		f.mu.Lock()
	}
	if f.closed {
		f.mu.Unlock()
		return errStop
	}
	if f.n == len(f.slots) {
		f.grow(most)
	}
	f.slots[(f.head+f.n)%len(f.slots)] = slot{req: req}
	f.n++
	req.flight, req.turn = f, f.next
	f.next++
	f.mu.Unlock()
	return nil
}

func (f *Flight) grow(most int) {
	slots := make([]slot, min(max(2*len(f.slots), 1), most))
	for i := range f.n {
		slots[i] = f.slots[(f.head+i)%len(f.slots)]
	}
	f.slots, f.head = slots, 0
}

// at returns the slot of a request, or nil if it has been answered.
func (f *Flight) at(req *Request) *slot {
	first := f.next - uint64(f.n)
	if req.flight != f || req.turn < first {
		return nil
	}
	return &f.slots[(f.head+int(req.turn-first))%len(f.slots)]
}

// A turn is the answer whose turn it is.
type turn struct {
	resp     *Response // nil if it has not come
	last     bool      // it is the last one of the connection
	wants100 bool      // its request waits for a 100
}

// answer notes the answer to a request. It reports whether the answer is the
// first one to this request, and whose turn it is if this has changed.
func (f *Flight) answer(resp *Response) (first bool, t turn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.at(resp.Request)
	if s == nil || s.resp != nil {
		return false, turn{}
	}
	if resp.interim {
		s.wants100 = true
	} else {
		s.resp = resp
	}
	if s == &f.slots[f.head] {
		t = f.turn()
	}
	return true, t
}

// turn returns whose turn it is. The caller holds f.mu.
func (f *Flight) turn() turn {
	if f.n == 0 {
		return turn{}
	}
	s := &f.slots[f.head]
	wants100 := s.wants100 && s.resp == nil
	s.wants100 = false
	return turn{s.resp, f.sealed && f.n == 1, wants100}
}

// retract takes back an answer that turned out to be unfit.
func (f *Flight) retract(req *Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.at(req); s != nil {
		s.resp = nil
	}
}

// ready returns whose turn it is.
func (f *Flight) ready() turn {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.turn()
}

// done takes the request whose turn it is off the list, and returns whose turn it
// is then.
func (f *Flight) done() turn {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slots[f.head] = slot{}
	f.head = (f.head + 1) % len(f.slots)
	f.n--
	f.roomMade()
	return f.turn()
}

// roomMade wakes a Parser that waits for room. The caller holds f.mu.
func (f *Flight) roomMade() {
	if f.room != nil {
		close(f.room)
		f.room = nil
	}
}

// first returns the request whose turn it is, or nil.
func (f *Flight) first() *Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == 0 {
		return nil
	}
	return f.slots[f.head].req
}

// seal says that no request will be added. If linger, the client may still be
// sending: closing the connection at once could cost it the answer.
func (f *Flight) seal(linger bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sealed = true
	f.linger = f.linger || linger
}

// park seals the list, and says that the Parser will wait for the next connection
// after this request.
func (f *Flight) park() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sealed, f.parked = true, true
}

// unpark says that the Parser ends. It reports whether it may: not once the
// Writer, too, waits for the next connection.
func (f *Flight) unpark() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.parked = f.free
	return !f.parked
}

// hand says that the connection goes on with another graph when what is under way
// is done. It reports whether that is possible.
func (f *Flight) hand() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.handed = f.handed || !f.sealed && !f.closed
	return f.handed
}

// isHanded reports whether the connection goes on with another graph.
func (f *Flight) isHanded() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.handed
}

// isFree reports whether Parser and Writer wait for the next connection. It does
// so once.
func (f *Flight) isFree() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := f.free && !f.told
	f.told = f.free
	return first
}

// close says that no answer will be sent any more. It reports whether the client
// may still be sending, whether there may be another connection, and returns the
// requests that were under way. A connection that ends before they are all
// answered does not go on with another graph.
func (f *Flight) close(cause error) (linger, free bool, left []slot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.handed = f.handed && cause == nil && f.n == 0
	f.free = f.parked && !f.closed && !f.linger && f.n == 0
	f.closed = true
	for ; f.n > 0; f.n-- {
		left = append(left, f.slots[f.head])
		f.head = (f.head + 1) % len(f.slots)
	}
	f.slots = nil
	f.roomMade()
	return f.linger || !f.sealed, f.free, left
}

// state reports how many requests are under way, and whether answers are still
// sent.
func (f *Flight) state() (under int, closed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n, f.closed
}
