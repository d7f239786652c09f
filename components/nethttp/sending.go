package nethttp

import (
	"fmt"
	"net/http"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// The half of a responseWriter that speaks to the graph. The caller holds w.mu,
// but for finish and abort.

// push sends what is held back; the head first, if that was not sent. What will
// follow tells the type of the content if nothing is held back.
func (w *responseWriter) push(follows []byte) error {
	if w.body == nil && !w.silent {
		if len(w.buf) > 0 {
			follows = w.buf
		}
		w.start(follows)
	}
	_, err := w.pass(w.buf)
	w.buf = w.buf[:0]
	return err
}

// pass hands bytes to the Writer and waits while that has enough.
func (w *responseWriter) pass(p []byte) (n int, err error) {
	switch {
	case w.err != nil:
		return 0, w.err
	case w.silent || len(p) == 0:
		return len(p), nil
	}
	if n, err = w.body.Write(w.ctx, p); err != nil {
		w.stop(err)
	}
	return n, err
}

// stop ends the http.Handler's work for a client that has gone.
func (w *responseWriter) stop(err error) {
	w.err = err
	w.cancel(err)
}

// start sends the Response with a stream as its body.
func (w *responseWriter) start(sample []byte) {
	resp := w.head.response(w.req, sample)
	if w.silent = w.req.Method == http.MethodHead || !w.head.allowsBody(); !w.silent {
		w.body = http1.NewBody(0)
		resp.Stream, resp.Length = w.body, max(w.head.length, 0)
	}
	w.send(resp)
}

// send sends the Response, or remembers why that is impossible.
func (w *responseWriter) send(resp *http1.Response) {
	if w.unsent = w.part.Outbox.Send(w.ctx, resp); w.unsent != nil {
		w.stop(http1.ErrAbandoned)
	}
}

// finish ends the answer when the http.Handler has returned.
func (w *responseWriter) finish() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	if w.unsent != nil {
		return w.unsent
	}
	w.writeHead(http.StatusOK)
	switch started := w.body != nil || w.silent; {
	case started:
	case w.head.length > w.written && w.head.allowsBody() && w.req.Method != http.MethodHead:
		return w.part.Fail(w.ctx, w.req, http.StatusInternalServerError,
			fmt.Errorf("nethttp: the handler wrote %d of %d bytes", w.written, w.head.length))
	case !w.head.trailers:
		resp := w.head.response(w.req, w.buf)
		if w.head.length < 0 || w.req.Method != http.MethodHead {
			resp.Bytes = w.buf // and HEAD: the length that the handler has told
		}
		w.send(resp)
		return w.unsent
	}
	if w.err == nil {
		_ = w.push(nil)
	}
	if w.body != nil {
		w.body.SetTrailer(w.head.trailer(w.header))
		w.body.CloseWrite(w.err)
	}
	return w.unsent
}

// abort ends the answer of a http.Handler that will not go on: by a failure if
// nothing was sent, otherwise by cutting the connection.
func (w *responseWriter) abort(why error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	switch {
	case w.unsent != nil:
		return w.unsent
	case w.body != nil:
		w.body.CloseWrite(why)
	case !w.silent:
		return w.part.Fail(w.ctx, w.req, http.StatusInternalServerError, why)
	}
	return nil
}
