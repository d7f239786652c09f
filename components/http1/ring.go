package http1

// A ring is a queue of bytes whose room grows with what it holds, up to a limit.
type ring struct {
	limit int    // the most it holds
	room  []byte // what is in use may wrap around its end
	start int    // of what is in use
	size  int    // of what is in use
}

// put copies as much of p to the end of the queue as the limit allows, and
// returns how much that was.
func (r *ring) put(p []byte) int {
	p = p[:min(len(p), r.limit-r.size)]
	if len(p) == 0 {
		return 0
	}
	if r.size+len(p) > len(r.room) {
		r.grow(r.size + len(p))
	}
	free := (r.start + r.size) % len(r.room)
	n := copy(r.room[free:], p)
	copy(r.room, p[n:])
	r.size += len(p)
	return len(p)
}

// front returns the first bytes of the queue, as many as lie together. They stay
// as they are until drop, whatever put does.
func (r *ring) front() []byte {
	return r.room[r.start:min(r.start+r.size, len(r.room))]
}

// drop takes the first n bytes, no more than there are, off the queue.
func (r *ring) drop(n int) {
	if r.size -= n; r.size == 0 {
		r.start = 0
		return
	}
	r.start = (r.start + n) % len(r.room)
}

// grow makes room for n bytes, n <= r.limit. The old room is left as it is:
// somebody may still look at its front.
func (r *ring) grow(n int) {
	double := max(2*len(r.room), 512)
	for double < n {
		double *= 2
	}
	room := make([]byte, min(double, r.limit))
	head := copy(room, r.front())
	copy(room[head:], r.room[:r.size-head])
	r.room, r.start = room, 0
}
