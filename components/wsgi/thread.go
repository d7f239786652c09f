package wsgi

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// thread is the part that hears what one thread of a worker answers.
//
//	its socket ══▶ [ thread ] ══▶ the calls
//
// An answer that is there as a whole it passes on. For one that takes longer, since
// it comes in pieces, or since the body of the request is asked for, it lends the
// socket to who wants the answer, until that is complete. It ends with the socket.
type thread struct {
	axon.Base
	*link

	run  *run
	pool *pool
	back chan struct{} // from who has borrowed it

	// progress counts what happens while it is lent, so that who looks twice sees
	// whether the application was silent. It is odd while the server waits for that.
	progress atomic.Uint64
	expired  atomic.Bool // the application was silent for too long
	unread   int64       // of the piece in which who had borrowed it has left

	// These are the pool's.
	req    *http1.Request // that it is lent for
	number uint32         // of that
	told   bool           // the worker is, that the client has gone
	seen   uint64         // progress, when the watch has last looked
	silent int            // how often it has looked since
}

var (
	_ axon.Component   = (*thread)(nil)
	_ axon.Finisher    = (*thread)(nil)
	_ axon.Interrupter = (*thread)(nil)
)

// Finish implements axon.Finisher: it ends with its worker.
func (t *thread) Finish() {}

// Interrupt implements axon.Interrupter.
func (t *thread) Interrupt() { t.close() }

// largestWhole is the largest body that is read from a worker before it is sent, in
// bytes, so that a slow client does not hold up the worker.
const largestWhole = 256 << 10

// Main implements axon.Component.
func (t *thread) Main(ctx context.Context) error {
	defer t.pool.lose(t)
	defer t.close()
	for {
		f, err := t.frame()
		if err != nil {
			_ = t.lost(err)
			return nil // the worker has ended: that is END's business
		}
		small := f.kind == wholeFrame && f.body <= largestWhole || f.kind == failureFrame && f.body <= mostTraceback || f.kind == fileFrame
		c := t.pool.take(t, f.number, !small)
		switch {
		case c == nil:
			err = t.skip(f)
		case small:
			err = t.whole(c, f)
		default:
			c.hand(t, f)
			select {
			case <-t.back:
				err = t.discard(t.unread)
				t.unread = 0
			case <-ctx.Done():
				return nil
			}
		}
		if err != nil {
			return nil
		}
	}
}

// whole passes on an answer that is there, or as good as that.
func (t *thread) whole(c *call, f frame) error {
	a := answer{thread: t, frame: f}
	if err := a.read(); err != nil {
		c.end(nil, t.lost(err))
		return err
	}
	t.pool.answered(t.run)
	c.end(a.response(c.req))
	return nil
}

// skip passes over a frame of an answer that nobody wants. If the answer goes on,
// the worker is told. One that waits for something is told by the end of the socket.
func (t *thread) skip(f frame) error {
	n := int64(f.head)
	switch f.kind {
	case fileFrame:
		t.keep(nil)
	case readFrame, askFrame:
		return errStopped
	default:
		if f.kind == headFrame || f.body > largestWhole {
			t.cut()
		}
		n += f.body
	}
	return t.discard(n)
}

// cut lets the worker's next write fail, so that it ends the answer and makes another
// socket. What was written before can still be read.
func (t *thread) cut() { _ = t.conn.CloseRead() }

// turn notes that the server begins, or ends, to wait for the application.
func (t *thread) turn() { t.progress.Add(1) }

// next reads the beginning of the next frame, for who has borrowed the thread.
func (t *thread) next() (frame, error) {
	t.turn()
	f, err := t.frame()
	t.turn()
	return f, err
}

// expire cuts off a thread that was silent for too long.
func (t *thread) expire() {
	t.expired.Store(true)
	t.cut()
}

// lost says why a socket has ended before the answer. A worker that does not keep to
// the protocol is replaced.
func (t *thread) lost(err error) error {
	switch {
	case t.expired.Load():
		return t.run.tooLate()
	case errors.Is(err, errFrame):
		t.run.mad.happen() // what it says next means nothing
		return err
	}
	return errDied
}

// more reports whether the next piece is there, and can be taken without a wait.
func (t *thread) more() bool {
	if t.buffered() < frameSize {
		return false
	}
	kind := t.room[t.start]
	return kind == pieceFrame || kind == lastFrame || kind == endFrame
}

// mostPiece is the most of a request's body that is sent to a worker at once, and
// pieceHead what goes before it, in bytes.
const mostPiece, pieceHead = 256 << 10, 4

var pieces = sync.Pool{New: func() any { b := make([]byte, pieceHead+mostPiece); return &b }}

// feed gives the worker more of a request's body, as it has asked for by a frame. It
// waits for the client while the application waits for it. broken is what was wrong
// with the body.
func (t *thread) feed(req *http1.Request, f frame) (broken, err error) {
	const size = pieceHead
	wanted, err := t.text(f.head)
	if err != nil || len(wanted) != size {
		return nil, errors.Join(err, errFrame)
	}
	buf := pieces.Get().(*[]byte)
	defer pieces.Put(buf)
	room := (*buf)[:size+max(1, min(mostPiece, binary.LittleEndian.Uint32([]byte(wanted))))]
	got := 0
	if broken = io.EOF; req.Body != nil {
		req.Body.Grow(mostPiece) // there are as many that do as there are threads
		got, broken = req.Body.ReadContext(req.Context(), room[size:])
		if got == 0 && context.Cause(req.Context()) != nil { // what it says may be the end of the connection, and not that of the body
			if got, broken = req.Body.ReadNow(room[size:]); got == 0 && broken == nil {
				broken = io.ErrUnexpectedEOF
			}
		}
	}
	if errors.Is(broken, io.EOF) {
		broken = nil
	}
	told := int32(got)
	if got == 0 && broken != nil {
		told = -1
	}
	binary.LittleEndian.PutUint32(room, uint32(told))
	_ = t.send(room[:size+got]) // who does not read it any more may have answered nevertheless
	return broken, nil
}
