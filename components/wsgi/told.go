package wsgi

import (
	"encoding/binary"
	"time"
)

// What an event loop is told of a request, by the control socket: asgi.py has them.
const (
	goneTold = 'D' // nobody waits for the answer any more
	killTold = 'K' // it has taken too long, and is to be given up
)

// tell tells an event loop what has become of a request. It does not wait: should
// there be no room, the application learns of it when it sends something.
func (r *run) tell(kind byte, number uint32) {
	if !r.app.ASGI {
		return
	}
	var b [5]byte
	b[0] = kind
	binary.LittleEndian.PutUint32(b[1:], number)
	_ = r.control.raw.Write(func(fd uintptr) bool {
		_, _ = transmit(fd, b[:])
		return true
	})
}

// kill lets an event loop give a request up, that has taken too long.
func (r *run) kill(number uint32) {
	if !r.app.ASGI {
		return
	}
	r.tell(killTold, number)
	if r.killed == nil {
		r.killed = map[uint32]int{}
	}
	r.killed[number] = 0
}

// patience is how long an event loop may take to give a request up.
const patience = 2 * time.Second

// refuses reports, once, whether one has not. Then it does not turn, or the
// application does not let itself be cancelled.
func (r *run) refuses() (once bool) {
	for number := range r.killed {
		if r.killed[number]++; r.killed[number] == ticks(patience) {
			once = true
		}
	}
	return once
}

// tooLate says what becomes of a request that has taken too long.
func (r *run) tooLate() error {
	if r.app.ASGI {
		return errLate
	}
	return errSilent
}
