package http1

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// rest answers the requests that every handler has let pass, when there is
// nobody left who could answer.
func (w *Writer) rest(ctx context.Context) error {
	for w.Flight != nil && w.Flight.first() != nil {
		t := w.Flight.ready()
		if t.resp == nil {
			t.resp = Plain(&Failure{Status: 500, Request: w.Flight.first()})
		}
		if err := w.answer(ctx, t.resp, t.last); err != nil && err != errUnfit {
			return err
		}
	}
	return nil
}

// lingering is how long the client may go on sending after its last answer.
const lingering = 2 * time.Second

// hangUp ends the connection. While the client may be sending, only our half of
// it is closed, and for a moment what the client sends is thrown away: a reset
// could overtake the answer.
// It reports whether there may be another connection.
func (w *Writer) hangUp(err error) (free bool) {
	linger, free := w.letGo(err)
	if w.Flight != nil && w.Flight.isHanded() {
		return false
	}
	half, ok := w.Conn.(interface{ CloseWrite() error })
	if err != nil && err != errClosing || !linger || !ok {
		_ = w.Conn.Close()
		return free
	}
	_ = half.CloseWrite()
	_ = w.Conn.SetReadDeadline(time.Now().Add(lingering))
	return false
}

// letGo gives up what will not be sent. It reports whether the client may still
// be sending, and whether there may be another connection.
func (w *Writer) letGo(cause error) (linger, free bool) {
	if w.Flight == nil {
		return false, false
	}
	if (cause == nil || cause == errClosing) && w.out.unread() {
		w.Flight.seal(true) // a close would reset the connection
	}
	linger, free, left := w.Flight.close(cause)
	for _, s := range left {
		if s.resp != nil && s.resp != w.now {
			s.resp.Discard()
		}
		if s.req.Body != nil {
			_ = s.req.Body.Close()
		}
		s.req.Conn.End(cmp.Or(cause, errClosing))
	}
	return linger, free
}

// Leave closes what came too late to be sent. After a failure, or a shutdown while the
// Writer rested, it gives up what waits for its turn, too.
func (w *Writer) Leave(ctx context.Context) {
	if w.Flight != nil {
		if _, closed := w.Flight.state(); !closed {
			w.letGo(cmp.Or(context.Cause(ctx), errClosing))
		}
	}
	for resp := range w.Inbox.All(ctx) {
		if resp != nil {
			resp.Discard()
		}
	}
	for resp, ok, _ := w.Inbox.TryRecv(); ok; resp, ok, _ = w.Inbox.TryRecv() {
		if resp != nil {
			resp.Discard()
		}
	}
}

// A clientError says that the client does not take what is sent: no fault of
// ours.
type clientError struct{ cause error }

func (e *clientError) Error() string { return fmt.Sprintf("http1: write to the client: %v", e.cause) }
func (e *clientError) Unwrap() error { return e.cause }
