package wsgi

import (
	"encoding/binary"
	"errors"
	"io"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A thread is one thread of a worker, as the server sees it: a socket, and at most
// one request. Who has borrowed it from the pool uses it.
type thread struct {
	*link
	worker *run

	// progress counts what has happened, so that who looks twice sees whether the
	// application was silent between. It is odd while the server waits for it.
	progress atomic.Uint64
	verdict  atomic.Pointer[AppError] // why the watch has closed the socket

	// These are the pool's.
	req    *http1.Request // that it answers; nil if it is free
	seen   uint64         // progress, when the watch has last looked
	silent int            // how often it has looked since
}

// turn notes that the server begins, or ends, to wait for the application.
func (t *thread) turn() { t.progress.Add(1) }

// answer gives the application a request, and returns the frame that answers it.
func (t *thread) answer(message []byte) (frame, error) {
	t.turn()
	f, err := t.ask(message)
	t.turn()
	return f, err
}

// next reads the beginning of the next frame.
func (t *thread) next() (frame, error) {
	t.turn()
	f, err := t.frame()
	t.turn()
	return f, err
}

// expire closes the socket of a thread that was silent for too long.
func (t *thread) expire(why *AppError) {
	t.verdict.Store(why)
	t.close()
}

// head reads the head of a frame. The string is made anew.
func (t *thread) head(f frame) (string, error) {
	if f.head <= t.buffered() {
		s := string(t.room[t.start : t.start+f.head])
		t.start += f.head
		return s, nil
	}
	b := make([]byte, f.head)
	err := t.full(b)
	return string(b), err
}

// body reads all of a frame's body.
func (t *thread) body(f frame) ([]byte, error) {
	b := make([]byte, f.body)
	return b, t.full(b)
}

// failure reads what went wrong with an application.
func (t *thread) failure(f frame) (*AppError, error) {
	what, err := t.head(f)
	if err != nil {
		return nil, err
	}
	text, err := t.body(f)
	if err != nil {
		return nil, err
	}
	return t.worker.app.error("", raised(what), string(text)), nil
}

// more reports whether the next frame is there, and can be taken without a wait.
func (t *thread) more() bool {
	if t.buffered() < frameSize {
		return false
	}
	kind := t.room[t.start]
	return kind == pieceFrame || kind == lastFrame || kind == endFrame
}

// feed gives the worker up to n bytes more of a request's body, as it has asked
// for. It waits for the client while the application waits for it. broken is what
// was wrong with the body.
func (t *thread) feed(req *http1.Request, n int64) (broken, err error) {
	const head = 4
	room := make([]byte, head+max(min(n, mostBody), 1))
	got := 0
	if broken = io.EOF; req.Body != nil {
		got, broken = req.Body.ReadContext(req.Context(), room[head:])
	}
	if errors.Is(broken, io.EOF) {
		broken = nil
	}
	told := int32(got)
	if got == 0 && broken != nil {
		told = -1
	}
	binary.LittleEndian.PutUint32(room, uint32(told))
	return broken, t.send(room[:head+got])
}
